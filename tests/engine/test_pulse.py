import msgspec
import pytest
from tests.engine.desk import Desk

from bide.core.bucket import Tally
from bide.core.clock import DAY, HOUR, MINUTE
from bide.engine.pulse import STEP, Pulse, peak
from bide.lanes.capacity.pressure import Load
from bide.store.store import Store
from bide.testing.scene import Scene
from bide.testing.store.single_calls import call


@pytest.mark.parametrize(
    ("steps", "most"),
    [
        pytest.param({}, 0, id="nothing came"),
        pytest.param({7: 3}, 3, id="once"),
        pytest.param({7: 3, 8: 4, 9: 5}, 12, id="within a quarter of an hour"),
        pytest.param({7: 3, 8: 4, 10: 5}, 9, id="the last two of these and the first are too far apart"),
        pytest.param({1: 50, 7: 30, 8: 30}, 60, id="the larger of two bursts"),
    ],
)
def test_a_burst_is_the_most_that_came_within_its_window(steps: dict[int, int], most: int) -> None:
    assert peak({step: Tally(count, count) for step, count in steps.items()}) == Tally(most, most)


def test_a_burst_of_few_large_requests_is_one() -> None:
    assert peak({1: Tally(100, 1_000), 50: Tally(10, 900_000)}) == Tally(100, 900_000)


async def came(scene: Scene, calls: int, within: int = HOUR) -> None:
    """Single calls are accepted."""
    one = call(scene, None, None)
    gathering = msgspec.structs.replace(one.gathering, deadline=scene.now + within)
    many = [call(scene, None, None, gathering=gathering) for _ in range(calls)]
    await scene.store.calls.take(many, scene.now)


def loads(pulse: Pulse, scene: Scene) -> int:
    """Requests of the largest burst."""
    return pulse.loads().get((scene.account, scene.model), Load()).peak.requests


async def test_a_burst_is_remembered_for_a_day(desk: Desk) -> None:
    scene, pulse = desk.scene, Pulse()
    store: Store = scene.store

    await came(scene, 5)
    await came(scene, 70, within=3 * HOUR)
    await scene.hand_in(100)
    await pulse.refresh(store, scene.now)
    assert loads(pulse, scene) == 5, "files are bursts themselves, and whoever has hours waits"

    scene.now += 2 * STEP
    await came(scene, 4)
    await pulse.refresh(store, scene.now)
    assert loads(pulse, scene) == 9
    await came(scene, 4)
    await pulse.refresh(store, scene.now + MINUTE // 2)
    assert loads(pulse, scene) == 9, "not read again so soon"

    scene.now += HOUR
    await pulse.refresh(store, scene.now)
    await pulse.refresh(store, scene.now + DAY - 2 * HOUR)
    assert loads(pulse, scene) == 13
    await pulse.refresh(store, scene.now + DAY)
    assert loads(pulse, scene) == 0


async def test_whoever_starts_anew_knows_of_yesterdays_burst(desk: Desk) -> None:
    scene = desk.scene
    await came(scene, 5)

    pulse = Pulse()
    await pulse.refresh(scene.store, scene.now + 23 * HOUR)

    assert loads(pulse, scene) == 5
