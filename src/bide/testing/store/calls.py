"""Calls: claimed before they are made, kept by a lease, written off when their caller is gone."""

from bide.core.bucket import Phase
from bide.core.clock import HOUR
from bide.core.states import AttemptState, BatchState, Lane
from bide.testing.scene import BODY_LENGTH, OUTPUT_TOKENS, Scene, report
from bide.testing.store.case import StoreCase


class CallCases(StoreCase):
    """`claim_calls`, `renew` and `orphans`."""

    async def test_waiting_requests_are_claimed_once_in_their_order(self, scene: Scene) -> None:
        handed = await scene.hand_in(5)
        claimed = [call for limit in (2, 2, 2) for call in await scene.call(handed.bucket, limit)]
        page = await scene.store.requests.results(scene.owner, handed.job, 0, 10)
        assert [call.request for call in claimed] == [row["id"] for row in page]
        assert [call.body.offset for call in claimed] == [place * BODY_LENGTH for place in range(5)]
        assert {call.output_tokens for call in claimed} == {OUTPUT_TOKENS}
        assert {call.carried_by for call in claimed} == {0}
        assert len({call.attempt for call in claimed}) == 5
        [bucket] = await scene.buckets(handed.job)
        assert bucket.tally(Phase.CALLING).requests == 5

    async def test_requests_in_a_batch_are_claimed_from_where_the_last_claim_ended(self, scene: Scene) -> None:
        handed = await scene.hand_in(4)
        batch = await scene.batch(handed.bucket)
        attempts = await scene.attempts(batch)
        first = await scene.call(handed.bucket, 2, batch)
        assert [call.carried_by for call in first] == attempts[:2]
        rest = await scene.call(handed.bucket, 10, batch, after=attempts[2])
        assert [call.carried_by for call in rest] == attempts[3:]
        assert [call.carried_by for call in await scene.call(handed.bucket, 10, batch)] == [attempts[2]]
        assert (await scene.store.batches.get(batch.id)).rescued == 4

    async def test_what_is_asked_for_in_the_flex_tier_beside_a_batch_is_not_rescued(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        batch = await scene.batch(handed.bucket)
        asked = await scene.store.attempts.claim_calls(
            handed.bucket,
            10,
            batch=await scene.store.batches.get(batch.id),
            after=0,
            holder=scene.holder,
            lease_until=scene.lease_until,
            now=scene.now,
            lane=Lane.FLEX,
        )
        assert len(asked) == 2
        assert (await scene.store.batches.get(batch.id)).rescued == 0
        await scene.call(handed.bucket, 10, batch)
        assert (await scene.store.batches.get(batch.id)).rescued == 2

    async def test_what_is_asked_for_in_the_flex_tier_alone_is_told_apart_from_batches(self, scene: Scene) -> None:
        handed = await scene.hand_in(5)
        batch = await scene.batch(handed.bucket, requests=2)
        progress = scene.store.jobs.progress
        assert (await progress(scene.owner, handed.job.id)).flexing == 0
        for limit, beside in ((2, None), (1, await scene.store.batches.get(batch.id))):
            await scene.store.attempts.claim_calls(
                handed.bucket,
                limit,
                batch=beside,
                after=0,
                holder=scene.holder,
                lease_until=scene.lease_until,
                now=scene.now,
                lane=Lane.FLEX,
            )
        found = await progress(scene.owner, handed.job.id)
        assert (found.phases, found.flexing) == ({Phase.WAITING: 1, Phase.BATCHED: 4}, 2)
        assert await scene.store.ledger.realtime_span(scene.owner, handed.job.id) == (None, None), "nothing is rescued"

    async def test_what_a_batch_has_answered_is_not_claimed(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        attempts = await scene.attempts(batch)
        await scene.land(batch, [report(attempts[0]), report(attempts[1], AttemptState.REFUSED)])
        assert [call.carried_by for call in await scene.call(handed.bucket, batch=batch)] == [attempts[2]]
        assert len(await scene.call(handed.bucket)) == 1

    async def test_a_bucket_gives_only_its_own(self, scene: Scene) -> None:
        handed = await scene.hand_in(2, 3)
        assert [len(await scene.call(bucket)) for bucket in handed.buckets] == [2, 3]
        assert await scene.call(handed.buckets[0]) == []

    async def test_calls_whose_caller_is_gone_are_orphans(self, scene: Scene) -> None:
        handed = await scene.hand_in(3)
        mine = await scene.call(handed.bucket, 2)
        scene.holder = "another"
        theirs = await scene.call(handed.bucket, 1)
        orphans = scene.store.attempts.orphans
        assert [one.attempt for one in await orphans("worker", scene.now, 10)] == [call.attempt for call in mine]
        assert len(await orphans("worker", scene.now, 1)) == 1
        assert await orphans("nobody", scene.now, 10) == []
        [orphan] = await orphans("another", scene.now, 10)
        assert (orphan.account, orphan.model, orphan.body_bytes) == (scene.account, scene.model, BODY_LENGTH)
        everybody = await orphans("nobody", scene.lease_until, 10)
        assert sorted(one.attempt for one in everybody) == [call.attempt for call in (*mine, *theirs)]
        assert await scene.store.holders() == ["another", "worker"]

    async def test_a_lease_of_calls_is_kept_by_renewing_it(self, scene: Scene) -> None:
        handed = await scene.hand_in(2)
        [call, _] = await scene.call(handed.bucket)
        assert (await scene.store.snapshots.take("host", scene.now)).next_lease == scene.lease_until
        await scene.store.attempts.renew("another", scene.now + HOUR)
        assert (await scene.store.snapshots.take("host", scene.now)).next_lease == scene.lease_until
        await scene.store.attempts.renew(scene.holder, scene.now + HOUR)
        assert (await scene.store.snapshots.take("host", scene.now)).next_lease == scene.now + HOUR
        assert await scene.store.attempts.orphans("nobody", scene.lease_until, 10) == []
        await scene.settle_calls([report(call.attempt)])
        assert len(await scene.store.attempts.orphans(scene.holder, scene.now, 10)) == 1

    async def test_a_settled_call_is_nobody_s(self, scene: Scene) -> None:
        handed = await scene.hand_in(1)
        [call] = await scene.call(handed.bucket)
        await scene.settle_calls([report(call.attempt)])
        assert await scene.store.attempts.orphans(scene.holder, scene.now + HOUR, 10) == []
        assert (await scene.store.snapshots.take("host", scene.now)).next_lease is None
        assert await scene.store.holders() == []
