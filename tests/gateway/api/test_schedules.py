"""Schedules over HTTP: listed for their owner, with what came of their instants."""

from dataclasses import replace

from bide.core.clock import HOUR, SECOND
from bide.store.schedules import NewSchedule, Outcome
from tests.gateway.api.ask import get
from tests.gateway.place import Place


async def test_schedules_are_listed_with_what_came_of_them(at: Place) -> None:
    context = at.gateway.context
    now = context.clock.now()
    new = NewSchedule(
        external_id="sched_1",
        name="nightly",
        asked="{}",
        cron="0 2 * * *",
        timezone="Europe/Berlin",
        missed="skip",
        host=None,
        due_at=now + HOUR,
    )
    assert (await get(at, "/schedules")) == {"object": "list", "data": []}
    schedule = await context.store.schedules.add("local", new, now)
    await context.store.schedules.add("somebody", replace(new, external_id="sched_2"), now)
    await context.store.schedules.note(schedule, Outcome(now, None, "invalid_input", "it is gone"), now)

    [told] = (await get(at, "/schedules"))["data"]
    assert (told["name"], told["cron"], told["next_at"]) == ("nightly", "0 2 * * *", (now + HOUR) // SECOND)
    assert [(run["job_id"], run["code"], run["message"]) for run in told["runs"]] == [
        (None, "invalid_input", "it is gone")
    ]
