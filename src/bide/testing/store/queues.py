"""Room in a provider's queue: reserved with the batch that takes it, free when that has ended, in whatever way."""

import asyncio

from bide.core.batch import Batch
from bide.core.bucket import Bucket
from bide.core.clock import HOUR
from bide.core.quota import LATELY, Ceiling, Resource
from bide.core.states import BatchOutcome, BatchState
from bide.store.filling import Room
from bide.store.limits import Created
from bide.testing.scene import BODY_LENGTH, INPUT_TOKENS, ROOMY, Scene, held
from bide.testing.store.case import StoreCase


def tokens(limit: int, *, shared: bool = False) -> Ceiling:
    return Ceiling(Resource.ENQUEUED_TOKENS, limit * INPUT_TOKENS, shared)


async def opened(scene: Scene, bucket: Bucket, *ceilings: Ceiling, least: int = 0) -> Batch | None:
    return await scene.store.batches.open(
        scene.new_batch(), bucket.id, scene.holder, scene.lease_until, scene.now, scene.decided, ceilings, least
    )


async def filled(scene: Scene, batch: Batch, bucket: Bucket, *ceilings: Ceiling, room: Room = ROOMY) -> int:
    found = await scene.store.batches.fill(held(batch), bucket, room, 1_000, ceilings, scene.now)
    return found.requests


