"""Kept answers: given to exact repeats at no cost, to their owner alone, for as long as they are kept."""

import asyncio
from dataclasses import replace

import pytest

from bide.core.bucket import Phase
from bide.core.clock import DAY, HOUR, MINUTE
from bide.core.decision import Decided
from bide.core.errors import StoreError
from bide.core.job import Job
from bide.core.span import Span
from bide.core.states import AttemptState, BatchState
from bide.core.usage import Usage
from bide.lanes.outcome.retention import Horizon
from bide.store.bodies import NewObject
from bide.store.cache import Given
from bide.store.costs import Stretch
from bide.store.database import Row
from bide.store.purge import Hold
from bide.store.reports import Price
from bide.store.requests import Alike
from bide.testing.scene import START, USAGE, Handed, Scene, held, report, span
from bide.testing.store.case import StoreCase

WHY = Decided("an answer is kept", None, {"lane": "cache"})
ALONE: Alike = (None, None)
MOST = 100


def like(name: str, kept_for: int = HOUR) -> Alike:
    return name.encode(), kept_for


class CacheCases(StoreCase):
    """`serve`, `find`, `keep`, `give`, and what a purge leaves of them."""

    async def test_a_repeat_is_answered_with_what_a_batch_answered_and_costs_nothing(self, scene: Scene) -> None:
        first = await _batched(scene, like("a"), like("b"))
        again = await _hand_in(scene, like("a"), like("b"), like("c"), ALONE)
        assert await _serve(scene, again) == 2
        [bucket] = await scene.buckets(again.job)
        assert bucket.seek_from is None
        assert bucket.tallies[Phase.CACHE].requests == bucket.tallies[Phase.WAITING].requests == 2
        theirs, mine = await _rows(scene, first.job), await _rows(scene, again.job)
        assert [row["lane"] for row in mine] == ["cache", "cache", None, None]
        where = ("object_id", "start", "length", "checksum")
        assert [[row[name] for name in where] for row in mine[:2]] == [[row[name] for name in where] for row in theirs]
        progress = await scene.store.jobs.progress(scene.owner, again.job.id)
        assert (progress.paid, progress.listed, progress.unpriced) == (0, 4_000, 0)

    async def test_its_ledger_entry_tells_what_the_answer_cost_when_it_was_bought(self, scene: Scene) -> None:
        await _batched(scene, like("a"))
        again = await _hand_in(scene, like("a"))
        await _serve(scene, again)
        [row] = await _rows(scene, again.job)
        [entry] = (await scene.store.history.tried(scene.owner, again.job.id, row["id"])).entries
        assert (entry["kind"], entry["lane"], entry["amount"], entry["listed"]) == ("paid", "cache", 0, 2_000)
        assert Usage(*(entry[name] for name in Usage._fields)) == USAGE
        assert (await scene.get(again.job)).done_at is not None

    async def test_what_was_given_counts_as_answered_and_as_what_it_would_have_cost(self, scene: Scene) -> None:
        first = await _batched(scene, like("a"), like("b"))
        await _serve(scene, await _hand_in(scene, like("a"), like("b"), like("c")))
        [spent] = [
            one for one in await scene.store.buckets.spending(first.job.accepted_at or 0) if one[0] == scene.account
        ]
        assert spent[2:] == (8_000, 0, 4)

    async def test_why_it_was_given_is_on_record(self, scene: Scene) -> None:
        await _batched(scene, like("a"))
        scene.now += MINUTE
        again = await _hand_in(scene, like("a"))
        await _serve(scene, again)
        [row] = await _rows(scene, again.job)
        [decision] = await scene.store.decisions.of_request(
            scene.owner, again.bucket.id, row["id"], [row["attempt"]], scene.now
        )
        assert (decision["action"], decision["rule"]) == ("cache", WHY.rule)
        assert f'"oldest": {MINUTE}' in decision["numbers"]

    async def test_an_answer_that_came_by_itself_is_kept_without_a_copy(self, scene: Scene) -> None:
        first = await _called(scene, like("a"))
        [row] = await _rows(scene, first.job)
        assert row["response"] is None
        assert await scene.store.bodies.read(_span(row)) == b"an answer"
        again = await _hand_in(scene, like("a"))
        assert await _serve(scene, again) == 1
        assert _span((await _rows(scene, again.job))[0]) == _span(row)

    async def test_nothing_is_kept_that_is_to_have_an_answer_of_its_own(self, scene: Scene) -> None:
        first = await _called(scene, ALONE)
        assert bytes((await _rows(scene, first.job))[0]["response"]) == b"an answer"
        again = await _hand_in(scene, like("a"))
        assert await _serve(scene, again) == 0
        assert (await scene.buckets(again.job))[0].seek_from is None

    async def test_a_failed_request_leaves_nothing(self, scene: Scene) -> None:
        failed = await _hand_in(scene, like("a"))
        [call] = await scene.call(failed.bucket)
        await scene.settle_calls([report(call.attempt, AttemptState.ERRORED, permanent=True, inline=b"no")])
        again = await _hand_in(scene, like("a"))
        assert await _serve(scene, again) == 0

    async def test_reports_tell_what_was_given_apart(self, scene: Scene) -> None:
        await _batched(scene, like("a"))
        again = await _hand_in(scene, like("a"))
        await _serve(scene, again)
        kept = await scene.store.cache.find(scene.owner, b"a", HOUR, scene.now)
        assert kept is not None
        await scene.store.cache.give(_given(scene), kept)
        totals = await scene.store.costs.totals(scene.owner, ("lane",), Stretch())
        given = [total for group, total in totals if group.lane == "cache"]
        assert [(one.entries, one.amount, one.listed) for one in given] == [(1, 0, 2_000)] * 2

    async def test_what_is_kept_is_its_owner_s_alone(self, scene: Scene) -> None:
        await _batched(scene, like("a"))
        other = Scene(scene.store, "other", owner="somebody else")
        again = await _hand_in(other, like("a"))
        assert await _serve(other, again) == 0
        assert await scene.store.cache.find("somebody else", b"a", HOUR, scene.now) is None
        assert await scene.store.cache.find(scene.owner, b"a", HOUR, scene.now) is not None

    async def test_an_answer_is_given_as_long_as_both_who_gave_it_and_who_asks_allow(self, scene: Scene) -> None:
        await _batched(scene, like("a", HOUR))
        for age, kept_for, found in (
            (HOUR - 1, DAY, 1),
            (HOUR, DAY, 0),
            (10 * MINUTE, 10 * MINUTE, 0),
            (10 * MINUTE - 1, 10 * MINUTE, 1),
        ):
            scene.now = START + age
            again = await _hand_in(scene, like("a", kept_for))
            kept = await scene.store.cache.find(scene.owner, b"a", kept_for, scene.now)
            assert (await _serve(scene, again), int(kept is not None)) == (found, found), (age, kept_for)

    async def test_of_several_alike_the_last_answer_is_given(self, scene: Scene) -> None:
        await _batched(scene, like("a"), like("a"))
        scene.now += MINUTE
        newest = await _called(scene, like("a"))
        again = await _hand_in(scene, like("a"), like("a"))
        assert await _serve(scene, again) == 2
        [new] = await _rows(scene, newest.job)
        assert [_span(row) for row in await _rows(scene, again.job)] == [_span(new)] * 2

    async def test_many_are_looked_up_in_portions_and_each_once(self, scene: Scene) -> None:
        await _batched(scene, like("a"))
        again = await _hand_in(scene, *[like("a")] * 3, like("b"))
        assert [await _serve(scene, again, 2) for _ in range(3)] == [2, 1, 0]
        await _called(scene, like("b"))
        assert await _serve(scene, again) == 0

    async def test_two_workers_give_each_once(self, scene: Scene) -> None:
        await _batched(scene, like("a"))
        again = await _hand_in(scene, *[like("a")] * 5)
        assert sum(await asyncio.gather(*(_serve(scene, again, 3) for _ in range(4)))) == 5
        assert await scene.buckets(again.job) == []

    async def test_nothing_more_is_given_to_a_job_that_is_cancelled(self, scene: Scene) -> None:
        await _batched(scene, like("a"))
        again = await _hand_in(scene, like("a"))
        await scene.store.jobs.cancel(scene.owner, again.job.id, scene.now)
        assert await _serve(scene, again) == 0

    async def test_what_is_in_flight_is_not_answered_twice(self, scene: Scene) -> None:
        await _batched(scene, like("a"))
        again = await _hand_in(scene, like("a"), like("a"))
        await scene.call(again.bucket, 1)
        assert await _serve(scene, again) == 1

    async def test_a_call_that_could_not_wait_is_answered_and_answers(self, scene: Scene) -> None:
        cache, price = scene.store.cache, Price(USAGE, None, 700, 900)
        await cache.keep(scene.owner, b"a", "req_1", b"hello", price, scene.now + HOUR, scene.now)
        kept = await cache.find(scene.owner, b"a", HOUR, scene.now)
        assert kept is not None
        assert (await scene.store.bodies.read(kept.body), kept.usage, kept.listed) == (b"hello", USAGE, 900)
        given = _given(scene)
        await cache.give(given, kept)
        row = await scene.store.passages.find(scene.owner, given.external_id)
        assert row is not None
        assert (row["lane"], row["state"], row["kind"], row["amount"], row["output"]) == (
            "cache",
            "answered",
            "paid",
            0,
            20,
        )
        again = await _hand_in(scene, like("a"))
        assert await _serve(scene, again) == 1

    async def test_a_purged_answer_is_not_given_and_what_was_given_of_it_stays(self, scene: Scene) -> None:
        first, alone = await _batched(scene, like("a")), await _called(scene, like("b"))
        again = await _hand_in(scene, like("a", 100 * DAY), like("b", 100 * DAY))
        await _serve(scene, again)
        await _hand_in(scene, ALONE)
        hold = await _hold(scene)
        for handed in (first, alone):
            await _purge_job(scene, hold, handed.job)
        assert [await scene.store.cache.find(scene.owner, name, 100 * DAY, scene.now) for name in (b"a", b"b")] == [
            None
        ] * 2
        await _drop_batches(scene, hold)
        page = await _rows(scene, again.job)
        assert await scene.store.bodies.name(_span(page[0]).object_id)
        assert await scene.store.bodies.read(_span(page[1])) == b"an answer"

    async def test_objects_go_when_nothing_points_into_them_any_more(self, scene: Scene) -> None:
        first = await _called(scene, like("a"))
        again = await _hand_in(scene, like("a"))
        await _serve(scene, again)
        [row] = await _rows(scene, again.job)
        await _hand_in(scene, ALONE)
        last = await _called(scene, ALONE)
        hold = await _hold(scene)
        await _purge_job(scene, hold, first.job)
        await _clear_up(scene, hold)
        assert await scene.store.bodies.size(row["object_id"]) == len(b"an answer")
        await _purge_job(scene, hold, again.job)
        await _clear_up(scene, hold)
        assert await scene.store.bodies.size(row["object_id"]) == 0
        assert bytes((await _rows(scene, last.job))[0]["response"]) == b"an answer"

    async def test_answers_go_when_their_time_is_over(self, scene: Scene) -> None:
        cache, price = scene.store.cache, Price(USAGE, None, 700, 900)
        await cache.keep(scene.owner, b"a", "req_1", b"one", price, scene.now + HOUR, scene.now)
        await cache.keep(scene.owner, b"b", "req_2", b"two", price, scene.now + DAY, scene.now)
        await cache.keep(scene.owner, b"b", "req_3", b"three", price, scene.now + DAY, scene.now)
        hold, purge = await _hold(scene), scene.store.purge
        assert [await purge.forget_kept(hold, 0, scene.now + HOUR) for _ in range(2)] == [1, 0]
        assert await cache.find(scene.owner, b"a", DAY, scene.now) is None
        kept = await cache.find(scene.owner, b"b", DAY, scene.now)
        assert kept is not None
        assert await scene.store.bodies.read(kept.body) == b"three"
        assert await purge.forget_kept(hold, scene.now + 1, scene.now) == 1
        assert await purge.release(hold, 0) == kept.body.object_id
        assert await purge.release(hold, kept.body.object_id) is None
        with pytest.raises(StoreError, match="not on record"):
            await scene.store.bodies.read(kept.body)


