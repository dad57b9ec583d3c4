"""What is done beside the loop: when it is due, and one of a kind at a time."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from tests.engine.desk import Desk

from bide.core.clock import FAR_FUTURE, MINUTE, SECOND
from bide.engine.errands import Errands
from bide.store.snapshot import Snapshot


class Beside:
    """Stands for the loop's tasks: notes what is begun, and has it take until it is told to be over."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._over = asyncio.Event()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self.begun.append(work.__name__)
        work.close()
        return asyncio.create_task(self._take())

    async def end(self) -> None:
        """Everything that was begun ends."""
        self._over.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self._over.clear()

    async def _take(self) -> None:
        await self._over.wait()


def seen(**fields: Any) -> Snapshot:
    """A look at a store in which nothing is open."""
    values: dict[str, Any] = {"next_delivery": None, "next_lease": None}
    return Snapshot([], [], {}, {}, {}, {}, **(values | fields))


async def test_a_second_of_a_kind_waits_until_the_first_is_over(desk: Desk) -> None:
    now, beside = desk.scene.now, Beside()
    errands = Errands(desk.context, beside.spawn, lambda: False)
    for _ in range(3):
        errands.run(seen(next_delivery=now), now)
    assert beside.begun == ["deliver"]
    errands.run(seen(next_delivery=now), now + MINUTE)
    assert beside.begun == ["deliver", "_purge"], "another kind does not wait for it"
    await beside.end()
    errands.run(seen(next_delivery=now), now + MINUTE)
    assert beside.begun == ["deliver", "_purge", "deliver"]
    await beside.end()


@pytest.mark.parametrize(
    ("fields", "wakes"),
    [
        pytest.param({}, FAR_FUTURE, id="nothing"),
        pytest.param({"next_delivery": 20 * SECOND}, 20 * SECOND, id="answers"),
        pytest.param({"next_news": 10 * SECOND}, FAR_FUTURE, id="news, which nobody here tells"),
        pytest.param({"next_schedule": 10 * SECOND}, FAR_FUTURE, id="a schedule, which nobody here hands in"),
    ],
)
async def test_what_is_not_due_is_looked_at_when_it_is(desk: Desk, fields: dict[str, int], wakes: int) -> None:
    now, beside = desk.scene.now, Beside()
    errands = Errands(desk.context, beside.spawn, lambda: False)
    snapshot = seen(**{name: now + after for name, after in fields.items()})
    assert errands.run(snapshot, now) == now + min(wakes, MINUTE), "a purge is due in a minute"
    assert beside.begun == []
