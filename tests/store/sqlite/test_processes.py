"""Several processes on one SQLite database: who is alive, and what one changes another hears of."""

import asyncio
import fcntl
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bide.core.errors import StoreError
from bide.store.objects import LocalObjects
from bide.store.sqlite import database, presence
from bide.store.sqlite.connection import connect
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
from tests.patience import PATIENCE

OTHER = """
import asyncio, sys
from pathlib import Path
from bide.store.objects import LocalObjects
from bide.store.sqlite import database, presence
from bide.store.sqlite.connection import connect
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
async def main():
    store = Store(SqliteDatabase(Path(sys.argv[1])), LocalObjects(Path(sys.argv[1] + "-objects")))
    await store.database.attend("other")
    print("here", flush=True)
    for word in sys.stdin:
        await store.agree(word.strip(), "given")
        print("told", flush=True)
    await store.close()
    print("gone", flush=True)
asyncio.run(main())
"""


class Other:
    """Another process with the same database open."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.hear() == "here"

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def tell(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def leave(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.hear() == "gone"
        self.process.wait()

    def die(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def another(path: Path) -> Generator[Other]:
    other = Other(path)
    try:
        yield other
    finally:
        other.die()
        for pipe in (other.process.stdin, other.process.stdout):
            assert pipe is not None
            pipe.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bide.db"


@pytest.fixture
async def store(path: Path) -> AsyncGenerator[Store]:
    opened = Store(SqliteDatabase(path), LocalObjects(path.parent / "objects"))
    yield opened
    await opened.close()


def locks(path: Path) -> list[str]:
    return sorted(file.stem for file in (path.parent / f"{path.name}-workers").glob("*.lock"))


async def test_who_attends_is_present_until_they_close(store: Store, path: Path) -> None:
    await store.database.attend("me")
    with another(path) as other:
        assert locks(path) == ["me", "other"]
        assert await store.database.is_present("me")
        assert await store.database.is_present("other")
        assert await store.database.others_present("me")
        other.leave()
        assert not await store.database.is_present("other")
        assert not await store.database.others_present("me")
        assert locks(path) == ["me"]


async def test_who_is_killed_is_absent_at_once(store: Store, path: Path) -> None:
    with another(path) as other:
        assert await store.database.is_present("other")
        other.die()
        assert locks(path) == ["other"], "nobody has cleared up after it"
        assert not await store.database.is_present("other")
        assert locks(path) == []


async def test_several_holders_in_one_process_are_no_others(store: Store) -> None:
    await store.database.attend("first")
    await store.database.attend("second")
    assert not await store.database.others_present("first")


async def test_another_opening_in_the_same_process_counts(store: Store, path: Path) -> None:
    await store.database.attend("me")
    second = SqliteDatabase(path)
    assert await second.is_present("me")
    assert await second.others_present("you")
    await second.close()
    assert await store.database.is_present("me")


async def test_who_was_never_here_is_absent(store: Store, path: Path) -> None:
    assert not await store.database.is_present("nobody")
    assert not await store.database.others_present("me")
    assert locks(path) == []


async def test_one_that_was_taken_for_dead_while_it_came_tries_again(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock, calls = fcntl.flock, 0

    def late(file: object, operation: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:  # between the open and the lock somebody else looks
            (path.parent / f"{path.name}-workers" / "me.lock").unlink()
        flock(file, operation)  # type: ignore[reportArgumentType]

    monkeypatch.setattr(presence.fcntl, "flock", late)
    await store.database.attend("me")
    monkeypatch.undo()
    assert calls == 2
    with another(path):
        assert locks(path) == ["me", "other"]


async def test_a_change_by_another_process_is_heard(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOOK", 0.02)
    with another(path) as other:
        changed = asyncio.create_task(store.database.wait_for_change())
        await asyncio.sleep(0.1)
        assert not changed.done()
        other.tell("word")
        async with asyncio.timeout(PATIENCE):
            await changed
        assert other.hear() == "told"
        assert await store.agreed("word") == "given"


async def test_a_write_waits_for_another_process_s_write(store: Store, path: Path) -> None:
    blocker = connect(str(path), 64)
    blocker.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(_agree(store))
    await asyncio.sleep(0.2)
    assert not writing.done()
    assert await store.agreed("word") is None, "who only reads waits for nobody"
    blocker.execute("COMMIT")
    blocker.close()
    assert await writing == "mine"


async def _agree(store: Store) -> str:
    return await store.agree("word", "mine")


def test_the_database_of_a_newer_bide_is_left_alone(path: Path) -> None:
    connection = connect(str(path), 64)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(StoreError, match=r"schema 999, this bide knows .*; upgrade bide"):
        SqliteDatabase(path)


def test_what_is_no_database_is_told(path: Path) -> None:
    path.write_bytes(b"something else entirely, and long enough to be looked at as a header of a database file" * 9)
    with pytest.raises(StoreError, match="cannot be opened as bide's database: file is not a database"):
        SqliteDatabase(path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be made"):
        SqliteDatabase(tmp_path / "file" / "bide.db")
