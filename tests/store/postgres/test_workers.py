"""Several workers on one PostgreSQL database: nothing is taken twice, nobody waits for what another holds."""

import asyncio
import random  # noqa: TID251 - what the workers do next
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import pytest

from bide.core.bucket import Phase
from bide.core.budget import Span
from bide.core.clock import MINUTE
from bide.core.errors import LeaseLostError
from bide.core.states import AttemptState, BatchOutcome, BatchState, RequestState
from bide.store import queries
from bide.store.database import Transaction
from bide.store.filling import Room
from bide.store.objects import LocalObjects
from bide.store.postgres.database import PostgresDatabase
from bide.store.reports import Report
from bide.store.store import Store
from bide.testing.audit import audit
from bide.testing.scene import ROOMY, Handed, Scene, held, report
from bide.testing.store.budgets import hold
from bide.testing.store.keys import make_key
from tests.patience import PATIENCE

WORKERS = 4


@pytest.fixture
async def stores(postgres_url: str, tmp_path: Path) -> AsyncGenerator[list[Store]]:
    """The store of each worker, with sessions of its own."""
    opened = [
        Store(await PostgresDatabase.open(postgres_url, sessions=3), LocalObjects(tmp_path)) for _ in range(WORKERS)
    ]
    yield opened
    problems = await audit(opened[0])
    for store in opened:
        await store.close()
    assert problems == []


def seen_by(stores: list[Store], first: Scene) -> list[Scene]:
    """The work of `first` as each worker has it."""
    scenes = [Scene(store, f"worker-{number}", holder=f"worker-{number}") for number, store in enumerate(stores)]
    for scene in scenes:
        scene.account = first.account
    return scenes


async def test_workers_that_start_together_make_one_schema(bare_url: str, tmp_path: Path) -> None:
    databases = await asyncio.gather(*(PostgresDatabase.open(bare_url) for _ in range(5)))
    agreed = await asyncio.gather(
        *(Store(one, LocalObjects(tmp_path)).agree("tag", str(number)) for number, one in enumerate(databases))
    )
    assert len(set(agreed)) == 1
    for one in databases:
        await one.close()


async def test_no_batch_is_claimed_twice(stores: list[Store]) -> None:
    scene = Scene(stores[0])
    handed = await scene.hand_in(60)
    batches = [await scene.batch(handed.bucket, BatchState.SEALED, 1) for _ in range(60)]
    scene.now = max(batch.lease_until for batch in batches)

    async def claim(worker: Scene) -> list[tuple[int, int]]:
        claimed: list[tuple[int, int]] = []
        while found := await worker.store.batches.claim(scene.account, worker.holder, scene.now, scene.now + MINUTE, 7):
            assert {batch.holder for batch in found} == {worker.holder}
            claimed += [held(batch) for batch in found]
        return claimed

    claimed = [one for part in await asyncio.gather(*map(claim, seen_by(stores, scene))) for one in part]
    assert sorted(claimed) == [(batch.id, 2) for batch in batches]


async def test_no_request_is_called_twice(stores: list[Store]) -> None:
    scene = Scene(stores[0])
    handed = await scene.hand_in(200)

    async def call(worker: Scene) -> list[int]:
        found: list[int] = []
        while calls := await worker.call(handed.bucket, 7):
            found += [call.request for call in calls]
        return found

    parts = await asyncio.gather(*map(call, seen_by(stores, scene)))
    assert sorted(request for part in parts for request in part) == list(
        range(handed.job.first_request or 0, (handed.job.last_request or 0) + 1)
    )


async def test_what_one_worker_fills_into_a_batch_no_other_calls(stores: list[Store]) -> None:
    scene = Scene(stores[0])
    handed = await scene.hand_in(300)
    batch = await scene.open(handed.bucket)

    async def fill() -> int:
        count = 0
        while added := await scene.store.batches.fill(held(batch), handed.bucket, ROOMY, 9):
            if not added.requests:
                return count
            count += added.requests
        raise AssertionError

    async def call(worker: Scene) -> int:
        count = 0
        while calls := await worker.call(handed.bucket, 5):
            count += len(calls)
        return count

    filled, *called = await asyncio.gather(fill(), *map(call, seen_by(stores[1:], scene)))
    assert filled + sum(called) == 300
    await scene.store.batches.seal(held(batch), scene.now)


