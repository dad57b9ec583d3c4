"""Lists and receipts: calls of both kinds in one order, filtered; jobs; the event log by its numbers."""

from bide.core.bucket import Part
from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import AttemptState, RequestState
from bide.core.usage import Usage
from bide.store.history import LAST_JOB, Wanted
from bide.store.passages import Passage, Passed
from bide.store.reports import Price
from bide.store.taking import Gathering, NewCall
from bide.testing.scene import INPUT_TOKENS, OUTPUT_TOKENS, USAGE, Scene, report
from bide.testing.store.case import StoreCase


class HistoryCases(StoreCase):
    """`history`, and `events` by their numbers."""

    async def test_calls_of_both_kinds_are_listed_newest_first(self, scene: Scene) -> None:
        made: list[str] = []
        for number in range(3):
            made += [await _deferred(scene, number), await _passed(scene, number)]
            scene.now += SECOND
        found = await _listed(scene, Wanted())
        assert sorted(found[:2]) == sorted(made[4:])
        assert sorted(found) == sorted(made)
        paged: list[str] = []
        while page := await _listed(scene, Wanted(), paged[-1] if paged else None, 2):
            paged += page
        assert paged == found
        assert await scene.store.history.requests(scene.owner, Wanted(), "nobody", 2) is None

    async def test_a_list_has_what_fits_and_only_the_owners(self, scene: Scene) -> None:
        deferred, passed = await _deferred(scene, 1), await _passed(scene, 1)
        [row] = await scene.store.history.requests(scene.owner, Wanted(lane=None, workflow="nightly"), None, 9) or []
        job = row["job"]
        assert await _listed(scene, Wanted(workflow="nightly")) == [deferred]
        assert await _listed(scene, Wanted(lane="realtime")) == [passed]
        assert await _listed(scene, Wanted(lane="batch")) == []
        assert await _listed(scene, Wanted(job=job)) == [deferred]
        assert await _listed(scene, Wanted(state=RequestState.OPEN)) == [deferred]
        assert await _listed(scene, Wanted(state=RequestState.SUCCEEDED)) == [passed]
        assert await _listed(scene, Wanted(model="another")) == []
        scene.owner = "somebody else"
        assert await _listed(scene, Wanted()) == []
        assert await scene.store.history.requests(scene.owner, Wanted(), deferred, 9) is None
        assert await scene.store.history.jobs(scene.owner, LAST_JOB, None, None, 9) == []

    async def test_what_was_tried_for_a_request_is_told_with_what_it_cost(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt)])
        tried = await scene.store.history.tried(scene.owner, handed.job.id, call.request)
        assert [(one["lane"], one["state"], one["batch"]) for one in tried.attempts] == [("realtime", "answered", None)]
        assert [(one["kind"], one["amount"], one["listed"]) for one in tried.entries] == [("paid", 1_000, 2_000)]
        other = await scene.store.history.tried("somebody else", handed.job.id, call.request)
        assert (list(other.attempts), list(other.entries)) == ([], [])

    async def test_everything_that_was_asked_for_is_a_log(self, scene: Scene) -> None:
        began = scene.now
        handed = await scene.hand_in(2)
        [called] = await scene.call(handed.bucket, 1)
        await scene.settle_calls([report(called.attempt)])
        scene.now += SECOND
        await _deferred(scene, 1)
        scene.now += SECOND
        await _passed(scene, 1)
        rows = await scene.store.history.workload(began, 9)
        told = [
            (row["at"] - began, row["deadline"], row["input_tokens"], row["output_tokens"], row["output_limit"])
            for row in rows
        ]
        deadline = handed.job.deadline
        assert sorted(told[:2], key=lambda one: one[3] is None) == [
            (0, deadline, USAGE.input, USAGE.output, OUTPUT_TOKENS),
            (0, deadline, INPUT_TOKENS, None, OUTPUT_TOKENS),
        ]
        assert told[2:] == [(SECOND, began + SECOND + HOUR, 1, None, 1), (2 * SECOND, None, 1, 1, 10)]
        assert [row["workflow"] for row in rows][2:] == ["nightly", None]
        assert len(await scene.store.history.workload(began + SECOND, 9)) == 2
        assert len(await scene.store.history.workload(began, 1)) == 1

    async def test_how_much_of_the_output_was_reasoning_is_counted_by_model(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        calls = await scene.call(handed.bucket, 3)
        await scene.settle_calls([report(one.attempt) for one in calls])
        [row] = await scene.store.history.reasoned(9)
        assert (row["answers"], row["output"], row["reasoning"]) == (3, 3 * USAGE.output, 3 * USAGE.reasoning)
        assert (row["account"], row["model"]) == (scene.account, handed.bucket.model)
        [latest] = await scene.store.history.reasoned(2)
        assert latest["answers"] == 2
        await _passed(scene, 1)
        counted = {row["model"]: row["answers"] for row in await scene.store.history.reasoned(9)}
        assert sum(counted.values()) == 4
        own = await scene.store.history.reasoned(9, scene.owner)
        assert sum(row["answers"] for row in own) == 4
        assert await scene.store.history.reasoned(9, "somebody else") == []

    async def test_jobs_are_listed_newest_first(self, scene: Scene) -> None:
        jobs = [(await scene.hand_in(1)).job for _ in range(3)]
        find = scene.store.history.jobs
        assert [one.id for one in await find(scene.owner, LAST_JOB, None, None, 2)] == [jobs[2].id, jobs[1].id]
        assert [one.id for one in await find(scene.owner, jobs[1].id, None, None, 2)] == [jobs[0].id]
        assert len(await find(scene.owner, LAST_JOB, "running", jobs[0].kind, 9)) == 3
        assert await find(scene.owner, LAST_JOB, "done", None, 9) == []
        assert await find(scene.owner, LAST_JOB, None, "another", 9) == []

    async def test_events_are_read_by_their_numbers(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        await scene.batch(handed.bucket)
        events = scene.store.events
        newest = await events.newest()
        numbers = await events.numbers(0, 100)
        assert numbers[-1] == newest
        mine = await events.page(scene.owner, 0, newest, 100)
        assert [row["id"] for row in mine] == numbers
        assert {row["job"] for row in mine} == {handed.job.external_id, None}
        assert [row["id"] for row in await events.page(scene.owner, numbers[0], numbers[-2], 100)] == numbers[1:-1]
        assert await events.page("somebody else", 0, newest, 100) == []

    async def test_the_stages_of_answered_requests_are_counted_by_their_length(self, scene: Scene) -> None:
        handed = await scene.hand_in(4)
        scene.now += 3 * SECOND
        batch = await scene.batch(handed.bucket)
        scene.now += MINUTE
        [called] = await scene.call(handed.bucket, 1, batch)
        scene.now += 2 * SECOND
        await scene.settle_calls([report(called.attempt)])
        scene.now += SECOND
        await scene.land(batch, [report(attempt) for attempt in await scene.attempts(batch)])
        found = await scene.store.ledger.stages(scene.owner, handed.job.id)
        assert found == {"queue": [(3, 4)], "provider": [(60, 1), (63, 3)], "rescue": [(2, 1)]}
        assert await scene.store.ledger.stages("somebody else", handed.job.id) == {}


async def _listed(scene: Scene, wanted: Wanted, after: str | None = None, count: int = 9) -> list[str]:
    rows = await scene.store.history.requests(scene.owner, wanted, after, count)
    assert rows is not None
    return [row["external_id"] for row in rows]


async def _deferred(scene: Scene, number: int) -> str:
    gathering = Gathering(
        scene.owner, None, "nightly", OnMiss.RESCUE, scene.now + HOUR, scene.now + MINUTE, f"job_{number}"
    )
    [taken] = await scene.store.calls.take(
        [
            NewCall(
                external_id=f"req_{number}",
                gathering=gathering,
                account=scene.account,
                model=scene.model,
                endpoint=scene.endpoint,
                part=Part.GUARANTEED,
                body=b"{}",
                input_tokens=1,
                output_tokens=1,
                path=scene.endpoint,
                asked_model=scene.model,
                digest=b"digest",
                idempotency_key=None,
                urgency="header bide-within",
                deadline=scene.now + HOUR,
                stream=False,
                holder=None,
            )
        ],
        scene.now,
    )
    return taken.external_id  # type: ignore[reportAttributeAccessIssue]


async def _passed(scene: Scene, number: int) -> str:
    name = f"req_passed_{number}"
    passage = Passage(
        external_id=name,
        owner=scene.owner,
        key=None,
        workflow=None,
        path=scene.endpoint,
        account=scene.account,
        model=scene.model,
        urgency="default",
        holder=scene.holder,
        body_bytes=10,
        output_tokens=10,
        sent_at=scene.now,
    )
    ended = Passed(
        external_id=name,
        state=AttemptState.ANSWERED,
        status=200,
        code=None,
        price=Price(Usage(input=1, output=1), None, 5, 5),
        suspected=False,
        first_token_at=None,
        finished_at=scene.now,
    )
    await scene.store.passages.record([passage], [ended])
    return name
