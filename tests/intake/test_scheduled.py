"""Schedules with the real intake over a real store: each instant once, whoever dies, and what cannot be handed in is noted."""

import asyncio
import datetime
import logging
from collections.abc import AsyncGenerator, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from tests.engine.desk import Desk, opened
from tests.patience import PATIENCE

from bide.core.clock import DAY, HOUR, MINUTE, from_datetime, to_datetime
from bide.core.errors import InputError, StoreError
from bide.core.job import Job
from bide.core.states import JobState
from bide.engine import scheduled as engine
from bide.engine.context import Context
from bide.engine.errands import PURGE_AFTER, Errands
from bide.engine.service import Service
from bide.intake import scheduled
from bide.intake.asked import Asked
from bide.store.schedules import NewSchedule, Run, Schedule

LINE = {
    "custom_id": "a",
    "method": "POST",
    "url": "/v1/chat/completions",
    "body": {"model": "gpt-5-mini", "messages": [{"role": "user", "content": "Hi"}]},
}

NOTHING_ASKED: dict[str, Any] = dict.fromkeys(Asked.__slots__) | {"variables": [], "parameters": [], "strict": False}


def asking(**asked: Any) -> Asked:
    """The options that were given, with four hours to do it where nothing else is said."""
    values: dict[str, Any] = {**NOTHING_ASKED, "new": True, "within": "4h", **asked}
    return Asked(**values)


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncGenerator[Desk]:
    async with opened(tmp_path) as found:
        found.context = replace(found.context, hand_in=scheduled.hand_in)
        yield found


