"""Connections to a database file, and what every one of them is set to."""

import sqlite3

from bide.core.errors import StoreError
from bide.store import queries
from bide.store.queries import Dialect

OLDEST = (3, 38, 0)
"""STRICT tables (3.37), RETURNING and UPDATE … FROM are older."""

BUSY_TIMEOUT = 60_000
"""Milliseconds to wait for another process's write transaction; the longest of ours takes well under a second."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # a commit that returned is on the disk
    "PRAGMA foreign_keys = OFF",  # the conformance suite checks references; per-row checks would double a landing
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
)

STAGING = queries.load("staging")


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


def undo(connection: sqlite3.Connection) -> None:
    """End a transaction without a trace. On a full disk SQLite may have done so itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def prepare(connection: sqlite3.Connection) -> None:
    """Make the connection's staging tables."""
    connection.execute("PRAGMA temp_store = MEMORY")  # only here: a report that sorts a million rows may use the disk
    for query in STAGING.values():
        connection.execute(query.texts[Dialect.SQLITE])
