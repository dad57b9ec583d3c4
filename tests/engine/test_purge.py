"""A purge, and every moment at which it may be killed: what is left the next one finds, and nothing else goes."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.engine.desk import Desk, opened

from bide.core.clock import DAY, HOUR, MINUTE
from bide.core.job import Job
from bide.engine.errands import Errands
from bide.engine.purge import LEASE, PERIOD, Purged, purge, rehearse
from bide.settings import RetentionSettings, Settings
from bide.settings.section import Kept
from bide.store.bodies import NewObject
from bide.store.database import Transaction
from bide.store.queries import parse
from bide.testing.audit import audit
from bide.testing.store.retention import MONTH, answered
from bide.testing.store.single_calls import passage, passed

OBJECTS = parse("-- name: names\nSELECT name FROM objects;\n")["names"]


class KilledError(BaseException):
    """As by `kill -9`."""


async def with_object(desk: Desk, name: str, kind: str) -> None:
    """A file, and its row."""
    await desk.scene.store.bodies.objects.put(name, b"{}")
    await desk.scene.store.bodies.add(desk.scene.owner, NewObject(name, kind, 2), desk.scene.now)


async def story(desk: Desk) -> list[Job]:
    """Two jobs that are over and one that is newer, with their objects, and a call that was passed on; 40 days ago."""
    found: list[Job] = []
    for size in (3, 2, 1):
        job = (await answered(desk.scene, size)).job
        await with_object(desk, f"bodies-{job.external_id}", "bodies")
        [batch] = await desk.scene.store.batches.of_job(job.id)
        await with_object(desk, f"answers-{batch.tag}-0-1-3-0", "answers")
        found.append(job)
    one = passage(desk.scene, None, 0)
    await desk.scene.store.passages.record([one], [passed(desk.scene, one, 5)])
    later(desk, MONTH)
    return found


def later(desk: Desk, time: int) -> None:
    desk.scene.now += time
    desk.clock.advance(desk.scene.now - desk.clock.now())


def files(folder: Path) -> set[str]:
    return set(os.listdir(folder / "objects"))


async def recorded(desk: Desk) -> set[str]:
    """The names of the objects on record."""

    async def read(transaction: Transaction) -> set[str]:
        return {row["name"] for row in await transaction.all(OBJECTS)}

    return await desk.scene.store.database.read("objects", read)


async def test_what_is_shown_goes_and_what_is_new_stays(desk: Desk, tmp_path: Path) -> None:
    *old, newest = await story(desk)
    shown = await rehearse(desk.context)
    assert (shown.jobs, shown.requests, shown.passages) == (2, 5, 0)  # the only passage is the newest
    gone = await purge(desk.context)
    assert gone == replace(shown, batches=2)
    assert await purge(desk.context) is None  # it is not due
    assert await purge(desk.context, at_once=True) == Purged()
    assert await desk.scene.store.jobs.recent(desk.scene.owner, 9) == [newest]
    assert all(job.external_id not in name for job in old for name in files(tmp_path))
    assert len(files(tmp_path)) == 2
    assert await audit(desk.scene.store) == []
    later(desk, PERIOD)
    assert await purge(desk.context) == Purged()


async def test_never_is_never(desk: Desk) -> None:
    *old, _ = await story(desk)
    never = Kept(Settings().retention.ledger)
    settings = Settings(retention=RetentionSettings(jobs=never, events=never, passages=never))
    context = desk.with_settings(settings)
    later(desk, 1_000 * DAY)
    assert settings.retention.horizon(desk.scene.now).is_empty
    assert await purge(context) == Purged()
    assert (await desk.scene.get(old[0])).id == old[0].id


async def test_the_ledger_goes_when_it_is_told_to_after_its_jobs(desk: Desk) -> None:
    *old, newest = await story(desk)
    context = desk.with_settings(Settings(retention=RetentionSettings(jobs=Kept(400 * DAY), ledger=Kept(DAY))))
    gone = await purge(context)
    assert gone is not None
    assert (gone.jobs, gone.ledger) == (0, 0)
    context = desk.with_settings(Settings(retention=RetentionSettings(ledger=Kept(DAY))))
    gone = await purge(context, at_once=True)
    assert gone is not None
    assert (gone.jobs, gone.ledger) == (2, 5)
    assert await desk.scene.store.ledger.totals(desk.scene.owner, old[0].id) == []
    assert await desk.scene.store.ledger.totals(desk.scene.owner, newest.id)


async def test_a_worker_purges_by_itself_and_stops_when_it_is_told_to(desk: Desk) -> None:
    await story(desk)
    tasks: list[asyncio.Task[None]] = []

    def spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        tasks.append(asyncio.create_task(work))
        return tasks[-1]

    errands = Errands(desk.context, spawn, lambda: True)
    assert (errands.purge(desk.scene.now), tasks) == (desk.scene.now + MINUTE, [])
    assert errands.purge(desk.scene.now + MINUTE) == desk.scene.now + MINUTE + HOUR
    await asyncio.gather(*tasks)
    taken = [job.id for job in await desk.scene.store.purge.taken(9)]
    assert len(await desk.scene.store.jobs.recent(desk.scene.owner, 9)) + len(taken) == 3
    gone = await purge(desk.context, at_once=True)
    assert gone is not None
    assert gone.jobs == 2


def killing(desk: Desk, at: int, *, after: bool) -> list[str]:
    """Have the process die at its `at`-th write or removal of a file; what had been done is told in the list."""
    done: list[str] = []

    def wrapped(real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def strike(name: str, *arguments: Any) -> Any:
            done.append(name)
            if len(done) == at and not after:
                raise KilledError
            result = await real(name, *arguments)
            if len(done) == at:
                raise KilledError
            return result

        return strike

    store = desk.scene.store
    store.database.write = wrapped(store.database.write)  # type: ignore[method-assign]
    store.bodies.objects.delete = wrapped(store.bodies.objects.delete)  # type: ignore[method-assign]
    return done


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_whenever_it_is_killed_the_next_purge_goes_on(tmp_path: Path, after: bool) -> None:
    async with opened(tmp_path / "told") as desk:
        *old, newest = await story(desk)
        now = desk.scene.now
        kept = {name for name in files(tmp_path / "told") if newest.external_id in name}
    at, survived = 0, False
    while not survived:
        at += 1
        folder = tmp_path / f"{at}"
        shutil.copytree(tmp_path / "told", folder)
        async with opened(folder) as desk:
            later(desk, now - desk.scene.now)
            killing(desk, at, after=after)
            try:
                await purge(desk.context)
                survived = True
            except KilledError:
                pass
            assert files(folder) <= await recorded(desk), at  # whatever lies there can be found
        async with opened(folder) as desk:
            later(desk, now - desk.scene.now + LEASE)
            await purge(desk.context, at_once=True)
            assert await desk.scene.store.jobs.recent(desk.scene.owner, 9) == [newest], at
            assert await desk.scene.store.purge.taken(9) == []
            left = files(folder)
            assert kept <= left, at
            assert not [name for name in left for job in old if job.external_id in name], at
            assert len(left) == 2, (at, left)
            assert await audit(desk.scene.store) == [], at
        shutil.rmtree(folder)
    assert at > 12  # every step was one