async def test_a_claim_passes_by_what_somebody_is_moving(stores: list[Store]) -> None:
    scene = Scene(stores[0])
    handed = await scene.hand_in(2)
    moving, free = [await scene.batch(handed.bucket, BatchState.SEALED, 1) for _ in range(2)]
    scene.now = max(moving.lease_until, free.lease_until)
    locked, done = asyncio.Event(), asyncio.Event()

    async def move(transaction: Transaction) -> None:
        await transaction.lock(queries.load("attempts")["lock_batch"], batch=moving.id)
        locked.set()
        await done.wait()

    mover = asyncio.create_task(stores[1].database.write("move", move))
    await locked.wait()
    async with asyncio.timeout(PATIENCE):
        claimed = await scene.store.batches.claim(scene.account, "other", scene.now, scene.lease_until, 10)
    done.set()
    await mover
    assert [batch.id for batch in claimed] == [free.id]
    [later] = await scene.store.batches.claim(scene.account, "other", scene.now, scene.lease_until, 10)
    assert later.id == moving.id


async def test_a_worker_that_was_deposed_changes_nothing(stores: list[Store]) -> None:
    scene = Scene(stores[0])
    handed = await scene.hand_in(3)
    mine = await scene.batch(handed.bucket, BatchState.SUBMITTING)
    [theirs] = await stores[1].batches.claim(scene.account, "other", mine.lease_until, mine.lease_until + MINUTE, 10)
    assert (theirs.id, theirs.fence) == (mine.id, mine.fence + 1)

    async def submitted(store: Store, fence: int, provider_id: str) -> type[Exception] | None:
        try:
            await store.batches.submitted(
                (mine.id, fence), provider_id=provider_id, submitted_at=1, expires_at=None, due_at=1, now=scene.now
            )
        except LeaseLostError as error:
            return type(error)
        return None

    results = await asyncio.gather(
        *(submitted(stores[0], mine.fence, "old") for _ in range(3)), submitted(stores[1], theirs.fence, "new")
    )
    assert results == [LeaseLostError] * 3 + [None]
    assert (await stores[2].batches.get(mine.id)).provider_id == "new"


async def test_capacity_is_divided_among_all_who_ask_at_once(stores: list[Store]) -> None:
    shares = await asyncio.gather(
        *(store.limits.share("account", "model", f"worker-{number}", 100, 0) for number, store in enumerate(stores))
    )
    assert sorted(shares) == list(range(1, WORKERS + 1))


async def test_an_idempotency_key_is_of_one_job_also_at_once(stores: list[Store]) -> None:
    scenes = [Scene(store, f"scene-{number}") for number, store in enumerate(stores)]
    jobs = [await scene.begin(idempotency_key="key") for scene in scenes]
    results = await asyncio.gather(
        *(scene.accept(job, 0) for scene, job in zip(scenes, jobs, strict=True)), return_exceptions=True
    )
    assert [isinstance(result, Exception) for result in results].count(False) == 1


