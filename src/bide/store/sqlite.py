"""SQLite: the embedded default. One writer thread with group commit, one reader thread, nothing lost on power failure.

Verbs that wait together share one commit: the writer takes everything that queued up while the last commit was being
written, runs each verb in a savepoint of its own, and commits once. An `fdatasync` is the dear part, so the throughput of
single requests grows with how many wait.
"""

import asyncio
import contextlib
import fcntl
import os
import queue
import sqlite3
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any

from bide.core.errors import BideError, ConflictError, StoreError
from bide.store import bulk, private, queries
from bide.store.database import Result, Row, Work
from bide.store.queries import Dialect, Query

OLDEST = (3, 38, 0)
"""STRICT tables (3.37), RETURNING and UPDATE … FROM are older."""

GROUP = 64
"""Verbs a commit may carry: beyond this the wait of the first outweighs what the last saves."""

BUSY_TIMEOUT = 60_000
"""Milliseconds to wait for another process's write transaction; the longest of ours takes well under a second."""

TOGETHER = (100, 32, 8, 4, 2, 1)
"""Rows that one statement inserts, as many as there are left: a statement a row costs half as much again, and each of them
gives the interpreter away to whoever is busy in it, to wait for its turn; longer ones are slow to run through."""

LOOK = 1.0
"""Seconds between looks at whether another process wrote: SQLite cannot tell. One look is one pragma."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # a commit that returned is on the disk
    "PRAGMA foreign_keys = OFF",  # the conformance suite checks references; per-row checks would double a landing
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
)

ON_RECORD = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)

NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
"""The low byte of what SQLite reports when the disk is full or fails."""

STAGING = queries.load("staging")


class SqliteTransaction:
    """A transaction on a connection. Its awaits never suspend (see `drive`)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    async def one(self, query: Query, /, **parameters: object) -> Row | None:
        return self.connection.execute(query.texts[Dialect.SQLITE], query.values(parameters)).fetchone()

    async def all(self, query: Query, /, **parameters: object) -> Sequence[Row]:
        return self.connection.execute(query.texts[Dialect.SQLITE], query.values(parameters)).fetchall()

    async def run(self, query: Query, /, **parameters: object) -> int:
        return self.connection.execute(query.texts[Dialect.SQLITE], query.values(parameters)).rowcount

    async def many(self, query: Query, rows: Sequence[Sequence[object]], /, **shared: object) -> int:
        text, names, always = query.texts[Dialect.SQLITE], tuple(shared), tuple(shared.values())
        start = count = 0
        for together in TOGETHER:
            repeated = bulk.repeat(text, query.names, names, together)
            while len(rows) - start >= together:
                values = [*always, *chain.from_iterable(rows[start : start + together])]
                count += self.connection.execute(repeated, values).rowcount
                start += together
        return count

    async def lock(self, query: Query, /, **parameters: object) -> None:
        """The transaction holds the whole file."""


def drive(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a verb to its end without an event loop; its awaits are all on `SqliteTransaction`."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    coroutine.close()
    raise RuntimeError("a store verb awaited something other than its transaction")


def connect(path: str, cache: int) -> sqlite3.Connection:
    """A connection with bide's settings; `cache` in KiB.

    Raises:
        StoreError: this SQLite is too old, or the file cannot be opened.
    """
    if sqlite3.sqlite_version_info < OLDEST:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old; bide needs {'.'.join(map(str, OLDEST))} or newer"
        )
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, uri=path.startswith("file:"))
        connection.row_factory = sqlite3.Row
        connection.execute(
            "PRAGMA page_size = 16384"
        )  # bodies lie elsewhere; larger pages mean fewer of them per batch
        for pragma in PRAGMAS:
            connection.execute(pragma)
        connection.execute(f"PRAGMA cache_size = -{cache}")
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise StoreError(f"{path} cannot be opened as bide's database: {error}") from error
    return connection


def migrate(connection: sqlite3.Connection, place: str = "memory") -> None:
    """Bring the schema up to date, one transaction a migration.

    Raises:
        StoreError: a newer bide has written this database, or it cannot be written.
    """
    known = queries.migrations()
    try:
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > known[-1][0]:
            raise StoreError(f"this database has schema {version}, this bide knows {known[-1][0]}; upgrade bide")
        for number, text in known:
            if number > version:
                for statement in queries.expand(text, Dialect.SQLITE).split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException as error:
        undo(connection)
        translated = translate(error, place)
        if translated is error:
            raise
        raise translated from error


def undo(connection: sqlite3.Connection) -> None:
    """End a transaction without a trace. On a full disk SQLite may have done so itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def prepare(connection: sqlite3.Connection) -> None:
    """Make the connection's staging tables."""
    connection.execute("PRAGMA temp_store = MEMORY")  # only here: a report that sorts a million rows may use the disk
    for query in STAGING.values():
        connection.execute(query.texts[Dialect.SQLITE])


