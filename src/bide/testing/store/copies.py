"""Second copies: a request that lies in two batches is batched once, answered once and paid once, whatever comes back first."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bide.core.batch import Batch, LiveBatch
from bide.core.bucket import Bucket, Phase
from bide.core.clock import DAY
from bide.core.quota import Ceiling, Resource
from bide.core.states import AttemptState, BatchOutcome, BatchState, RequestState
from bide.store.jobs import Progress
from bide.store.store import Store
from bide.testing.scene import INPUT_TOKENS, Handed, Scene, held, report
from bide.testing.store.case import OpenStore, StoreCase
from bide.testing.store.retention import answered, hold, horizon, purged

ANSWERED, ERRORED, REFUSED, LOST = (
    AttemptState.ANSWERED,
    AttemptState.ERRORED,
    AttemptState.REFUSED,
    AttemptState.LOST,
)

CHANCE = 600
"""In thousandths."""


async def copied(scene: Scene, original: Batch, bucket: Bucket, ceilings: Sequence[Ceiling] = ()) -> Batch | None:
    """A second copy, sealed, or None where there is to be none."""
    new = replace(scene.new_batch(), copy_of=original.id, copy_chance=CHANCE)
    return await scene.store.batches.copy(original, new, bucket, scene.now, ceilings=ceilings)


def beside(scene: Scene, store: Store) -> Scene:
    """The same account, as another process works on it."""
    other = Scene(store, "another process")
    other.account = scene.account
    return other


async def pair(scene: Scene, state: BatchState = BatchState.SUBMITTED) -> tuple[Handed, Batch, Batch]:
    """A request in two batches: a submitted one, and its copy in a state."""
    handed = await scene.hand_in(1)
    original = await scene.batch(handed.bucket)
    copy = await copied(scene, original, handed.bucket)
    assert copy is not None
    if state is not BatchState.SEALED:
        copy = await scene.bring(await scene.claim(copy), state)
    return handed, await scene.store.batches.get(original.id), copy


async def ended(scene: Scene, batch: Batch, outcome: BatchOutcome = BatchOutcome.COMPLETED) -> Batch:
    """A batch of the pair, ended and held."""
    if batch.state is BatchState.ENDED:
        return batch
    present = await scene.store.batches.get(batch.id)
    if present.holder is None:
        present = await scene.claim(present)
    return await scene.store.batches.ended(held(present), outcome=outcome, ended_at=scene.now, now=scene.now)


async def harvested(scene: Scene, batch: Batch, verdict: AttemptState = LOST) -> Batch:
    """Nothing more comes from it."""
    await scene.write_off(batch, verdict)
    return await scene.store.batches.harvested(held(batch), scene.now)


class CopyCases(StoreCase):
    """`Batches.copy`, and what becomes of a request that lies in two batches."""

    async def _progress(self, scene: Scene, handed: Handed) -> Progress:
        return await scene.store.jobs.progress(scene.owner, handed.job.id)

    async def _live(self, scene: Scene) -> dict[int, LiveBatch]:
        snapshot = await scene.store.snapshots.take("host", scene.now)
        return {one.batch.id: one for one in snapshot.live}

    async def test_a_copy_is_one_more_batch_of_the_same_request(self, scene: Scene) -> None:
        handed, original, copy = await pair(scene, BatchState.SEALED)
        assert (original.copied, original.copy_of) == (True, None)
        assert (copy.copied, copy.copy_of, copy.copy_chance) == (False, original.id, CHANCE)
        assert (copy.requests, copy.size, copy.tokens) == (original.requests, original.size, original.tokens)
        assert copy.due_at == scene.now, "it is handed over at once"
        [line], [first] = [await scene.store.batches.lines(one, 0, 10) for one in (copy, original)]
        assert line.body == first.body
        assert line.attempt != first.attempt
        assert (await self._progress(scene, handed)).phases == {Phase.BATCHED: 1}, "it is batched once"
        live = await self._live(scene)
        assert [one.is_needed for one in live.values()] == [True, True]
        assert {one.shares[handed.bucket.id] for one in live.values()} == {1}

    async def test_of_several_workers_that_copy_a_batch_one_does(self, scene: Scene, open_store: OpenStore) -> None:
        handed = await scene.hand_in(1)
        original = await scene.batch(handed.bucket)
        other = await open_store()
        scenes = [scene, beside(scene, other)]
        try:
            made = await asyncio.gather(*(copied(one, original, handed.bucket) for one in scenes for _ in range(3)))
        finally:
            await other.close()
        assert sum(copy is not None for copy in made) == 1

    @pytest.mark.parametrize(
        "state",
        [BatchState.SEALED, BatchState.SUBMITTING, BatchState.CANCELLING, BatchState.ENDED, BatchState.HARVESTED],
    )
    async def test_only_what_is_under_way_is_copied(self, scene: Scene, state: BatchState) -> None:
        handed = await scene.hand_in(1)
        original = await scene.batch(handed.bucket, state)
        assert await copied(scene, original, handed.bucket) is None
        assert not (await scene.store.batches.get(original.id)).copied

    async def test_what_has_several_requests_is_not_copied(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        assert await copied(scene, await scene.batch(handed.bucket), handed.bucket) is None

    async def test_what_is_being_cancelled_is_not_copied(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        original = await scene.batch(handed.bucket)
        await scene.store.batches.ask_cancel(original.id, "why", scene.now)
        assert await copied(scene, original, handed.bucket) is None

    async def test_a_copy_is_not_copied_again(self, scene: Scene) -> None:
        handed, original, copy = await pair(scene)
        assert await copied(scene, copy, handed.bucket) is None
        assert await copied(scene, original, handed.bucket) is None

    async def test_what_is_being_called_is_not_copied(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        original = await scene.batch(handed.bucket)
        [call] = await scene.call(handed.bucket, batch=original)
        assert await copied(scene, original, handed.bucket) is None
        await scene.settle_calls([report(call.attempt, REFUSED)])
        assert await copied(scene, original, handed.bucket) is not None

    async def test_what_is_settled_is_not_copied(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        original = await scene.batch(handed.bucket)
        await scene.store.requests.give_up(handed.bucket, RequestState.EXPIRED, Phase.BATCHED, 10, scene.now)
        assert await copied(scene, original, handed.bucket) is None

    async def test_nothing_of_a_cancelled_job_is_copied(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        original = await scene.batch(handed.bucket)
        await scene.store.jobs.cancel(scene.owner, handed.job.id, scene.now)
        assert await copied(scene, original, handed.bucket) is None

    async def test_a_copy_needs_room_like_every_batch(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        original = await scene.batch(handed.bucket)
        for resource, fits in (
            (Resource.ENQUEUED_TOKENS, 2 * INPUT_TOKENS),
            (Resource.ENQUEUED_REQUESTS, 2),
            (Resource.LIVE_BATCHES, 2),
            (Resource.BATCHES_PER_HOUR, 2),
        ):
            tight = Ceiling(resource, fits - 1, shared=resource is Resource.BATCHES_PER_HOUR)
            assert await copied(scene, original, handed.bucket, [tight]) is None, resource
        enough = [Ceiling(Resource.ENQUEUED_TOKENS, 2 * INPUT_TOKENS), Ceiling(Resource.LIVE_BATCHES, 2)]
        assert await copied(scene, original, handed.bucket, enough) is not None
        snapshot = await scene.store.snapshots.take("host", scene.now)
        assert snapshot.usage.of(Resource.BATCHES_PER_HOUR, scene.account, None) == 2

    @pytest.mark.parametrize("original_first", [True, False])
    async def test_the_first_answer_counts_and_the_other_is_waste(self, scene: Scene, original_first: bool) -> None:
        handed, original, copy = await pair(scene)
        first, second = (original, copy) if original_first else (copy, original)
        await _land(scene, first, 5)
        progress = await self._progress(scene, handed)
        assert (progress.phases, progress.paid, progress.wasted) == ({Phase.BATCH: 1}, 5, 0)
        live = await self._live(scene)
        assert not live[second.id].is_needed, "and it is cancelled"
        await _land(scene, second, 7)
        progress = await self._progress(scene, handed)
        assert (progress.phases, progress.paid, progress.wasted) == ({Phase.BATCH: 1}, 5, 7)
        totals = await scene.store.ledger.totals(scene.owner, handed.job.id)
        assert {(one.kind, one.reason): one.entries for one in totals} == {("paid", None): 1, ("waste", "copy"): 1}
        assert (await scene.get(handed.job)).done_at is not None

    @pytest.mark.parametrize("original_first", [True, False])
    @pytest.mark.parametrize("verdict", [REFUSED, LOST, ERRORED])
    async def test_while_one_of_them_lives_the_request_is_batched(
        self, scene: Scene, verdict: AttemptState, original_first: bool
    ) -> None:
        handed, original, copy = await pair(scene)
        first, second = (original, copy) if original_first else (copy, original)
        batch = await ended(scene, first)
        await scene.land(batch, [report(one, verdict) for one in await scene.attempts(batch)])
        await harvested(scene, batch)
        assert (await self._progress(scene, handed)).phases == {Phase.BATCHED: 1}
        assert (await self._live(scene))[second.id].is_needed
        other = await ended(scene, second)
        await scene.land(other, [report(one, verdict) for one in await scene.attempts(other)])
        await harvested(scene, other)
        waits = Phase.STUBBORN if verdict is LOST else Phase.WAITING
        assert (await self._progress(scene, handed)).phases == {waits: 1}
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt, amount=9)])
        progress = await self._progress(scene, handed)
        assert (progress.phases, progress.paid) == ({Phase.REALTIME: 1}, 9)

    async def test_a_rescue_calls_it_once(self, scene: Scene) -> None:
        handed, original, copy = await pair(scene)
        [call] = await scene.call(handed.bucket, batch=original)
        assert await scene.call(handed.bucket, batch=copy) == []
        assert (await self._progress(scene, handed)).phases == {Phase.CALLING: 1}
        await _land(scene, copy, 5)
        await scene.settle_calls([report(call.attempt, amount=9)])
        await _land(scene, original, 6)
        progress = await self._progress(scene, handed)
        assert (progress.phases, progress.paid, progress.wasted) == ({Phase.BATCH: 1}, 5, 15)
        totals = await scene.store.ledger.totals(scene.owner, handed.job.id)
        assert {one.reason for one in totals} == {None, "answered twice", "copy"}

    async def test_a_call_that_fails_leaves_it_in_both(self, scene: Scene) -> None:
        handed, original, copy = await pair(scene)
        [call] = await scene.call(handed.bucket, batch=copy)
        await scene.settle_calls([report(call.attempt, REFUSED)])
        assert (await self._progress(scene, handed)).phases == {Phase.BATCHED: 1}
        await harvested(scene, await ended(scene, original, BatchOutcome.CANCELLED), REFUSED)
        assert (await self._progress(scene, handed)).phases == {Phase.BATCHED: 1}
        await harvested(scene, await ended(scene, copy, BatchOutcome.CANCELLED), REFUSED)
        assert (await self._progress(scene, handed)).phases == {Phase.WAITING: 1}

    async def test_a_copy_that_never_left_leaves_no_trace_in_the_tallies(self, scene: Scene) -> None:
        handed, original, copy = await pair(scene, BatchState.SEALED)
        await scene.store.batches.ask_cancel(copy.id, "nobody needs it", scene.now)
        gone = await ended(scene, copy, BatchOutcome.CANCELLED)
        await harvested(scene, gone, AttemptState.ABANDONED)
        assert (await self._progress(scene, handed)).phases == {Phase.BATCHED: 1}
        await _land(scene, original, 5)
        assert (await self._progress(scene, handed)).paid == 5

    async def test_what_fails_validation_is_left_to_the_other(self, scene: Scene) -> None:
        handed, original, copy = await pair(scene)
        failed = await ended(scene, original, BatchOutcome.FAILED)
        first, last = failed.first_attempt or 0, failed.last_attempt or 0
        assert await scene.store.batches.divide(held(failed), [], [(scene.new_batch(), first, last)], scene.now) == []
        await scene.store.batches.harvested(held(failed), scene.now)
        assert (await self._progress(scene, handed)).phases == {Phase.BATCHED: 1}
        await _land(scene, copy, 5)
        assert (await self._progress(scene, handed)).phases == {Phase.BATCH: 1}

    @pytest.mark.parametrize("state", [RequestState.EXPIRED, RequestState.CANCELLED])
    async def test_what_is_given_up_is_given_up_in_both(self, scene: Scene, state: RequestState) -> None:
        handed, original, copy = await pair(scene)
        assert await scene.store.requests.give_up(handed.bucket, state, Phase.BATCHED, 10, scene.now) == 1
        assert [one.is_needed for one in (await self._live(scene)).values()] == [False, False]
        await _land(scene, copy, 5)
        assert (await scene.get(handed.job)).done_at is None
        await harvested(scene, await ended(scene, original))
        progress = await self._progress(scene, handed)
        assert (progress.phases, progress.paid, progress.wasted) == ({Phase(state): 1}, 0, 5)
        assert (await scene.get(handed.job)).done_at is not None

    async def test_the_same_answers_again_change_nothing(self, scene: Scene) -> None:
        handed, original, copy = await pair(scene)
        batch = await ended(scene, copy)
        [attempt] = await scene.attempts(batch)
        assert await scene.land(batch, [report(attempt, amount=5)]) == 1
        assert await scene.land(batch, [report(attempt, amount=5)]) == 0
        await _land(scene, original, 7)
        progress = await self._progress(scene, handed)
        assert (progress.paid, progress.wasted) == (5, 7)

    async def test_a_copy_has_won_where_it_brought_the_answer_before_it_was_called(self, scene: Scene) -> None:
        for called, first, won in ((False, 1, True), (False, 0, False), (True, 1, False)):
            handed, *batches = await pair(scene)
            calls = await scene.call(handed.bucket, batch=batches[0]) if called else []
            await _land(scene, batches[first], 5)
            assert await scene.store.batches.copy_won(batches[1]) is won
            await _land(scene, batches[1 - first], 5)
            assert await scene.store.batches.copy_won(batches[1]) is won
            await scene.settle_calls([report(call.attempt) for call in calls])

    async def test_both_attempts_are_told(self, scene: Scene) -> None:
        handed, _, copy = await pair(scene)
        [request] = [row["id"] for row in await scene.store.requests.results(scene.owner, handed.job, 0, 10)]
        tried = await scene.store.history.tried(scene.owner, handed.job.id, request)
        assert [row["batch"] is not None for row in tried.attempts] == [True, True]
        decided = await scene.store.decisions.of_request(scene.owner, handed.bucket.id, request, [], scene.now)
        assert len(decided) == 2
        assert decided[1]["batch_id"] == copy.id

    async def test_a_pair_goes_with_its_job(self, scene: Scene) -> None:
        handed, original, copy = await pair(scene)
        await _land(scene, original, 5)
        await _land(scene, copy, 5)
        for one in (original, copy):
            due = await scene.claim(await scene.store.batches.get(one.id))
            await scene.store.batches.cleaned(held(due), 0, scene.now)
        await answered(scene, 1)
        scene.now += 100 * DAY
        await answered(scene, 1)
        await purged(scene, await scene.get(handed.job))
        lease = await hold(scene)
        assert lease is not None
        gone = await scene.store.purge.empty_batches(horizon(scene), 10)
        assert [batch for batch, _ in gone] == [original.id, copy.id]
        await scene.store.purge.drop_batch(lease, *gone[0])
        assert (await scene.store.batches.get(copy.id)).copy_of is None
        await scene.store.purge.drop_batch(lease, *gone[1])

    async def test_what_is_paid_twice_is_known_by_account_and_model_since_an_instant(self, scene: Scene) -> None:
        async def spending(since: int) -> list[tuple[float, float, int]]:
            found = await scene.store.buckets.spending(since)
            mine = [one for one in found if one[:2] == (scene.account, scene.model)]
            return [(listed, wasted, answered) for _, _, listed, wasted, answered in mine]

        handed, original, copy = await pair(scene)
        assert await spending(scene.now) == [], "nothing is answered"
        for batch in (original, copy):
            present = await ended(scene, batch)
            [attempt] = await scene.attempts(present)
            await scene.land(present, [report(attempt)])
            await harvested(scene, present)
        assert await spending(handed.job.accepted_at or 0) == [(2_000, 1_000, 1)]
        assert await spending(scene.now + 1) == []
        await scene.hand_in(1)
        assert await spending(scene.now) == [(2_000, 1_000, 1)], "what nobody answered adds nothing"


async def _land(scene: Scene, batch: Batch, amount: int) -> None:
    """The batch ends, with an answer."""
    present = await ended(scene, batch)
    [attempt] = await scene.attempts(present)
    await scene.land(present, [report(attempt, amount=amount)])
    await harvested(scene, present)
