"""Waiting for calls to be settled: no wake-up is missed, whoever settles them and whenever somebody begins to wait."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bide.core.clock import MINUTE, SECOND
from bide.gateway import waiters
from bide.gateway.waiters import Waiters
from bide.store.calls import Calls
from bide.store.taking import Taken
from bide.testing.scene import Scene, report
from bide.testing.store.single_calls import call
from tests.gateway.place import Place, place
from tests.patience import PATIENCE


@dataclass
class Waited:
    """Calls of one job on a store, and who waits for them."""

    scene: Scene
    waiters: Waiters
    calls: Sequence[Taken] = ()
    attempts: dict[int, int] = field(default_factory=dict[int, int])

    def wait(self, number: int) -> "asyncio.Task[bool]":
        one = self.calls[number]
        return asyncio.create_task(self.waiters.wait(one.job, one.external_id, None))

    async def settle(self, number: int, at: int) -> None:
        """Answer a call, on a machine whose clock says `at`."""
        await self.scene.store.attempts.land([report(self.attempts[number], amount=1)], at)
        self.waiters.look()


@pytest.fixture
async def waited(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Waited]:
    async with place(tmp_path_factory.mktemp("home"), engine=False) as at:
        yield await _of(at)


async def _of(at: Place) -> Waited:
    clock = at.bide.context.clock
    scene = Scene(at.bide.store, now=clock.now())
    taken = await scene.store.calls.take([call(scene, None, 0) for _ in range(3)], scene.now)
    calls = [one for one in taken if isinstance(one, Taken)]
    [bucket] = await scene.buckets(await scene.store.jobs.get(scene.owner, calls[0].job))
    claimed = await scene.call(bucket, 3)
    return Waited(scene, at.gateway.waiters, calls, dict(enumerate(one.attempt for one in claimed)))


async def test_who_begins_to_wait_while_others_are_looked_for_is_not_forgotten(
    waited: Waited, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = waited.scene.now
    await waited.settle(0, now - 10 * MINUTE)
    others = waited.wait(1)
    await asyncio.sleep(0.2)
    looking, go_on = asyncio.Event(), asyncio.Event()
    real = Calls.settled_of_job

    async def held_up(self: Calls, job: int, since: int) -> list[str]:
        found = await real(self, job, since)
        looking.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(Calls, "settled_of_job", held_up)
    await waited.settle(2, now)
    async with asyncio.timeout(PATIENCE):
        await looking.wait()
        late = waited.wait(0)  # a retry, long after the answer came
        await asyncio.sleep(0)
        go_on.set()
        assert await late is True
    others.cancel()


async def test_a_machine_whose_clock_is_wrong_keeps_nobody_waiting(
    waited: Waited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiters, "SWEEP", 0.3)
    waiting = waited.wait(0)
    await asyncio.sleep(0.1)
    await waited.settle(0, waited.scene.now - 3_600 * SECOND)
    async with asyncio.timeout(PATIENCE):
        assert await waiting is True


async def test_what_looks_stops_though_something_is_settled_in_that_moment(tmp_path: Path) -> None:
    async with place(tmp_path, engine=False) as at:
        for turns in range(5):
            own = Waiters(at.gateway.context)
            own.start()
            await asyncio.sleep(2 * waiters.SHORTEST)
            own.look()
            for _ in range(turns):
                await asyncio.sleep(0)
            async with asyncio.timeout(PATIENCE):
                await own.stop()