def write(folder: Path, *extra: str, name: str = "in.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in (msgspec.json.encode(LINE).decode(), *extra)))
    return path


async def add(
    desk: Desk,
    source: Path | str,
    missed: str = "run-once",
    name: str = "hourly",
    timezone: str = "Europe/Berlin",
    **asked: Any,
) -> Schedule:
    """A schedule that is due at the next full hour, and every hour after it."""
    kept = scheduled.kept(asking(source=str(source), **asked), Path("/"))
    due_at = (desk.clock.now() // HOUR + 1) * HOUR
    new = NewSchedule(
        external_id=f"sched_{name}",
        name=name,
        asked=scheduled.encode(kept),
        cron="0 * * * *",
        timezone=timezone,
        missed=missed,
        host=desk.context.host,
        due_at=due_at,
    )
    schedule = await desk.scene.store.schedules.add(desk.scene.owner, new, desk.clock.now())
    desk.clock.move_to(due_at)
    return schedule


async def jobs(desk: Desk) -> Sequence[Job]:
    return await desk.scene.store.jobs.recent(desk.scene.owner, 100)


async def runs(desk: Desk, schedule: Schedule) -> Sequence[Run]:
    return await desk.scene.store.schedules.runs(schedule, 100)


async def test_a_file_is_handed_in_at_its_instant(desk: Desk, tmp_path: Path) -> None:
    schedule = await add(desk, write(tmp_path), out=str(tmp_path / "out-{date}-{time}.jsonl"))
    await engine.see_to(desk.context)

    [job] = await jobs(desk)
    assert (job.state, job.requests, job.deadline) == (JobState.RUNNING, 1, (schedule.due_at or 0) + 4 * HOUR)
    assert (job.workflow, job.name) == ("hourly", "in.jsonl")
    local = to_datetime(schedule.due_at or 0) + datetime.timedelta(hours=1)  # Berlin in winter
    assert f"out-{local:%Y-%m-%d-%H}00.jsonl" in (job.destination or "")
    assert await runs(desk, schedule) == [Run(schedule.due_at or 0, desk.clock.now(), job.external_id, None, None)]
    await engine.see_to(desk.context)
    assert len(await jobs(desk)) == 1
    desk.clock.advance(HOUR)
    await engine.see_to(desk.context)
    assert len(await jobs(desk)) == 2, "the same file makes a new job at each instant"


async def test_of_several_workers_one_hands_it_in(desk: Desk, tmp_path: Path) -> None:
    schedule = await add(desk, write(tmp_path))
    await asyncio.gather(*(engine.see_to(replace(desk.context, holder=f"worker {n}")) for n in range(4)))

    assert (len(await jobs(desk)), len(await runs(desk, schedule))) == (1, 1)


async def test_whoever_takes_over_from_a_worker_that_died_finds_its_job(desk: Desk, tmp_path: Path) -> None:
    schedule = await add(desk, write(tmp_path))
    due_at, store = schedule.due_at or 0, desk.scene.store.schedules
    [mine] = await store.claim("dead", desk.context.host, due_at, due_at + engine.LEASE, 1)
    await engine.hand_in(replace(desk.context, holder="dead"), mine, due_at, due_at)  # and then nothing more of it
    await engine.see_to(desk.context)
    assert await runs(desk, schedule) == [], "its lease holds"
    desk.clock.advance(engine.LEASE)
    await engine.see_to(desk.context)

    [job] = await jobs(desk)
    assert [(run.due_at, run.job) for run in await runs(desk, schedule)] == [(due_at, job.external_id)]


async def test_two_who_think_they_hold_it_make_one_job(desk: Desk, tmp_path: Path) -> None:
    schedule = await add(desk, write(tmp_path))
    due_at = schedule.due_at or 0
    outcomes = await asyncio.gather(
        *(engine.hand_in(desk.context, schedule, due_at, due_at) for _ in range(3)), return_exceptions=True
    )

    [job] = await jobs(desk)
    assert all(isinstance(one, StoreError) or getattr(one, "job", None) == job.id for one in outcomes)
    assert (await engine.hand_in(desk.context, schedule, due_at, due_at)).job == job.id


@pytest.mark.parametrize(
    ("lines", "code", "says"),
    [
        pytest.param(None, "invalid_input", "there is no file", id="the file is gone"),
        pytest.param(["{"], "invalid_input", "line 2", id="a bad line"),
    ],
)
async def test_what_cannot_be_handed_in_is_noted_and_the_next_comes(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture, lines: list[str] | None, code: str, says: str
) -> None:
    path = tmp_path / "in.jsonl" if lines is None else write(tmp_path, *lines)
    schedule = await add(desk, path)
    with caplog.at_level(logging.INFO, "bide.schedule"):
        await engine.see_to(desk.context)
        [failed] = await runs(desk, schedule)
        assert (failed.job, failed.code) == (None, code)
        assert says in (failed.message or "")
        write(tmp_path)
        desk.clock.advance(HOUR)
        await engine.see_to(desk.context)

    assert [run.code for run in await runs(desk, schedule)] == [None, code]
    assert [record.getMessage() for record in caplog.records] == ["schedule failed", "schedule handed in"]
    logged = await desk.scene.store.events.page(desk.scene.owner, 0, 1 << 60, 100)
    kinds = [row["kind"] for row in logged if row["kind"].startswith("schedule.")]
    assert kinds == ["schedule.added", "schedule.failed", "schedule.handed_in"]


@pytest.mark.parametrize(
    ("missed", "codes", "count"),
    [
        pytest.param("run-once", [None, "skipped"], 1, id="made up for"),
        pytest.param("skip", ["skipped"], 0, id="skipped"),
    ],
)
async def test_instants_while_nobody_ran(
    desk: Desk, tmp_path: Path, missed: str, codes: list[str | None], count: int
) -> None:
    schedule = await add(desk, write(tmp_path), missed)
    desk.clock.advance(2 * HOUR + 20 * MINUTE)
    await engine.see_to(desk.context)

    noted = await runs(desk, schedule)
    assert [run.code for run in noted] == codes
    assert noted[-1].message == f"{'2' if count else '3'} instants passed while nobody ran"
    made = await jobs(desk)
    assert [job.deadline for job in made] == [desk.clock.now() + 4 * HOUR] * count, "reckoned from now: it is late"
    [again] = await desk.scene.store.schedules.all(desk.scene.owner)
    assert again.due_at == (schedule.due_at or 0) + 3 * HOUR


async def test_an_engine_that_runs_sees_to_it(desk: Desk, tmp_path: Path) -> None:
    schedule = await add(desk, write(tmp_path))
    service = Service(desk.context)
    working = asyncio.create_task(service.run())
    try:
        async with asyncio.timeout(PATIENCE):
            while not await runs(desk, schedule):
                desk.clock.advance(MINUTE // 60)
                service.wake()
                await asyncio.sleep(0.01)
    finally:
        service.stop()
        working.cancel()
    assert len(await jobs(desk)) == 1


async def test_without_an_intake_schedules_wait_for_another_worker(desk: Desk, tmp_path: Path) -> None:
    await add(desk, write(tmp_path))
    context: Context = replace(desk.context, hand_in=None)
    snapshot = await context.store.snapshots.take(context.host, desk.clock.now())

    def spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        raise AssertionError(f"{work} was begun")

    assert snapshot.next_schedule == desk.clock.now()
    assert Errands(context, spawn, lambda: False).run(snapshot, desk.clock.now()) == desk.clock.now() + PURGE_AFTER


async def test_a_file_that_takes_long_keeps_no_other_schedule_waiting(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LEASE", DAY)  # the clock runs faster here than leases can be renewed
    slow, file_read = await add(desk, write(tmp_path, name="slow.jsonl"), name="slow"), asyncio.Event()
    await add(desk, write(tmp_path), name="quick")

    async def hand_in(context: Context, schedule: Schedule, instant: int, base: int) -> Job:
        if schedule.name == "slow":
            await file_read.wait()
        return await scheduled.hand_in(context, schedule, instant, base)

    seeing = asyncio.create_task(engine.see_to(replace(desk.context, hand_in=hand_in)))
    async with asyncio.timeout(PATIENCE):
        while len(await jobs(desk)) < 2:  # the quick one's next instant is seen to as well
            desk.clock.advance(MINUTE)
            await asyncio.sleep(0.01)
        assert await runs(desk, slow) == []
        file_read.set()
        await seeing
    assert (await runs(desk, slow))[0].code is None


async def test_whoever_is_told_to_stop_begins_none(desk: Desk, tmp_path: Path) -> None:
    await add(desk, write(tmp_path))
    await engine.see_to(desk.context, lambda: True)

    assert await jobs(desk) == []


async def test_one_that_nobody_can_see_to_does_not_keep_others_from_theirs(desk: Desk, tmp_path: Path) -> None:
    faults: list[BaseException] = []
    await add(desk, write(tmp_path), name="broken", timezone="Mars/Olympus")
    sound = await add(desk, write(tmp_path), name="sound")
    await engine.see_to(replace(desk.context, on_fault=faults.append))

    assert len(await runs(desk, sound)) == 1
    assert "Mars/Olympus" in str(faults)
    snapshot = await desk.context.store.snapshots.take(desk.context.host, desk.clock.now())
    assert snapshot.next_schedule == desk.clock.now() + engine.PAUSE


def test_paths_mean_the_same_wherever_they_are_read() -> None:
    asked = asking(source="a/in.jsonl", out="../out.jsonl", variables=["labels=@labels.json", "one=two"])
    found = scheduled.kept(asked, Path("/home/me"))

    assert (found.source, found.out) == ("/home/me/a/in.jsonl", "/home/out.jsonl")
    assert found.variables == ["labels=@/home/me/labels.json", "one=two"]
    assert scheduled.is_local(found)
    buckets = scheduled.kept(replace(asked, source="s3://b/in.jsonl", out="s3://b/out.jsonl", variables=[]), Path("/"))
    assert (buckets.source, buckets.out, scheduled.is_local(buckets)) == ("s3://b/in.jsonl", "s3://b/out.jsonl", False)


def test_standard_input_is_there_once() -> None:
    with pytest.raises(InputError, match="name a file"):
        scheduled.kept(asking(source="-"), Path("/"))


def test_the_clocks_of_the_schedule_say_what_by_means(tmp_path: Path) -> None:
    from bide.settings import Settings

    asked = asking(source="/in.jsonl", within=None, by="06:00")
    instant = from_datetime(datetime.datetime.fromisoformat("2027-03-28T00:30:00+00:00"))
    found = scheduled.request_of(asked, Settings(), "me", "n", "Europe/Berlin", instant, instant)

    assert to_datetime(found.deadline).isoformat() == "2027-03-28T04:00:00+00:00", "six o'clock in summer time"
    assert found.idempotency_key == "schedule n 2027-03-28T00:30:00+00:00"
