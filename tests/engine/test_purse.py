from tests.engine.desk import Desk

from bide.core.clock import DAY
from bide.core.states import BatchState
from bide.engine.purse import Purse
from bide.lanes.plan.copies import AGAIN, Spending
from bide.testing.scene import Scene, report


async def answered(scene: Scene) -> None:
    """A request is answered by a call and by its batch."""
    handed = await scene.hand_in(1)
    batch = await scene.batch(handed.bucket, BatchState.ENDED)
    [attempt] = await scene.attempts(batch)
    [called] = await scene.call(handed.bucket, batch=batch)
    await scene.settle_calls([report(called.attempt, amount=6)])
    await scene.land(batch, [report(attempt, amount=3)])


async def test_what_the_requests_of_a_day_cost_is_read_now_and_then(desk: Desk) -> None:
    scene, purse = desk.scene, Purse()
    key = scene.account, scene.model
    await answered(scene)
    await purse.refresh(scene.store, scene.now)
    assert purse.spending()[key] == Spending(12, 3, 1)

    await answered(scene)
    await purse.refresh(scene.store, scene.now + AGAIN - 1)
    assert purse.spending()[key] == Spending(12, 3, 1), "not read again so soon"
    await purse.refresh(scene.store, scene.now + AGAIN)
    assert purse.spending()[key] == Spending(24, 6, 2)
    await purse.refresh(scene.store, scene.now + DAY + 1)
    assert purse.spending() == {}
