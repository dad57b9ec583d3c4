"""Batches: filled from buckets, claimed when they are due, brought through their states."""

from bide.core.batch import Batch
from bide.core.batchline import line_overhead
from bide.core.bucket import Phase
from bide.core.clock import HOUR, MINUTE
from bide.core.errors import LeaseLostError
from bide.core.states import AttemptState, BatchOutcome, BatchState
from bide.store.filling import Room
from bide.store.limits import Created
from bide.testing.scene import BODY_LENGTH, INPUT_TOKENS, ROOMY, TOKENS, Handed, Scene, held, report
from bide.testing.store.case import StoreCase


class BatchCases(StoreCase):
    """Verbs over batches."""

    async def test_one_batch_at_a_time_is_filled_from_a_bucket(self, scene: Scene) -> None:
        handed = await scene.hand_in(2, 2)
        first, second = handed.buckets
        batch = await scene.open(first)
        assert (batch.state, batch.fence, batch.holder) == (BatchState.OPEN, 1, scene.holder)
        store = scene.store.batches
        assert await store.open(scene.new_batch(), first.id, "another", scene.lease_until, scene.now) is None
        assert await store.open(scene.new_batch(), second.id, "another", scene.lease_until, scene.now) is not None
        await store.fill(held(batch), first, ROOMY, 1)
        await store.seal(held(batch), scene.now)
        assert await store.open(scene.new_batch(), first.id, "another", scene.lease_until, scene.now) is not None

    async def test_no_batch_is_opened_where_nothing_waits(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        store, bucket = scene.store.batches, handed.bucket
        batch = await scene.batch(bucket, BatchState.SEALED, 1)
        other = await scene.open(bucket)
        await store.fill(held(other), bucket, ROOMY, 10)
        await store.seal(held(other), scene.now)
        # Another worker has seen them waiting, and comes too late.
        assert await store.open(scene.new_batch(), bucket.id, "another", scene.lease_until, scene.now) is None
        assert batch.requests == 1

    async def test_a_batch_takes_what_its_room_allows(self, scene: Scene) -> None:
        handed = await scene.hand_in(20)
        line = BODY_LENGTH + line_overhead(scene.endpoint)
        rooms = {
            "requests": Room(3, ROOMY.size, ROOMY.tokens),
            "bytes": Room(100, 4 * line + 1, ROOMY.tokens),
            "tokens": Room(100, ROOMY.size, 5 * INPUT_TOKENS + 1),
            "nothing": Room(100, line - 1, ROOMY.tokens),
            "one, whatever its tokens": Room(100, ROOMY.size, INPUT_TOKENS - 1, 1),
        }
        taken = {name: await self._fill(scene, handed, room) for name, room in rooms.items()}
        assert taken == {
            "requests": Room(3, 3 * line, 3 * INPUT_TOKENS),
            "bytes": Room(4, 4 * line, 4 * INPUT_TOKENS),
            "tokens": Room(5, 5 * line, 5 * INPUT_TOKENS),
            "nothing": Room(0, 0, 0),
            "one, whatever its tokens": Room(1, line, INPUT_TOKENS),
        }
        [bucket] = await scene.buckets(handed.job)
        assert bucket.tally(Phase.BATCHED).requests == 13
        assert bucket.tally(Phase.WAITING).tokens == 7 * TOKENS

    async def _fill(self, scene: Scene, handed: Handed, room: Room) -> Room:
        """What a new batch takes, alone and in steps of two."""
        batch = await scene.open(handed.bucket)
        total, left = Room(0, 0, 0), room
        while (added := await scene.store.batches.fill(held(batch), handed.bucket, left, 2)).requests:
            left = Room(left.requests - added.requests, left.size - added.size, left.tokens - added.tokens)
            total = Room(total.requests + added.requests, total.size + added.size, total.tokens + added.tokens)
        sealed = await scene.store.batches.seal(held(batch), scene.now)
        assert (sealed.requests, sealed.size, sealed.tokens) == (total.requests, total.size, total.tokens)
        return total

    async def test_a_batch_may_hold_several_buckets(self, scene: Scene) -> None:
        handed = await scene.hand_in(2, 3)
        first, second = handed.buckets
        batch = await scene.open(first)
        for bucket in handed.buckets:
            await scene.store.batches.fill(held(batch), bucket, ROOMY, 10)
        sealed = await scene.store.batches.seal(held(batch), scene.now)
        assert sealed.requests == 5
        [live] = (await scene.store.snapshots.take("host", scene.now)).live
        assert live.shares == {first.id: 2, second.id: 3}
        assert await scene.store.batches.still_wanted(batch.id)

    async def test_lines_come_in_the_order_of_the_requests_page_by_page(self, scene: Scene) -> None:
        handed = await scene.hand_in(5)
        batch = await scene.batch(handed.bucket, BatchState.SEALED)
        attempts = await scene.attempts(batch)
        assert (batch.first_attempt, batch.last_attempt) == (attempts[0], attempts[-1])
        page = await scene.store.batches.lines(batch, attempts[1], 2)
        assert [line.attempt for line in page] == attempts[2:4]
        assert [line.body.offset for line in page] == [2 * BODY_LENGTH, 3 * BODY_LENGTH]
        assert [await scene.store.batches.attempt_on_line(batch, line) for line in (1, 5, 6)] == [*attempts[::4], None]

    async def test_batches_are_claimed_when_due_those_due_longest_first(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        batches = [await scene.batch(handed.bucket, BatchState.SEALED, 1) for _ in range(3)]
        for batch, delay in zip(batches, (2, 1, 3), strict=True):
            await scene.store.batches.troubled(held(batch), "503", scene.now + delay)
        claim = scene.store.batches.claim
        assert await claim(scene.account, "a", scene.now, scene.lease_until, 10) == []
        assert await claim("another account", "a", scene.now + 3, scene.lease_until, 10) == []
        snapshot = await scene.store.snapshots.take("host", scene.now)
        assert snapshot.next_batch == {scene.account: scene.now + 1}
        two = await claim(scene.account, "a", scene.now + 3, scene.lease_until, 2)
        assert [one.id for one in two] == [batches[1].id, batches[0].id]
        assert [(one.holder, one.fence) for one in two] == [("a", 2), ("a", 2)]
        assert [one.id for one in await claim(scene.account, "b", scene.now + 3, scene.lease_until, 2)] == [
            batches[2].id
        ]
        assert await claim(scene.account, "c", scene.now + 3, scene.lease_until, 2) == []

    async def test_a_lease_runs_out_unless_it_is_renewed(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        renewed, left = [await scene.batch(handed.bucket, BatchState.SEALED, 1) for _ in range(2)]
        await scene.store.batches.renew(held(renewed), scene.now + HOUR)
        later = scene.now + scene.lease
        assert [one.id for one in await self._claimable(scene, later)] == [left.id]
        assert [one.id for one in await self._claimable(scene, later + HOUR)] == [renewed.id, left.id]

    async def _claimable(self, scene: Scene, now: int) -> list[Batch]:
        found = await scene.store.batches.claim(scene.account, "another", now, now + MINUTE, 10)
        return sorted(found, key=lambda batch: batch.id)

    async def test_a_dead_holder_leaves_everything_free(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        batch = await scene.batch(handed.bucket, BatchState.SEALED)
        assert await scene.store.holders() == [scene.holder]
        await scene.store.release_holder(scene.holder)
        assert await scene.store.holders() == []
        [claimed] = await self._claimable(scene, scene.now)
        assert (claimed.id, claimed.holder, claimed.fence) == (batch.id, "another", batch.fence + 1)

    async def test_a_lease_that_was_given_back_is_not_renewed(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        batch = await scene.batch(handed.bucket, BatchState.SEALED)
        await scene.store.batches.troubled(held(batch), "503", scene.now + HOUR)
        try:
            await scene.store.batches.renew(held(batch), scene.now + HOUR)
        except LeaseLostError:
            return
        raise AssertionError("renewed a lease that nobody held")

    async def test_a_batch_carries_what_each_step_found(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        store, batch = scene.store.batches, await scene.batch(handed.bucket, BatchState.SEALED)
        await store.staged(held(batch), "input")
        batch = await store.intend(held(batch), scene.lease_until, scene.now)
        assert (batch.input_file, batch.intended_at) == ("input", scene.now)
        snapshot = await scene.store.snapshots.take("host", scene.now)
        assert snapshot.created == {scene.account: Created(1, scene.now, 1)}
        enqueued = snapshot.enqueued[scene.account, scene.model]
        assert (enqueued.tokens, enqueued.batches) == (3 * INPUT_TOKENS, 1)
        batch = await store.withdrawn(held(batch), "busy", None, scene.now, scene.now)
        assert (batch.state, batch.trouble, batch.failures, batch.input_file) == (BatchState.SEALED, "busy", 1, None)
        batch = await scene.bring(await scene.claim(batch), BatchState.SUBMITTED)
        assert (batch.provider_id, batch.trouble, batch.failures) == (f"provider-{batch.tag}", None, 0)
        await store.observed(
            held(batch),
            total=3,
            completed=2,
            failed=1,
            started_at=7,
            expires_at=None,
            cancel_asked=False,
            due_at=scene.now,
        )
        batch = await scene.claim(await store.get(batch.id))
        assert (batch.total_count, batch.completed_count, batch.failed_count, batch.started_at) == (3, 2, 1, 7)
        assert batch.expires_at is not None
        await store.troubled(held(batch), "502", scene.now)
        batch = await scene.claim(await store.get(batch.id))
        assert (batch.failures, batch.trouble) == (1, "502")
        batch = await store.ended(
            held(batch),
            outcome=BatchOutcome.EXPIRED,
            code="late",
            message="too slow",
            output_file="out",
            error_file="err",
            ended_at=9,
            now=scene.now,
        )
        assert (batch.outcome, batch.code, batch.output_file, batch.error_file) == ("expired", "late", "out", "err")
        await scene.write_off(batch)
        batch = await store.harvested(held(batch), scene.now)
        await store.cleaned(held(batch), 2, scene.now)
        cleaned = await store.get(batch.id)
        assert (cleaned.cleaned_at, cleaned.files_kept, cleaned.due_at) == (scene.now, 2, None)

    async def test_a_cancel_is_asked_for_once_and_not_of_an_ended_batch(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        first = await scene.batch(handed.bucket, requests=1)
        await scene.store.batches.troubled(held(first), "503", scene.now + HOUR)
        assert await scene.store.batches.ask_cancel(first.id, "late", scene.now)
        assert not await scene.store.batches.ask_cancel(first.id, "late", scene.now)
        claimed = await scene.claim(await scene.store.batches.get(first.id))
        assert claimed.cancel_asked
        ended = await scene.batch(handed.bucket, BatchState.ENDED)
        assert not await scene.store.batches.ask_cancel(ended.id, "late", scene.now)

    async def test_a_look_is_brought_forward_and_never_put_off(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        batch = await scene.batch(handed.bucket, BatchState.SUBMITTED)
        await scene.store.batches.troubled(held(batch), "503", scene.now + HOUR)
        await scene.store.batches.look_by({batch.id: scene.now + MINUTE})
        assert (await scene.store.batches.get(batch.id)).due_at == scene.now + MINUTE
        await scene.store.batches.look_by({batch.id: scene.now + HOUR})
        assert (await scene.store.batches.get(batch.id)).due_at == scene.now + MINUTE

    async def test_attempts_are_planned_until_the_batch_is_submitted(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        batch = await scene.batch(handed.bucket, BatchState.SUBMITTING)
        assert await self._states(scene, handed) == {("batch", "planned"): 2}
        await scene.store.batches.submitted(
            held(batch), provider_id="p", submitted_at=scene.now, expires_at=None, due_at=scene.now, now=scene.now
        )
        assert await self._states(scene, handed) == {("batch", "sent"): 2}

    async def test_what_never_was_sent_is_abandoned_and_waits_again(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        batch = await scene.batch(handed.bucket, BatchState.SEALED)
        batch = await scene.store.batches.ended(
            held(batch), outcome=BatchOutcome.CANCELLED, ended_at=scene.now, now=scene.now
        )
        await scene.write_off(batch, AttemptState.ABANDONED)
        await scene.store.batches.harvested(held(batch), scene.now)
        assert await self._states(scene, handed) == {("batch", "abandoned"): 2}
        [bucket] = await scene.buckets(handed.job)
        assert bucket.waiting.requests == 2

    async def _states(self, scene: Scene, handed: Handed) -> dict[tuple[str, str], int]:
        return await scene.store.ledger.attempts(scene.owner, handed.job.id)

    async def test_the_event_log_tells_the_story_of_a_job_and_its_batches(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        await scene.land(batch, [report(one) for one in await scene.attempts(batch)])
        await scene.store.batches.harvested(held(batch), scene.now)
        kinds = [event["kind"] for event in await scene.store.events.of_job(scene.owner, handed.job.id)]
        assert kinds == [
            "job.running",
            "batch.open",
            "batch.sealed",
            "batch.submitting",
            "batch.submitted",
            "batch.ended",
            "job.answered",
            "batch.landed",
            "batch.harvested",
            "job.done",
        ]