async def _hand_in(scene: Scene, *alike: Alike) -> Handed:
    """A job of requests that are known so."""
    job = await scene.begin()
    newest = await scene.store.requests.newest()
    bucket = await scene.bucket_in(job)
    rows = await scene.rows(job, bucket, len(alike))
    if any(one != ALONE for one in alike):
        rows = replace(rows, alike=alike)
    await scene.store.requests.add(rows)
    accepted = await scene.accept(job, len(alike), newest)
    return Handed(accepted, await scene.buckets(accepted))


async def _batched(scene: Scene, *alike: Alike) -> Handed:
    """A job that a batch has answered."""
    handed = await _hand_in(scene, *alike)
    batch = await scene.batch(handed.bucket, BatchState.ENDED)
    attempts = await scene.attempts(batch)
    reports = [report(attempt, response=span(10 * place)) for place, attempt in enumerate(attempts)]
    await scene.land(batch, reports, NewObject(f"answers-{batch.tag}-0", "answers", 10 * len(alike)))
    await scene.store.batches.harvested(held(batch), scene.now)
    return handed


async def _called(scene: Scene, *alike: Alike) -> Handed:
    """A job that was called."""
    handed = await _hand_in(scene, *alike)
    await scene.settle_calls([report(call.attempt, inline=b"an answer") for call in await scene.call(handed.bucket)])
    return handed


