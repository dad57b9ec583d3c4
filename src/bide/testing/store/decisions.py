"""Decisions: once a batch or a claim of calls, in the transaction of the move; what holds work, when the reason changes."""

from bide.core.clock import DAY, MINUTE
from bide.core.decision import Decided
from bide.core.states import BatchState
from bide.store.database import Row
from bide.store.decisions import BATCH, CALL, HOLD
from bide.testing.scene import Scene
from bide.testing.store.case import StoreCase

FREE = Decided("a batch is a free option", 7, {"slack": 5, "planned": 3})
DUE = Decided("the last safe moment has come", 8, {"due": 2})


class DecisionCases(StoreCase):
    """`decisions`."""

    async def test_a_request_knows_the_batch_and_the_call_that_were_decided_for_it(self, scene: Scene) -> None:
        bucket = (await scene.hand_in(3)).bucket
        scene.decided = FREE
        batch = await scene.batch(bucket)
        scene.decided = DUE
        first, second = await scene.call(bucket, 2, batch)
        [third] = await scene.call(bucket, 1, batch, second.carried_by)
        told = [await _told(scene, bucket.id, one.request, one.attempt) for one in (first, second, third)]
        assert [[row["action"] for row in rows] for rows in told] == [[BATCH, CALL]] * 3
        assert [[row["rule"] for row in rows] for rows in told] == [[FREE.rule, DUE.rule]] * 3
        calls = [rows[1]["id"] for rows in told]
        assert calls[0] == calls[1] < calls[2]  # two were claimed together
        assert told[0][0]["numbers"] == '{"planned": 3, "slack": 5}'
        assert [row["safe_until"] for row in told[0]] == [7, 8]
        scene.owner = "somebody else"
        assert await _told(scene, bucket.id, first.request, first.attempt) == []

    async def test_what_holds_work_is_noted_when_the_reason_changes(self, scene: Scene) -> None:
        bucket = (await scene.hand_in(1)).bucket
        hold = scene.store.decisions.hold
        assert await hold(bucket, Decided("7 of 9 enqueued tokens are in use", 7, {}), scene.now)
        assert not await hold(bucket, Decided("8,000 of 9 enqueued tokens are in use", 7, {}), scene.now)
        assert await hold(bucket, Decided("the window is closed", 7, {}), scene.now + MINUTE)
        await scene.batch(bucket, BatchState.OPEN)
        assert await hold(bucket, Decided("the window is closed", 7, {}), scene.now + 2 * MINUTE)
        [called] = await scene.call(bucket)
        request = called.request
        rows = await _told(scene, bucket.id, request)
        assert [row["at"] - scene.now for row in rows if row["action"] == HOLD] == [0, MINUTE, 2 * MINUTE]
        early = await scene.store.decisions.of_request(scene.owner, bucket.id, request, [], scene.now)
        assert len(early) == 1

    async def test_batches_that_have_ended_are_told_with_their_last_safe_moment(self, scene: Scene) -> None:
        bucket = (await scene.hand_in(2)).bucket
        scene.decided = FREE
        await scene.batch(bucket, BatchState.ENDED)
        [row] = await scene.store.decisions.ended(scene.now - DAY, scene.now - DAY, 10)
        assert (row["safe_until"], row["requests"], row["account"]) == (7, 2, scene.account)
        assert await scene.store.decisions.ended(scene.now - DAY, scene.now + DAY, 10) == []


async def _told(scene: Scene, bucket: int, request: int, *calls: int) -> list[Row]:
    return await scene.store.decisions.of_request(scene.owner, bucket, request, calls, scene.now + DAY)
