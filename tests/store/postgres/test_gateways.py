"""Several gateways on one PostgreSQL database: what one takes in neither fails nor waits for what another does."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bide.core.states import BatchState
from bide.store import attempts
from bide.store.objects import LocalObjects
from bide.store.postgres.transaction import PostgresTransaction
from bide.store.queries import Query
from bide.store.store import Store
from bide.store.taking import Taken
from bide.testing.audit import audit
from bide.testing.scene import Scene, held, report
from bide.testing.store.keys import make_key
from bide.testing.store.single_calls import call
from tests.store.watched import Watched

GATEWAYS = 3


@pytest.fixture
async def stores(postgres_url: str, tmp_path: Path) -> AsyncGenerator[list[Store]]:
    """The store of each gateway, with sessions of its own."""
    opened = [Store(await Watched.open(postgres_url, sessions=4), LocalObjects(tmp_path)) for _ in range(GATEWAYS)]
    yield opened
    problems = await audit(opened[0])
    for store in opened:
        await store.close()
    assert problems == []


async def test_one_idempotency_key_at_several_gateways_is_one_call_and_no_neighbour_fails(stores: list[Store]) -> None:
    scene = Scene(stores[0])
    for number in range(10):
        name = f"key-{number}"
        taken = await asyncio.gather(
            *(
                store.calls.take([call(scene, None, 0, idempotency_key=name), call(scene, None, 0)], scene.now)
                for store in stores * 2
            )
        )
        assert all(isinstance(one, Taken) for group in taken for one in group)
        assert len({group[0].external_id for group in taken if isinstance(group[0], Taken)}) == 1
        assert len({group[1].external_id for group in taken if isinstance(group[1], Taken)}) == len(taken)


async def test_taking_in_and_settling_lock_in_one_order(stores: list[Store]) -> None:
    scene = Scene(stores[0])
    key, _ = await make_key(scene, budget_day=1 << 40)
    is_over = asyncio.Event()

    async def take(store: Store, *, with_budget: bool) -> None:
        for _ in range(40):
            calls = [call(scene, key if with_budget else None, int(with_budget)) for _ in range(4)]
            await store.calls.take(calls, scene.now)

    async def settle(store: Store) -> int:
        worker, settled = Scene(store, holder="worker"), 0
        while True:
            was_over, before = is_over.is_set(), settled
            for bucket in (await store.snapshots.take("host", scene.now)).buckets:
                for claimed in await worker.call(bucket, 7):
                    await worker.settle_calls([report(claimed.attempt, amount=1)])
                    settled += 1
            if was_over and settled == before:
                return settled
            await asyncio.sleep(0)

    settling = [asyncio.create_task(settle(store)) for store in stores[1:]]
    await asyncio.gather(*(take(store, with_budget=flag) for store in stores[:2] for flag in (False, True)))
    is_over.set()
    assert sum(await asyncio.gather(*settling)) == 4 * 40 * 4
    assert [store.database.deadlocks for store in stores if isinstance(store.database, Watched)] == [0] * GATEWAYS


async def test_a_call_that_is_cancelled_while_its_answer_lands_has_one_end(
    stores: list[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(stores[0])
    first, second = await stores[0].calls.take([call(scene, None, 0), call(scene, None, 0)], scene.now)
    assert isinstance(first, Taken)
    assert isinstance(second, Taken)
    [bucket] = await scene.buckets(await scene.store.jobs.get(scene.owner, first.job))
    batch = await scene.batch(bucket, BatchState.SUBMITTED, 2)
    assert batch.first_attempt is not None
    cancelling: list[asyncio.Task[bool]] = []
    run = PostgresTransaction.run

    async def interrupted(self: PostgresTransaction, query: Query, /, **parameters: object) -> int:
        if query is attempts.SQL["move_requests"]:
            cancel = stores[1].calls.cancel(scene.owner, first.external_id, scene.now)
            cancelling.append(asyncio.ensure_future(cancel))
            await asyncio.wait(cancelling, timeout=0.3)
        return await run(self, query, **parameters)

    monkeypatch.setattr(PostgresTransaction, "run", interrupted)
    await stores[0].batches.land(
        held(batch), [report(batch.first_attempt)], [], output_rows=1, error_rows=0, unknown=0, now=scene.now
    )
    assert await cancelling[0] is False  # the answer was there first
    assert (await stores[0].calls.outcome(scene.owner, first.external_id))["state"] == "succeeded"
    assert (await stores[0].calls.outcome(scene.owner, second.external_id))["state"] == "open"
    [left] = (await stores[0].snapshots.take("host", scene.now)).buckets  # the other one is not forgotten
    assert left.open.requests == 1