async def _serve(scene: Scene, handed: Handed, limit: int = MOST) -> int:
    return await scene.store.cache.serve(handed.bucket, limit, WHY, scene.now)


async def _rows(scene: Scene, job: Job) -> list[Row]:
    return list(await scene.store.requests.results(scene.owner, await scene.get(job), 0, MOST))


def _span(row: Row) -> Span:
    return Span(row["object_id"], row["start"], row["length"], row["checksum"])


def _given(scene: Scene) -> Given:
    return Given(
        external_id="req_given",
        owner=scene.owner,
        key=None,
        workflow=None,
        path=scene.endpoint,
        account=scene.account,
        model=scene.model,
        urgency="default",
        body_bytes=10,
        output_tokens=20,
        now=scene.now,
    )


async def _hold(scene: Scene) -> Hold:
    fence = await scene.store.purge.claim("worker", scene.now, scene.now + HOUR, at_once=True)
    assert fence is not None
    return Hold(fence, scene.now + HOUR)


async def _purge_job(scene: Scene, hold: Hold, job: Job) -> None:
    horizon = Horizon(scene.now + DAY, 0, 0, 0, scene.now + DAY)
    job = await scene.get(job)
    assert await scene.store.purge.take(hold, job, horizon, scene.now)
    after: int | None = 0
    while after is not None:
        after = await scene.store.purge.thin(hold, job, after)
    await scene.store.purge.finish(hold, job)


async def _drop_batches(scene: Scene, hold: Hold) -> None:
    horizon = Horizon(scene.now + DAY, 0, 0, 0, scene.now + DAY)
    for batch, tag in await scene.store.purge.empty_batches(horizon, MOST):
        await scene.store.purge.drop_batch(hold, batch, tag)
    await _clear_up(scene, hold)


async def _clear_up(scene: Scene, hold: Hold) -> None:
    """Remove the objects into which nothing points any more."""
    await scene.store.purge.release(hold, 0)
    await scene.store.purge.sweep(hold, 0)
