"""Batches that end at the same moment at several workers on one PostgreSQL database: nobody waits in a circle."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bide.core.batch import Batch
from bide.core.clock import HOUR
from bide.core.states import BatchOutcome, BatchState
from bide.store import batches, queries
from bide.store.database import Transaction
from bide.store.objects import LocalObjects
from bide.store.postgres.transaction import PostgresTransaction
from bide.store.queries import Query
from bide.store.store import Store
from bide.testing.audit import audit
from bide.testing.scene import Handed, Scene, held, report
from tests.patience import PATIENCE
from tests.store.watched import Watched

WORKERS = 3

LYING = queries.parse("-- name: lying\nSELECT id FROM batches ORDER BY ctid;")["lying"]

NO_SLOT = "too_many_batches: come back later"


@pytest.fixture
async def stores(postgres_url: str, tmp_path: Path) -> AsyncGenerator[list[Store]]:
    """The store of each worker, with sessions of its own. No test makes two of them wait for each other."""
    databases = [await Watched.open(postgres_url, sessions=4) for _ in range(WORKERS)]
    opened = [Store(database, LocalObjects(tmp_path)) for database in databases]
    yield opened
    problems = await audit(opened[0])
    for store in opened:
        await store.close()
    assert [database.deadlocks for database in databases] == [0] * WORKERS
    assert problems == []


async def waiting(scene: Scene, handed: Handed, due_at: int) -> Batch:
    """A sealed batch of one request for which its account had no slot."""
    batch = await scene.batch(handed.bucket, BatchState.SEALED, 1)
    await scene.store.batches.troubled(held(batch), NO_SLOT, due_at, has_failed=False)
    return batch


async def end(store: Store, batch: Batch, now: int) -> Batch:
    return await store.batches.ended(held(batch), outcome=BatchOutcome.CANCELLED, ended_at=now, now=now)


async def lying(store: Store) -> list[int]:
    """The batches in the order in which their rows lie on the disk: whoever reads them all finds them so."""

    async def read(transaction: Transaction) -> list[int]:
        return [row["id"] for row in await transaction.all(LYING)]

    return await store.database.read("lying", read)


def meeting(monkeypatch: pytest.MonkeyPatch, name: str, count: int) -> None:
    """So many transactions run a query of batches at the same moment, each with what it has locked before."""
    run, come, all_there = PostgresTransaction.run, list[PostgresTransaction](), asyncio.Event()

    async def together(self: PostgresTransaction, query: Query, /, **parameters: object) -> int:
        if query is batches.SQL[name] and self not in come:
            come.append(self)
            if len(come) == count:
                all_there.set()
            async with asyncio.timeout(PATIENCE):
                await all_there.wait()
        return await run(self, query, **parameters)

    monkeypatch.setattr(PostgresTransaction, "run", together)


async def test_batches_that_wait_for_a_slot_and_end_together_do_not_wait_for_each_other(
    stores: list[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each end may hand in the batch that the other holds: their machines' clocks are behind the one that claimed them."""
    scene = Scene(stores[0])
    handed = await scene.hand_in(2)
    early = scene.now
    for _ in range(2):
        await waiting(scene, handed, early + HOUR)
    claimed = await scene.store.batches.claim(scene.account, scene.holder, early + HOUR, early + 2 * HOUR, 2)
    assert len(claimed) == 2
    meeting(monkeypatch, "slot", 2)
    async with asyncio.timeout(PATIENCE):
        ended = await asyncio.gather(*(end(store, one, early) for store, one in zip(stores, claimed, strict=False)))
    assert [batch.state for batch in ended] == [BatchState.ENDED] * 2


async def test_batches_that_end_together_hand_in_one_each(stores: list[Store], monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(stores[0])
    handed = await scene.hand_in(2 * WORKERS)
    running = [await scene.batch(handed.bucket, BatchState.SUBMITTED, 1) for _ in range(WORKERS)]
    left = [await waiting(scene, handed, scene.now + HOUR) for _ in range(WORKERS)]
    meeting(monkeypatch, "slot", WORKERS)
    await asyncio.gather(*(end(store, one, scene.now) for store, one in zip(stores, running, strict=True)))
    assert [(await scene.store.batches.get(one.id)).due_at for one in left] == [scene.now] * WORKERS


async def test_an_end_by_a_clock_that_is_behind_hands_in_another_one(stores: list[Store]) -> None:
    scene = Scene(stores[0])
    handed = await scene.hand_in(4)
    running = [await scene.batch(handed.bucket, BatchState.SUBMITTED, 1) for _ in range(2)]
    left = [await waiting(scene, handed, scene.now + HOUR) for _ in range(2)]
    for store, batch, now in zip(stores, running, (scene.now, scene.now - 1), strict=False):
        await end(store, batch, now)
    assert [(await scene.store.batches.get(one.id)).due_at for one in left] == [scene.now, scene.now - 1]


async def test_many_small_batches_land_at_several_workers(stores: list[Store]) -> None:
    scene, each = Scene(stores[0]), 6
    handed = await scene.hand_in(2 * WORKERS * each)
    running = [await scene.batch(handed.bucket, BatchState.SUBMITTED, 1) for _ in range(WORKERS * each)]
    left = [await waiting(scene, handed, scene.now + HOUR) for _ in range(WORKERS * each)]

    async def finish(store: Store, batch: Batch) -> None:
        ended = await end(store, batch, scene.now)
        rows = [report(ended.first_attempt or 0)]
        await store.batches.land(held(batch), rows, [], output_rows=1, error_rows=0, unknown=0, now=scene.now)
        await store.batches.harvested(held(batch), scene.now)

    await asyncio.gather(*(finish(stores[number % WORKERS], one) for number, one in enumerate(running)))
    assert {(await scene.store.batches.get(one.id)).due_at for one in left} == {scene.now}
    assert (await scene.buckets(handed.job))[0].open.requests == WORKERS * each


async def test_freeing_what_a_dead_worker_held_and_looking_at_it_lock_in_one_order(
    stores: list[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(stores[0])
    handed = await scene.hand_in(2)
    first, second = [await scene.batch(handed.bucket, BatchState.SUBMITTED, 1) for _ in range(2)]
    at = scene.now - 1
    while await lying(stores[0]) != [second.id, first.id]:  # an update moves a row to where there is room
        await scene.store.batches.renew(held(first), scene.lease_until + HOUR)
    run, freeing = PostgresTransaction.run, list[asyncio.Task[None]]()

    async def interrupted(self: PostgresTransaction, query: Query, /, **parameters: object) -> int:
        if query is batches.SQL["look_by"] and parameters["batch"] == second.id:
            freeing.append(asyncio.ensure_future(stores[1].release_holder(scene.holder)))
            await asyncio.wait(freeing, timeout=0.2)
        return await run(self, query, **parameters)

    monkeypatch.setattr(PostgresTransaction, "run", interrupted)
    await stores[0].batches.look_by({first.id: at, second.id: at})
    async with asyncio.timeout(PATIENCE):
        await freeing[0]
    assert [(await scene.store.batches.get(one.id)).holder for one in (first, second)] == [None, None]
