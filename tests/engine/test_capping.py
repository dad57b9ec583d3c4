"""What caps hold back is let go as answers come, looked at no more often than it can have changed, and ends with its job."""

from typing import Any

import pytest
from tests.engine.desk import Desk

from bide.core.bucket import Phase
from bide.core.clock import FAR_FUTURE, HOUR
from bide.core.deadline import OnMiss
from bide.engine.capping import PAUSE, Capping
from bide.testing.scene import Handed
from bide.testing.store.caps import EACH, answer, capped, stands


async def look(desk: Desk, capping: Capping, after: int = 0) -> tuple[bool, int]:
    """What a turn finds, so long after the scene's present."""
    snapshot = await desk.scene.store.snapshots.take("host", desk.scene.now)
    return await capping.see_to(snapshot, desk.scene.now + after)


async def phases(desk: Desk, handed: Handed) -> dict[Phase, int]:
    return (await stands(desk.scene, handed)).phases


async def test_what_is_held_goes_when_answers_are_cheaper_and_only_then_is_looked_at_again(desk: Desk) -> None:
    scene, capping = desk.scene, Capping(desk.context)
    handed, _ = await capped(scene, 8, 4 * EACH)
    assert await look(desk, capping) == (False, FAR_FUTURE), "nothing has been answered"
    await answer(scene, handed, 0)
    assert await look(desk, capping, 1) == (False, scene.now + PAUSE), "it was looked at a moment ago"
    assert await look(desk, capping, PAUSE) == (True, FAR_FUTURE)
    assert (await stands(scene, handed)).held == 3
    await answer(scene, handed, *[0] * 5)
    assert (await look(desk, capping, PAUSE + 1))[0], "nothing is under way, so nothing is worth waiting for"
    assert (await stands(scene, handed)).held == 0
    assert await look(desk, capping, 2 * PAUSE) == (False, FAR_FUTURE)


async def test_the_budget_beats_the_deadline(desk: Desk) -> None:
    scene, capping = desk.scene, Capping(desk.context)
    handed, _ = await capped(scene, 2, EACH)
    assert await look(desk, capping, 48 * HOUR) == (False, FAR_FUTURE)
    await answer(scene, handed, EACH)
    assert (await look(desk, capping, 49 * HOUR))[0]
    assert await phases(desk, handed) == {Phase.REALTIME: 1, Phase.FAILED: 1}


@pytest.mark.parametrize(
    ("changes", "cancelled", "ends"),
    [
        pytest.param({}, True, Phase.CANCELLED, id="its job is cancelled"),
        pytest.param({"on_miss": OnMiss.EXPIRE}, False, Phase.EXPIRED, id="its deadline has come, and it may expire"),
    ],
)
async def test_what_is_held_ends_with_its_job(
    desk: Desk, changes: dict[str, Any], cancelled: bool, ends: Phase
) -> None:
    scene, capping = desk.scene, Capping(desk.context)
    handed, _ = await capped(scene, 3, EACH, **changes)
    if cancelled:
        await scene.store.jobs.cancel(scene.owner, handed.job.id, scene.now)
    else:
        assert await look(desk, capping) == (False, handed.job.deadline)
    assert (await look(desk, capping, handed.job.deadline - scene.now))[0]
    assert await phases(desk, handed) == {Phase.WAITING: 1, ends: 2}
