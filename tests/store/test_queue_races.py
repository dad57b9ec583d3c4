"""The last room of a provider's queue, wanted by several processes at the same time, is taken once."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bide.core.batch import Batch
from bide.core.bucket import Bucket
from bide.core.quota import Ceiling, Resource
from bide.store.database import Database, Transaction
from bide.store.objects import LocalObjects
from bide.store.postgres.database import PostgresDatabase
from bide.store.reserve import SQL, is_ample
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
from bide.testing.audit import audit
from bide.testing.scene import INPUT_TOKENS, Scene

PROCESSES, JOBS, EACH, FIT = 3, 2, 7, 23

WORKER = """
import asyncio, sys
from pathlib import Path
from bide.core.quota import Ceiling, Resource
from bide.store.objects import LocalObjects
from bide.store.store import Store
from bide.testing.scene import Scene, held, ROOMY
async def main():
    kind, place, objects, worker, fit, tokens, *jobs = sys.argv[1:]
    if kind == "sqlite":
        from bide.store.sqlite.database import SqliteDatabase
        database = SqliteDatabase(Path(place))
    else:
        from bide.store.postgres.database import PostgresDatabase
        database = await PostgresDatabase.open(place, sessions=5)
    scene = Scene(Store(database, LocalObjects(Path(objects))), worker)
    snapshot = await scene.store.snapshots.take("host", scene.now)
    buckets = [bucket for bucket in snapshot.buckets if str(bucket.id) in jobs]
    ceilings = [Ceiling(Resource.ENQUEUED_TOKENS, int(fit) * int(tokens))]
    print("ready", flush=True)
    sys.stdin.readline()
    async def work(bucket):
        scene.account, scene.model, taken = bucket.account, bucket.model, 0
        new = scene.new_batch()
        batch = await scene.store.batches.open(new, bucket.id, worker, scene.lease_until, scene.now, scene.decided, ceilings)
        while batch is not None:
            added = await scene.store.batches.fill(held(batch), bucket, ROOMY, 2, ceilings, scene.now)
            taken += added.requests
            if not added.requests:
                break
        return taken
    print(sum(await asyncio.gather(*map(work, buckets))), flush=True)
    await database.close()
asyncio.run(main())
"""


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """A kind of database, and where it is."""
    if request.param == "sqlite":
        return "sqlite", str(tmp_path / "bide.db")
    return "postgres", request.getfixturevalue("postgres_url")


async def test_three_workers_share_a_queue_that_holds_half_of_their_work(
    place: tuple[str, str], tmp_path: Path
) -> None:
    kind, where = place
    database: Database = SqliteDatabase(Path(where)) if kind == "sqlite" else await PostgresDatabase.open(where)
    store = Store(database, LocalObjects(tmp_path / "objects"))
    scene = Scene(store)
    buckets = [str((await scene.hand_in(EACH)).bucket.id) for _ in range(PROCESSES * JOBS)]
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", WORKER, kind, where, str(tmp_path / "objects"), f"worker-{number}", str(FIT), str(INPUT_TOKENS)),
            *buckets[number::PROCESSES],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for number in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert await worker.stdout.readline() == b"ready\n"
    taken = [int(out) for out, _ in await asyncio.gather(*(worker.communicate(b"go\n") for worker in workers))]
    assert [worker.returncode for worker in workers] == [0] * PROCESSES
    assert sum(taken) == FIT, "all of the room, and not one request more"
    usage = (await store.snapshots.take("host", scene.now)).usage
    assert usage.of(Resource.ENQUEUED_TOKENS, scene.account, scene.model) == FIT * INPUT_TOKENS
    assert await audit(store) == []
    await store.close()


@pytest.mark.parametrize(
    ("resource", "limit", "used", "ample"),
    [
        pytest.param(Resource.BATCHES_PER_HOUR, 2_000, 1_500, True, id="each takes one of many"),
        pytest.param(Resource.BATCHES_PER_HOUR, 2_000, 1_501, False, id="the last might be taken by others"),
        pytest.param(Resource.STORED_BYTES, 1 << 40, 1 << 30, True, id="a terabyte"),
        pytest.param(Resource.ENQUEUED_TOKENS, 1 << 60, 0, False, id="nobody can say how many tokens a batch takes"),
    ],
)
def test_plenty_of_room_is_more_than_everybody_together_takes(
    resource: Resource, limit: int, used: int, ample: bool
) -> None:
    assert is_ample(Ceiling(resource, limit), used) is ample


async def test_where_there_is_plenty_nobody_waits_for_the_queue(postgres_url: str, tmp_path: Path) -> None:
    database = await PostgresDatabase.open(postgres_url)
    scene = Scene(Store(database, LocalObjects(tmp_path / "objects")))
    first, second = (await scene.hand_in(1, 1)).buckets
    held, over = asyncio.Event(), asyncio.Event()

    async def hold(transaction: Transaction) -> None:
        await transaction.lock(SQL["lock_queue"], account=first.account)
        held.set()
        await over.wait()

    async def opened(bucket: Bucket, limit: int) -> Batch | None:
        ceilings = [Ceiling(Resource.BATCHES_PER_HOUR, limit, shared=True)]
        return await scene.store.batches.open(
            scene.new_batch(), bucket.id, scene.holder, scene.lease_until, scene.now, scene.decided, ceilings
        )

    holding = asyncio.create_task(database.write("hold", hold))
    await held.wait()
    scarce = asyncio.create_task(opened(first, 2))
    assert await opened(second, 2_000) is not None
    assert not scarce.done()
    over.set()
    await holding
    assert await scarce is not None
    await database.close()
