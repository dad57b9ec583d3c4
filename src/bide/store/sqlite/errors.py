"""SQLite's errors, as bide's own."""

import sqlite3

from bide.core.errors import BideError, ConflictError, StoreError

ON_RECORD = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)

NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
"""The low byte of what SQLite reports when the disk is full or fails."""


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
