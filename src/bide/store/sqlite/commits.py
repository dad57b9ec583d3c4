"""Group commit: verbs that wait together share one.

The writer takes everything that queued up while the last commit was being written, runs each verb in a savepoint of its own, and
commits once. An `fdatasync` is the dear part, so the throughput of single requests grows with how many wait.
"""

import asyncio
import contextlib
import sqlite3
from dataclasses import dataclass
from typing import Any

from bide.store.database import Work
from bide.store.sqlite.connection import undo
from bide.store.sqlite.transaction import SqliteTransaction, drive

GROUP = 64
"""Verbs a commit may carry: beyond this the wait of the first outweighs what the last saves."""


@dataclass(slots=True)
class Task:
    """A verb that waits, and what became of it."""

    work: Work[Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


def commit(connection: sqlite3.Connection, group: list[Task]) -> None:
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


def report(group: list[Task]) -> None:
    """Hand results back to the loops that wait, one call a loop."""
    loops = {task.future.get_loop() for task in group}
    for loop in loops:
        mine = [task for task in group if task.future.get_loop() is loop]
        try:
            loop.call_soon_threadsafe(_resolve, mine)
        except RuntimeError:  # the loop was closed: nobody waits any more
            continue


def _resolve(group: list[Task]) -> None:
    for task in group:
        if task.future.done():
            continue
        if task.error is not None:
            task.future.set_exception(task.error)
        else:
            task.future.set_result(task.result)