@dataclass(slots=True)
class _Task:
    work: Work[Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class SqliteDatabase:
    """The driver for one database file. Several processes may use it at a time."""

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises:
            StoreError: it cannot be opened, or is too new.
        """
        self.path = path
        self._presence: dict[str, IO[bytes]] = {}
        try:
            private.make_folder(path.parent)
        except OSError as error:
            raise StoreError(f"the folder {path.parent} cannot be made: {error.strerror}") from error
        # Only where there is none: closing a second descriptor of a database would give up this process's locks on it.
        with contextlib.suppress(OSError), open(path, "xb", opener=private.opener):
            pass
        with contextlib.ExitStack() as opened:
            self._writer = opened.enter_context(contextlib.closing(connect(str(path), cache=4_096)))
            migrate(self._writer, str(path))
            prepare(self._writer)
            self._reader = opened.enter_context(contextlib.closing(connect(str(path), cache=2_048)))
            self._watcher = opened.enter_context(contextlib.closing(connect(str(path), cache=64)))
            opened.pop_all()  # `close` closes them
        self._writes: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._reads: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._write_loop, name="bide-writer", daemon=True),
            threading.Thread(target=self._read_loop, name="bide-reader", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    async def write(self, name: str, work: Work[Result]) -> Result:
        return await self._enqueue(self._writes, work)

    async def read(self, name: str, work: Work[Result]) -> Result:
        return await self._enqueue(self._reads, work)

    async def wait_for_change(self) -> None:
        seen = self._version()
        while self._version() == seen:
            await asyncio.sleep(LOOK)

    async def attend(self, holder: str) -> None:
        if holder in self._presence:
            return
        path = self._presence_path(holder)
        while True:
            file = private.create(path)
            fcntl.flock(file, fcntl.LOCK_EX)
            if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                break
            file.close()  # somebody looked between open and lock, and took us for dead
        self._presence[holder] = file

    async def is_present(self, holder: str) -> bool:
        if holder in self._presence:
            return True
        path = self._presence_path(holder)
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    async def others_present(self, holder: str) -> bool:
        folder = self._presence_path(holder).parent
        for path in sorted(folder.glob("*.lock")):
            if path.stem != holder and path.stem not in self._presence and await self.is_present(path.stem):
                return True
        return False

    async def close(self) -> None:
        for tasks in (self._writes, self._reads):
            tasks.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        for connection in (self._writer, self._reader, self._watcher):
            connection.close()
        for holder, file in self._presence.items():
            self._presence_path(holder).unlink(missing_ok=True)
            file.close()
        self._presence.clear()

    def _presence_path(self, holder: str) -> Path:
        folder = self.path.parent / f"{self.path.name}-workers"
        private.make_folder(folder)
        return folder / f"{holder}.lock"

    def _version(self) -> int:
        (version,) = self._watcher.execute("PRAGMA data_version").fetchone()
        return version

    async def _enqueue(self, tasks: "queue.SimpleQueue[_Task | None]", work: Work[Result]) -> Result:
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        tasks.put(_Task(work, future))
        try:
            return await future
        except sqlite3.Error as error:
            raise translate(error, str(self.path)) from error

    def _write_loop(self) -> None:
        while (first := self._writes.get()) is not None:
            group = [first]
            ended = False
            while len(group) < GROUP:
                try:
                    task = self._writes.get_nowait()
                except queue.Empty:
                    break
                if task is None:
                    ended = True
                    break
                group.append(task)
            _commit(self._writer, group)
            _report(group)
            if ended:
                return

    def _read_loop(self) -> None:
        transaction = SqliteTransaction(self._reader)
        while (task := self._reads.get()) is not None:
            try:
                self._reader.execute("BEGIN")
                task.result = drive(task.work(transaction))
            except BaseException as error:
                task.error = error
            finally:
                if self._reader.in_transaction:
                    self._reader.execute("ROLLBACK")
            _report([task])


def _commit(connection: sqlite3.Connection, group: list[_Task]) -> None:
    """Run a group of verbs in one transaction; each fails alone, a failed commit fails them all."""
    transaction = SqliteTransaction(connection)
    try:
        connection.execute("BEGIN IMMEDIATE")
        if len(group) == 1:  # it is the transaction
            group[0].result = drive(group[0].work(transaction))
            connection.execute("COMMIT")
            return
        for task in group:
            connection.execute("SAVEPOINT verb")
            try:
                task.result = drive(task.work(transaction))
            except BaseException as error:
                task.error = error
                if not connection.in_transaction:
                    raise  # SQLite has undone everything: the disk is full, or fails
                connection.execute("ROLLBACK TO verb")
            connection.execute("RELEASE verb")
        connection.execute("COMMIT")
    except BaseException as error:
        for task in group:
            task.error = task.error or error
        with contextlib.suppress(sqlite3.Error):  # what is left open, the next BEGIN reports
            undo(connection)


def _report(group: list[_Task]) -> None:
    """Hand results back to the loops that wait, one call a loop."""
    loops = {task.future.get_loop() for task in group}
    for loop in loops:
        mine = [task for task in group if task.future.get_loop() is loop]
        try:
            loop.call_soon_threadsafe(_resolve, mine)
        except RuntimeError:  # the loop was closed: nobody waits any more
            continue


def _resolve(group: list[_Task]) -> None:
    for task in group:
        if task.future.done():
            continue
        if task.error is not None:
            task.future.set_exception(task.error)
        else:
            task.future.set_result(task.result)


def translate(error: BaseException, place: str = "memory") -> BaseException:
    """SQLite's errors, in the database at `place`, as bide's own; everything else unchanged."""
    if isinstance(error, BideError) or not isinstance(error, sqlite3.Error):
        return error
    message, code = str(error), getattr(error, "sqlite_errorcode", 0)
    if code in ON_RECORD:
        return ConflictError(f"this is on record already ({message}); look it up instead of adding it again")
    if code & 0xFF in NO_ROOM:
        return StoreError(
            f"the disk is full or failing ({place}: {message}); free some space, then run the same command again"
        )
    return StoreError(f"SQLite: {place}: {message}")