class QueueCases(StoreCase):
    """Reservations."""

    async def test_two_batches_share_the_room_of_a_queue(self, scene: Scene) -> None:
        first, second = (await scene.hand_in(6, 6)).buckets
        ceiling = tokens(10)
        one = await opened(scene, first, ceiling)
        other = await opened(scene, second, ceiling)
        assert one is not None
        assert other is not None
        assert await filled(scene, one, first, ceiling) == 6
        assert await filled(scene, other, second, ceiling) == 4, "both were decided on when the queue was empty"

    async def test_what_a_model_has_in_its_queue_is_no_matter_of_another(self, scene: Scene) -> None:
        first, second = (await scene.hand_in(6, 6)).buckets
        await scene.batch(first)
        scene.model = "another"
        batch = await opened(scene, second, tokens(6))
        assert batch is not None
        assert await filled(scene, batch, second, tokens(6)) == 6
        scene.model = "a third"
        assert await opened(scene, second, tokens(6, shared=True)) is None

    async def test_each_kind_of_room_is_counted(self, scene: Scene) -> None:
        first, second = (await scene.hand_in(3, 3)).buckets
        await scene.batch(first, BatchState.SEALED)
        for resource, used in (
            (Resource.LIVE_BATCHES, 1),
            (Resource.BATCHES_PER_HOUR, 1),
            (Resource.FILES, 1),
            (Resource.ENQUEUED_REQUESTS, 3),
            (Resource.ENQUEUED_TOKENS, 3 * INPUT_TOKENS),
        ):
            assert await opened(scene, second, Ceiling(resource, used, shared=True)) is None, resource
        batch = await opened(scene, second, Ceiling(Resource.ENQUEUED_REQUESTS, 5), Ceiling(Resource.LIVE_BATCHES, 2))
        assert batch is not None
        assert await filled(scene, batch, second, Ceiling(Resource.ENQUEUED_REQUESTS, 5)) == 2
        stored = (await scene.store.batches.get(batch.id)).size * 5 // 2
        assert await filled(scene, batch, second, Ceiling(Resource.STORED_BYTES, stored + BODY_LENGTH - 1)) == 0

    async def test_a_batch_for_which_not_one_request_has_room_is_not_opened(self, scene: Scene) -> None:
        first, second = (await scene.hand_in(3, 3)).buckets
        await scene.batch(first)
        almost = Ceiling(Resource.ENQUEUED_TOKENS, 4 * INPUT_TOKENS - 1)
        assert await opened(scene, second, almost) is None
        assert await opened(scene, second, tokens(4)) is not None

    async def test_what_must_go_goes_where_nothing_else_lies(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        tiny = Ceiling(Resource.ENQUEUED_TOKENS, INPUT_TOKENS - 1)
        batch = await opened(scene, handed.bucket, tiny, least=1)
        assert batch is not None
        room = Room(3, ROOMY.size, INPUT_TOKENS - 1, 1)
        assert await filled(scene, batch, handed.bucket, tiny, room=room) == 1

    async def test_what_must_go_waits_where_others_came_first(self, scene: Scene) -> None:
        first, second = (await scene.hand_in(3, 3)).buckets
        batches = [await opened(scene, bucket, tokens(2), least=1) for bucket in (first, second)]
        one, other = batches
        assert one is not None
        assert other is not None
        room = Room(3, ROOMY.size, 2 * INPUT_TOKENS, 1)
        assert await filled(scene, one, first, tokens(2), room=room) == 2
        assert await filled(scene, other, second, tokens(2), room=room) == 0

    async def test_room_is_free_when_a_batch_has_ended_however_it_did(self, scene: Scene) -> None:
        store = scene.store.batches
        for state in (BatchState.SEALED, BatchState.SUBMITTING, BatchState.AMBIGUOUS, BatchState.SUBMITTED):
            first, second = (await scene.hand_in(3, 3)).buckets
            batch = await scene.batch(first, state)
            assert await opened(scene, second, tokens(3)) is None, f"it counts while {state}"
            ended = await store.ended(held(batch), outcome=BatchOutcome.FAILED, ended_at=scene.now, now=scene.now)
            again = await opened(scene, second, tokens(3))
            assert again is not None, f"it has left the queue after {state}"
            for left in (ended, again):
                present = await store.get(left.id)
                if present.state is BatchState.OPEN:
                    present = await store.seal(held(present), scene.now)
                    present = await store.ended(
                        held(present), outcome=BatchOutcome.CANCELLED, ended_at=scene.now, now=scene.now
                    )
                await scene.write_off(present)
                await store.harvested(held(present), scene.now)

    async def test_a_worker_that_died_keeps_the_room_of_its_batch(self, scene: Scene) -> None:
        first, second = (await scene.hand_in(3, 3)).buckets
        batch = await opened(scene, first, tokens(3))
        assert batch is not None
        await filled(scene, batch, first, tokens(3))
        await scene.store.release_holder(scene.holder)
        assert await opened(scene, second, tokens(3)) is None, "what it has is on its way"

    async def test_creates_are_counted_before_they_are_sent_and_for_an_hour(self, scene: Scene) -> None:
        first, second, third = (await scene.hand_in(1, 1, 1)).buckets
        hourly = Ceiling(Resource.BATCHES_PER_HOUR, 2, shared=True)
        assert await opened(scene, first, hourly) is not None
        created = await scene.batch(second)
        assert await opened(scene, third, hourly) is None
        snapshot = await scene.store.snapshots.take("host", scene.now)
        assert created.intended_at is not None
        assert snapshot.created == {scene.account: Created(1, created.intended_at, 1)}
        assert snapshot.usage.of(Resource.BATCHES_PER_HOUR, scene.account, None) == 2
        assert snapshot.usage.created_lately(scene.account) == 2
        scene.now = created.intended_at + LATELY
        snapshot = await scene.store.snapshots.take("host", scene.now)
        assert snapshot.created == {scene.account: Created(1, created.intended_at, 0)}
        assert snapshot.usage.created_lately(scene.account) == 1, "the one that is about to be created"
        scene.now = created.intended_at + HOUR
        assert await opened(scene, third, hourly) is not None

    async def test_who_waits_for_a_slot_is_due_when_a_batch_ends(self, scene: Scene) -> None:
        first, second = (await scene.hand_in(1, 1)).buckets
        running, waiting = await scene.batch(first), await scene.batch(second, BatchState.SUBMITTING)
        later = scene.now + HOUR
        await scene.store.batches.withdrawn(held(waiting), "too_many_batches: 10 are there", "file", later, scene.now)
        await scene.store.batches.ended(
            held(running), outcome=BatchOutcome.COMPLETED, ended_at=scene.now, now=scene.now
        )
        assert (await scene.store.batches.get(waiting.id)).due_at == scene.now

    async def test_several_who_reserve_at_once_never_take_more_than_there_is(self, scene: Scene) -> None:
        buckets = [bucket for _ in range(3) for bucket in (await scene.hand_in(5, 5, 5)).buckets]
        ceilings = (tokens(23), Ceiling(Resource.LIVE_BATCHES, 6))

        async def work(bucket: Bucket) -> int:
            batch = await opened(scene, bucket, *ceilings)
            return 0 if batch is None else await filled(scene, batch, bucket, *ceilings)

        taken = await asyncio.gather(*map(work, buckets))
        snapshot = await scene.store.snapshots.take("host", scene.now)
        assert sum(taken) == 23
        assert snapshot.usage.of(Resource.LIVE_BATCHES, scene.account, scene.model) <= 6
