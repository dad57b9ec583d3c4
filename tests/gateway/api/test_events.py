"""The event log as server-sent events: in order, from where a client stopped, and nobody else's."""

import asyncio
import json
from typing import Any

import pytest

from bide.core.key import digest_of, prefix_of
from bide.gateway.api import events
from bide.gateway.api.tail import PATIENCE, complete
from bide.store.keys import NewKey
from tests.gateway.api.ask import defer, get
from tests.gateway.place import Place


async def heard(at: Place, path: str, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """The events of a stream that ends."""
    async with at.http.get(f"/bide/v1/events{path}", headers=headers or {}) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        blocks = (await answer.text()).split("\n\n")
    found: list[dict[str, Any]] = []
    for block in blocks:
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            told = json.loads(lines["data"])
            assert (str(told["id"]), told["kind"]) == (lines["id"], lines["event"])
            found.append(told)
    return found


async def test_the_log_is_told_from_its_beginning_or_from_where_a_client_stopped(at: Place) -> None:
    name = await defer(at)
    job = (await get(at, f"/requests/{name}?wait=60"))["job"]
    everything, kinds = list[dict[str, Any]](), list[str]()
    while "job.done" not in kinds:  # the last of all
        everything = await heard(at, "?after=0&wait=0")
        kinds = [one["kind"] for one in everything]
    assert kinds[0] == "job.gathering"
    assert "batch.submitted" in kinds
    assert "job.answered" in kinds
    assert {one["job"] for one in everything} == {job, None}
    assert [one["id"] for one in everything] == sorted(one["id"] for one in everything)

    middle = everything[2]["id"]
    assert await heard(at, "?wait=0", {"Last-Event-ID": str(middle)}) == everything[3:]
    assert await heard(at, "?after=0&wait=0", {"Last-Event-ID": str(middle)}) == everything[3:]
    assert await heard(at, "?wait=0") == []


async def test_events_come_as_they_happen(at: Place) -> None:
    kinds: list[str] = []
    async with at.http.get("/bide/v1/events") as answer:
        assert await answer.content.readline() == events.COMMENT.splitlines(keepends=True)[0]
        name = await defer(at)
        while "job.answered" not in kinds:
            line = (await answer.content.readline()).decode()
            if line.startswith("event: "):
                kinds.append(line.removeprefix("event: ").strip())
    assert kinds[0] == "job.gathering"
    assert (await get(at, f"/requests/{name}"))["status"] == "succeeded"


async def test_many_events_come_page_by_page(at: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PAGE", 2)
    for _ in range(3):
        await get(at, f"/requests/{await defer(at)}?wait=60")
    told = [one["id"] for one in await heard(at, "?after=0&wait=0")]
    assert len(told) > 6
    assert told == sorted(set(told))


async def test_comments_keep_a_silent_stream_alive(at: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "BEAT", 0.2)
    async with at.http.get("/bide/v1/events?wait=60") as answer:
        told = b""
        while told.count(events.COMMENT) < 2:
            told += await answer.content.readany()


async def test_too_many_listeners_are_asked_to_come_back(at: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST", 0)
    told = await get(at, "/events", 429)
    assert told["error"]["code"] == "too_many_listeners"


async def test_a_listener_that_left_is_forgotten(at: Place) -> None:
    async with at.http.get("/bide/v1/events") as answer:
        await answer.content.readany()
        assert at.gateway.tail.listeners == 1
    while at.gateway.tail.listeners:
        await asyncio.sleep(0.01)


async def test_nobody_hears_of_another_owner(at: Place) -> None:
    await get(at, f"/requests/{await defer(at)}?wait=60")
    secret = "bide-of-a-tenant"
    new = NewKey(external_id="key_1", name="theirs", digest=digest_of(secret), prefix=prefix_of(secret))
    await at.bide.store.keys.create("tenant", new, at.bide.context.clock.now())
    at.gateway.identities._exist = (0, False)  # type: ignore[reportPrivateUsage]
    assert await heard(at, "?after=0&wait=0", {"x-api-key": secret}) == []


@pytest.mark.parametrize(
    ("path", "headers", "param"),
    [
        ("/events?after=-1", {}, "after"),
        ("/events?wait=99999", {}, "wait"),
        ("/events", {"Last-Event-ID": "last"}, "Last-Event-ID"),
    ],
)
async def test_what_is_no_place_in_the_log_says_so(at: Place, path: str, headers: dict[str, str], param: str) -> None:
    assert (await get(at, path, 400, headers))["error"]["param"] == param


@pytest.mark.parametrize(
    ("last", "numbers", "since", "reached"),
    [
        pytest.param(5, [], {}, 5, id="nothing new"),
        pytest.param(5, [6, 7, 8], {}, 8, id="all of them"),
        pytest.param(5, [6, 8, 9], {}, 6, id="one is missing"),
        pytest.param(5, [6, 8, 9], {8: 0.0}, 9, id="one is missing, and was rolled back"),
        pytest.param(5, [6, 8, 10], {8: 0.0}, 8, id="another is missing behind it"),
        pytest.param(5, [7, 9], {7: 0.0, 9: 0.0}, 9, id="both were rolled back"),
        pytest.param(0, [400], {}, 0, id="the log begins late"),
    ],
)
def test_the_log_is_complete_up_to_the_first_number_that_may_yet_come(
    last: int, numbers: list[int], since: dict[int, float], reached: int
) -> None:
    assert complete(last, numbers, since, PATIENCE) == reached


def test_a_gap_that_is_filled_is_forgotten() -> None:
    gaps: dict[int, float] = {}
    assert complete(5, [7], gaps, 0.0) == 5
    assert gaps == {7: 0.0}
    assert complete(5, [6, 7, 9], gaps, 1.0) == 7
    assert gaps == {9: 1.0}
