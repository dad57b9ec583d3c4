"""Which accounts count as unwell."""

import pytest
from tests.engine.desk import Desk

from bide.core.states import BatchState
from bide.engine.placing import unwell
from bide.engine.submit import WAITS
from bide.lanes.plan.placement import FAILURES
from bide.testing.scene import held


@pytest.mark.parametrize(
    ("trouble", "is_unwell"),
    [
        pytest.param("server_error: try again", True, id="it does not answer"),
        pytest.param("too_many_batches: 20 run", False, id="its slots are taken"),
        pytest.param(f"{WAITS} another create of the account", False, id="it is another batch's turn"),
    ],
)
async def test_an_account_is_unwell_that_fails(desk: Desk, trouble: str, is_unwell: bool) -> None:
    scene = desk.scene
    batch = await scene.batch((await scene.hand_in(1)).bucket, BatchState.SEALED)
    for _ in range(FAILURES):
        snapshot = await scene.store.snapshots.take("host", scene.now)
        assert unwell(snapshot) == frozenset()
        await scene.store.batches.troubled(held(batch), trouble, scene.now)
        batch = await scene.claim(await desk.again(batch))

    snapshot = await scene.store.snapshots.take("host", scene.now)
    assert unwell(snapshot) == (frozenset({scene.account}) if is_unwell else frozenset())