class Worker:
    """Does to shared buckets what engines do, in an order drawn from its seed."""

    def __init__(self, scene: Scene, handed: list[Handed], seed: int) -> None:
        self.scene = scene
        self.buckets = [bucket for one in handed for bucket in one.buckets]
        self.dice = random.Random(seed)

    async def work(self, turns: int) -> None:
        for _ in range(turns):
            step = self.dice.choice([self.batch, self.batch, self.call, self.call, self.give_up, self.share])
            with suppress(LeaseLostError):
                await step()

    async def batch(self) -> None:
        """A batch of two buckets, through its whole life, while others call what is in it."""
        scene, store = self.scene, self.scene.store.batches
        first, second = self.dice.sample(self.buckets, 2)
        batch = await store.open(scene.new_batch(), first.id, scene.holder, scene.lease_until, scene.now)
        if batch is None:
            return
        for bucket in (first, second):
            await store.fill(held(batch), bucket, Room(20, ROOMY.size, ROOMY.tokens), 7)
        batch = await store.seal(held(batch), scene.now)
        batch = await store.intend(held(batch), scene.lease_until, scene.now)
        batch = await store.submitted(
            held(batch), provider_id=batch.tag, submitted_at=scene.now, expires_at=None, due_at=scene.now, now=scene.now
        )
        fence = await self.claimed(batch.id)
        if fence is None:
            return
        attempts = await scene.attempts(batch)
        if self.dice.random() < 0.5:
            calls = await scene.call(self.dice.choice([first, second]), 3, batch)
            await self.settle([call.attempt for call in calls])
        batch = await store.ended((batch.id, fence), outcome=BatchOutcome.COMPLETED, ended_at=scene.now, now=scene.now)
        await scene.land(batch, [self.report(one) for one in attempts if self.dice.random() < 0.8])
        await scene.write_off(batch)
        await store.harvested(held(batch), scene.now)

    async def claimed(self, batch: int) -> int | None:
        """Our new fence of it; whatever else was claimed is put back."""
        scene, fence = self.scene, None
        for one in await scene.store.batches.claim(scene.account, scene.holder, scene.now, scene.lease_until, 5):
            if one.id == batch:
                fence = one.fence
            else:
                await scene.store.batches.troubled(held(one), "503", scene.now)
        return fence

    async def call(self) -> None:
        calls = await self.scene.call(self.dice.choice(self.buckets), self.dice.randint(1, 6))
        await self.settle([call.attempt for call in calls])

    async def settle(self, attempts: list[int]) -> None:
        reports = [self.report(one) for one in attempts]
        self.dice.shuffle(reports)
        await self.scene.settle_calls(reports)
        await self.scene.settle_calls(reports[:2])

    async def give_up(self) -> None:
        bucket, phase = self.dice.choice(self.buckets), self.dice.choice([Phase.WAITING, Phase.BATCHED])
        await self.scene.store.requests.give_up(bucket, RequestState.EXPIRED, phase, 1, self.scene.now)

    async def share(self) -> None:
        await self.scene.store.limits.share(self.scene.account, "small", self.scene.holder, 10, 0)

    def report(self, attempt: int) -> Report:
        verdict = self.dice.choice(
            [AttemptState.ANSWERED, AttemptState.ANSWERED, AttemptState.ERRORED, AttemptState.REFUSED]
        )
        return report(attempt, verdict, amount=self.dice.randint(1, 100))


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_many_workers_do_the_store_agrees_with_itself(stores: list[Store], seed: int) -> None:
    scene = Scene(stores[0])
    key, _ = await make_key(scene)
    handed = [await scene.hand_in(60, 40, key_id=key.id), await scene.hand_in(50, 30, key_id=key.id)]
    for one in handed:
        await hold(scene, one)
    workers = [
        Worker(worker, handed, seed * 100 + number)
        for store_number, worker in enumerate(seen_by(stores, scene))
        for number in (store_number, store_number + WORKERS)
    ]
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(worker.work(12) for worker in workers))
    # The fixture audits. Here: that everything was worked on.
    phases = (await scene.store.jobs.progress(scene.owner, handed[0].job.id)).phases
    assert phases.get(Phase.REALTIME, 0) > 0
    assert phases.get(Phase.BATCH, 0) > 0
    entries = [one for job in handed for one in await scene.store.ledger.totals(scene.owner, job.job.id)]
    month = (await scene.store.budgets.standings(key.id, scene.now))[Span.MONTH]
    assert month.spent == sum(one.amount or 0 for one in entries) > 0
