"""Schemas of one database, lent one at a time: each has a name of its own and no rows.

To make bide's tables and to drop them takes a server a tenth of a second, to take out what a test wrote into them a few
milliseconds. So what comes back whole is emptied, gets another name and is lent again; its name is what bide's locks and
announcements hang on, so a session that a test left behind is in nobody's way.
"""

import itertools

from bide.store import queries
from tests.store.postgres_server import PostgresServer

NUMBERS = itertools.count()

END = "that was all"
"""What follows the answer to a script."""

SHAPE = """
SELECT md5(string_agg(concat_ws(' ', relname, relkind, relnatts, relchecks, relacl), ',' ORDER BY relname)) FROM pg_class
WHERE relnamespace = '{schema}'::regnamespace;
"""
"""What tells a schema in which a test made or changed something besides rows from one as bide makes it."""

PARTS = """
SELECT relkind, relname FROM pg_class WHERE relnamespace = '{schema}'::regnamespace AND relkind IN ('r', 'S') ORDER BY 2;
"""


class Shell:
    """A `psql` that stays open: to start one takes longer than most of what it is asked."""

    def __init__(self, server: PostgresServer, database: str) -> None:
        self._process = server.shell(database)

    def run(self, script: str) -> list[str]:
        """The lines of its answer.

        Raises:
            RuntimeError: the server refuses; this shell is of no use any more.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{script}\n\\echo {END}\n")
        self._process.stdin.flush()
        lines: list[str] = []
        for line in self._process.stdout:
            if line.rstrip("\n") == END:
                return lines
            lines.append(line.rstrip("\n"))
        raise RuntimeError(f"psql failed: {lines}")

    def close(self) -> None:
        self._process.communicate()


class Schemas:
    """See the module."""

    def __init__(self, server: PostgresServer, database: str) -> None:
        self._shell = Shell(server, database)
        self._free: str | None = None
        self._shape: list[str] | None = None
        self._newest = str(queries.migrations()[-1][0])

    def take(self) -> str:
        """The name of a schema: one with bide's tables where there is one, else with nothing in it."""
        name, self._free = self._free, None
        if name is None:
            name = new_name()
            self._shell.run(f"CREATE SCHEMA {name};")
        return name

    def give_back(self, name: str) -> None:
        """Empty a schema for the next, or drop it if it is not as bide makes it."""
        if self._is_whole(name):
            self._free = self._emptied(name)
        else:
            self._shell.run(drop(name))

    def close(self) -> None:
        self._shell.close()

    def _is_whole(self, name: str) -> bool:
        [settings] = self._shell.run(f"SELECT to_regclass('{name}.settings');")
        if not settings or self._shell.run(f"SELECT value FROM {settings} WHERE name = 'schema';") != [self._newest]:
            return False
        shape = self._shell.run(SHAPE.format(schema=name))
        self._shape = self._shape or shape
        return shape == self._shape

    def _emptied(self, name: str) -> str:
        """Empty it once nobody is in the middle of a transaction (`LOCK` waits as `DROP` would); its new name."""
        parts = [line.split("|") for line in self._shell.run(PARTS.format(schema=name))]
        tables = [f"{name}.{part}" for kind, part in parts if kind == "r"]
        keeping = {f"{name}.settings": " WHERE name <> 'schema'"}
        emptied = new_name()
        self._shell.run(
            f"BEGIN; LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE;"
            + "".join(f"DELETE FROM {table}{keeping.get(table, '')};" for table in tables)
            + "".join(f"SELECT setval('{name}.{part}', 1, false);" for kind, part in parts if kind == "S")
            + f"ALTER SCHEMA {name} RENAME TO {emptied}; COMMIT;"
        )
        return emptied


def new_name() -> str:
    """A name for a schema or a database that none has had."""
    return f"bide_{next(NUMBERS)}"


def drop(schema: str) -> str:
    return f"SET client_min_messages = warning; DROP SCHEMA {schema} CASCADE;"
