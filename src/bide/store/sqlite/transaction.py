"""A transaction on a connection of SQLite's, and how a verb runs on it to its end."""

import sqlite3
from collections.abc import Coroutine, Sequence
from itertools import chain
from typing import Any

from bide.store import bulk
from bide.store.database import Result, Row
from bide.store.queries import Dialect, Query

TOGETHER = (100, 32, 8, 4, 2, 1)
"""Rows that one statement inserts, as many as there are left: a statement a row costs half as much again, and each of them
gives the interpreter away to whoever is busy in it, to wait for its turn; longer ones are slow to run through."""


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
