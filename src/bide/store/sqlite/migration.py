"""The schema of a database file, brought up to date."""

import sqlite3

from bide.core.errors import StoreError
from bide.store import queries
from bide.store.queries import Dialect
from bide.store.sqlite.connection import undo
from bide.store.sqlite.errors import translate


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
