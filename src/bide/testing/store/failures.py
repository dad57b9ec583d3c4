"""Batches that fail or lose rows: what they leave is written off, divided among successors, or kept out of batches."""

from bide.core.bucket import Phase
from bide.core.states import AttemptState, BatchOutcome, BatchState
from bide.testing.scene import Handed, Scene, held, report
from bide.testing.store.case import StoreCase


class FailureCases(StoreCase):
    """`write_off`, `divide` and `bar`."""

    async def _phases(self, scene: Scene, handed: Handed) -> dict[Phase, int]:
        return (await scene.store.jobs.progress(scene.owner, handed.job.id)).phases

    async def test_what_no_row_mentioned_is_written_off_piece_by_piece(self, scene: Scene) -> None:
        handed = await scene.hand_in(5)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        attempts = await scene.attempts(batch)
        await scene.land(batch, [report(attempts[2])])
        write_off = scene.store.batches.write_off
        assert await write_off(held(batch), AttemptState.LOST, 0, 2, scene.now) == attempts[1]
        assert await write_off(held(batch), AttemptState.LOST, attempts[1], 2, scene.now) == attempts[4]
        assert await write_off(held(batch), AttemptState.LOST, attempts[4], 2, scene.now) is None
        assert await self._phases(scene, handed) == {Phase.BATCH: 1, Phase.WAITING: 4}
        assert await scene.store.ledger.attempts(scene.owner, handed.job.id) == {
            ("batch", "answered"): 1,
            ("batch", "lost"): 4,
        }

    async def test_a_lost_row_that_turns_up_is_taken_after_all(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        attempts = await scene.attempts(batch)
        await scene.write_off(batch)
        assert await scene.land(batch, [report(attempts[0], amount=4), report(attempts[1], AttemptState.REFUSED)]) == 1
        assert await self._phases(scene, handed) == {Phase.BATCH: 1, Phase.WAITING: 1}
        assert (await scene.store.jobs.progress(scene.owner, handed.job.id)).paid == 4

    async def test_a_failed_batch_is_divided_in_one_step(self, scene: Scene) -> None:
        handed = await scene.hand_in(6)
        batch = await scene.batch(handed.bucket, BatchState.SUBMITTED)
        attempts = await scene.attempts(batch)
        [call] = await scene.call(handed.bucket, 1, batch)
        batch = await scene.store.batches.ended(
            held(batch), outcome=BatchOutcome.FAILED, code="invalid", ended_at=scene.now, now=scene.now
        )
        ejected = [report(attempts[3], AttemptState.ERRORED, permanent=True, code="poison")]
        ranges = [(attempts[0], attempts[2]), (attempts[3], attempts[5])]
        first, second = await scene.store.batches.divide(
            held(batch), ejected, [(scene.new_batch(), *one) for one in ranges], scene.now
        )
        assert {first.state, second.state} == {BatchState.SEALED}
        assert [(one.requests, one.fence, one.holder) for one in (first, second)] == [(2, 0, None), (2, 0, None)]
        assert await self._phases(scene, handed) == {Phase.FAILED: 1, Phase.CALLING: 1, Phase.BATCHED: 4}
        await scene.settle_calls([report(call.attempt, AttemptState.REFUSED)])
        assert await self._phases(scene, handed) == {Phase.FAILED: 1, Phase.WAITING: 1, Phase.BATCHED: 4}
        await scene.store.batches.harvested(held(batch), scene.now)
        assert await scene.store.batches.claim(scene.account, "next", scene.now, scene.lease_until, 10) != []

    async def test_a_part_that_nobody_waits_for_makes_no_successor(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        batch = await scene.batch(handed.bucket, BatchState.SUBMITTED)
        attempts = await scene.attempts(batch)
        calls = await scene.call(handed.bucket, 1, batch)
        await scene.settle_calls([report(call.attempt) for call in calls])
        batch = await scene.store.batches.ended(
            held(batch), outcome=BatchOutcome.FAILED, ended_at=scene.now, now=scene.now
        )
        ranges = [(attempts[0], attempts[0]), (attempts[1], attempts[1])]
        [only] = await scene.store.batches.divide(
            held(batch), [], [(scene.new_batch(), *one) for one in ranges], scene.now
        )
        assert only.requests == 1
        assert await self._phases(scene, handed) == {Phase.REALTIME: 1, Phase.BATCHED: 1}

    async def test_a_batch_divided_into_nothing_gives_everything_back(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        assert await scene.store.batches.divide(held(batch), [], [], scene.now) == []
        assert await self._phases(scene, handed) == {Phase.WAITING: 3}

    async def test_buckets_are_kept_out_of_batches(self, scene: Scene) -> None:
        handed = await scene.hand_in(1, 1)
        batch = await scene.batch(handed.buckets[0], BatchState.ENDED)
        await scene.store.batches.bar(held(batch), "no batches of this model", scene.now)
        assert [one.batchable for one in await scene.buckets(handed.job)] == [False, True]
