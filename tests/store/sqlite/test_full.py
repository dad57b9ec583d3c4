"""There is no room on the disk: a clear error, nothing half done, and work goes on once there is room."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bide.core.errors import StoreError
from bide.store.database import Transaction
from bide.store.objects import LocalObjects
from bide.store.sqlite.database import SqliteDatabase
from bide.store.sqlite.transaction import SqliteTransaction
from bide.store.store import Store
from bide.testing.audit import audit
from bide.testing.scene import Scene
from tests.store.scarce import no_file_beyond

TOLD = r"the disk is full or failing \(.*\); free some space, then run the same command again"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Store]:
    opened = Store(SqliteDatabase(tmp_path / "bide.db"), LocalObjects(tmp_path / "objects"))
    yield opened
    assert await audit(opened) == []
    await opened.close()


async def limit_pages(store: Store, more: int) -> None:
    """Let the database grow by so many pages and no further."""

    async def limit(transaction: Transaction) -> None:
        assert isinstance(transaction, SqliteTransaction)
        (pages,) = transaction.connection.execute("PRAGMA page_count").fetchone()
        transaction.connection.execute(f"PRAGMA max_page_count = {pages + more}")

    await store.database.write("limit", limit)


async def test_a_database_that_may_not_grow(store: Store) -> None:
    scene = Scene(store)
    handed = await scene.hand_in(20)
    await limit_pages(store, 2)
    job = await scene.begin()
    bucket = await scene.bucket_in(job)
    with pytest.raises(StoreError, match=TOLD):
        await store.requests.add(await scene.rows(job, bucket, 5_000))
    assert await store.requests.extent(job.id, 0) == (None, None)
    assert len(await scene.call(handed.bucket, 2)) == 2, "what needs no room is still done"
    await limit_pages(store, 1_000_000)
    assert await store.requests.add(await scene.rows(job, bucket, 5_000)) == []
    await scene.accept(job, 5_000)


async def test_a_log_that_may_not_grow(store: Store, tmp_path: Path) -> None:
    scene = Scene(store)
    handed = await scene.hand_in(20)
    with no_file_beyond((tmp_path / "bide.db-wal").stat().st_size), pytest.raises(StoreError, match=TOLD):
        await scene.call(handed.bucket, 2)
    assert len(await scene.call(handed.bucket)) == 20


async def test_those_who_share_a_commit_share_its_failure(store: Store, tmp_path: Path) -> None:
    scene = Scene(store)
    await scene.hand_in(5)
    with no_file_beyond((tmp_path / "bide.db-wal").stat().st_size):
        results = await asyncio.gather(
            *(store.agree(f"name-{number}", "value") for number in range(30)), return_exceptions=True
        )
    assert all(isinstance(result, StoreError) for result in results)
    assert all("free some space" in str(result) for result in results)
    assert [await store.agreed(f"name-{number}") for number in range(30)] == [None] * 30
    assert await store.agree("name-0", "other") == "other"


async def test_a_verb_that_finds_no_room_takes_the_others_with_it_by_the_same_name(store: Store) -> None:
    scene = Scene(store)
    job = await scene.begin()
    rows = await scene.rows(job, await scene.bucket_in(job), 5_000)
    await limit_pages(store, 2)
    results = await asyncio.gather(
        store.agree("before", "value"),
        store.requests.add(rows),
        store.agree("after", "value"),
        return_exceptions=True,
    )
    for result in results:
        assert isinstance(result, (str, StoreError))
        assert isinstance(result, str) or "free some space" in str(result)
    kept = [await store.agreed(name) for name in ("before", "after")]
    assert kept == [result if isinstance(result, str) else None for result in (results[0], results[2])]


@pytest.mark.parametrize("size", [0, 20_000])
async def test_a_database_for_which_there_is_no_room_is_not_made(tmp_path: Path, size: int) -> None:
    with ExitStack() as stack:
        stack.enter_context(no_file_beyond(size))
        with pytest.raises(StoreError, match="disk"):
            SqliteDatabase(tmp_path / "bide.db")
    store = Store(SqliteDatabase(tmp_path / "bide.db"), LocalObjects(tmp_path / "objects"))
    await Scene(store).hand_in(1)
    assert await audit(store) == []
    await store.close()
