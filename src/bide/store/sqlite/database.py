"""The driver for SQLite: one writer thread with group commit, one reader thread, nothing lost on power failure."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from pathlib import Path

from bide.core.errors import StoreError
from bide.store import private
from bide.store.database import Result, Work
from bide.store.sqlite.commits import GROUP, Task, commit, report
from bide.store.sqlite.connection import connect, prepare
from bide.store.sqlite.errors import translate
from bide.store.sqlite.migration import migrate
from bide.store.sqlite.presence import Presence
from bide.store.sqlite.transaction import SqliteTransaction, drive

LOOK = 1.0
"""Seconds between looks at whether another process wrote: SQLite cannot tell. One look is one pragma."""


class SqliteDatabase:
    """The driver for one database file. Several processes may use it at a time."""

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises:
            StoreError: it cannot be opened, or is too new.
        """
        self.path = path
        self._presence = Presence(path)
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
        self._writes: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._reads: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
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
        self._presence.attend(holder)

    async def is_present(self, holder: str) -> bool:
        return self._presence.has(holder)

    async def others_present(self, holder: str) -> bool:
        return self._presence.has_others(holder)

    async def close(self) -> None:
        for tasks in (self._writes, self._reads):
            tasks.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        for connection in (self._writer, self._reader, self._watcher):
            connection.close()
        self._presence.leave()

    def _version(self) -> int:
        (version,) = self._watcher.execute("PRAGMA data_version").fetchone()
        return version

    async def _enqueue(self, tasks: "queue.SimpleQueue[Task | None]", work: Work[Result]) -> Result:
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        tasks.put(Task(work, future))
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
            commit(self._writer, group)
            report(group)
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
            report([task])
