"""The driver for PostgreSQL.

Isolation. Verbs run at READ COMMITTED behind locks rather than at SERIALIZABLE with retries: nearly all of them move the
same few rows, the tallies of a bucket, so that serializable transactions would fail one another where locks only wait.
The rule is short. Whoever moves a bucket's requests, their attempts or its tallies holds the bucket's row; whoever asks
whether a job has come to its end holds the job's; a batch is held by its fence. Everybody locks a batch first (several by
id; who holds one passes by a second that is locked), then buckets by id, then jobs by id, then what keys spend, and a statement
after a lock sees what the last holder committed.
`Transaction.lock` and ``{lock …}`` in the queries are these places.

Once. A transaction that the server undid (a deadlock, which the order of locks makes rare) or whose session broke before
the commit is run again. Where the session breaks during the commit, the server is asked by the transaction's number what
became of it; the answer decides between giving the result and running it again. Only where nobody can tell is
the error raised.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self

import asyncpg

from bide.core.errors import StoreError
from bide.store import queries
from bide.store.database import Result, Work
from bide.store.postgres.connection import STAGING, Connection, Pool, create_pool, drop, is_gone, place
from bide.store.postgres.errors import CONFLICTS, LOST, translate
from bide.store.postgres.link import Link, number_of, space_of
from bide.store.postgres.transaction import Bulk, PostgresTransaction
from bide.store.queries import Dialect

SESSIONS = 10
"""Transactions a process runs at a time, unless it says otherwise."""

PAUSES = (0.0, 0.05, 0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each further try of a transaction: a server that restarts is back within them."""

OUTCOME_PAUSE = 0.1
OUTCOME_TRIES = 50
"""How often, and how many seconds apart, the server is asked what became of a commit."""

SWEEP = 500
"""Rows staged in a transaction from which on the staging tables are cut short: nothing vacuums them."""

WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

SQL = queries.load("postgres")


class PostgresDatabase:
    """The driver for one database, used from one event loop. Any number of processes may use it at a time."""

    def __init__(self, url: str, pool: Pool, link: Link) -> None:
        self._where = place(url)
        self._pool = pool
        self._link = link
        self._bulks: dict[str, Bulk] = {}

    @classmethod
    async def open(cls, url: str, *, sessions: int = SESSIONS) -> Self:
        """Connect, and bring the schema up to date. `sessions` transactions run at a time; others wait for a free session.

        Raises:
            StoreError: the server cannot be reached, does not let us in, or has the schema of a newer bide.
        """
        try:
            pool = await create_pool(url, sessions)
        except Exception as error:
            raise translate(error, place(url)) from error
        database = cls(url, pool, Link(url))
        try:
            await database._link.open()  # the first to connect, and so to tell at once what is wrong with the URL
            await database._persist(database._migrate)
        except BaseException:
            await database._link.close()
            pool.terminate()
            raise
        return database

    async def write(self, name: str, work: Work[Result]) -> Result:
        return await self._persist(lambda: self._write(work))

    async def read(self, name: str, work: Work[Result]) -> Result:
        return await self._persist(lambda: self._read(work))

    async def wait_for_change(self) -> None:
        await self._link.hear()

    async def attend(self, holder: str) -> None:
        await self._link.attend(holder)

    async def is_present(self, holder: str) -> bool:
        return self._link.attends(holder) or await self._ask("present", holder=number_of(holder))

    async def others_present(self, holder: str) -> bool:
        return await self._ask("others_present", holder=number_of(holder), pid=self._link.pid)

    async def close(self) -> None:
        await self._link.close()
        await self._pool.close()

    async def _persist(self, step: Callable[[], Awaitable[Result]]) -> Result:
        """Run something again until it succeeds or fails for a reason that does not pass by itself."""
        pauses = iter(PAUSES)
        while True:
            try:
                return await step()
            except Exception as error:
                pause = next(pauses, None) if isinstance(error, (*CONFLICTS, *LOST)) else None
                if pause is None:
                    translated = translate(error, self._where)
                    if translated is error:
                        raise
                    raise translated from error
            await asyncio.sleep(pause)

    @asynccontextmanager
    async def _session(self) -> AsyncGenerator[Connection]:
        """A session; what was not committed is undone."""
        connection = await self._pool.acquire()
        try:
            yield connection
        except BaseException as error:
            await _undo(connection)
            if isinstance(error, asyncpg.InterfaceError) and is_gone(connection):
                raise ConnectionResetError(str(error)) from error
            raise
        finally:
            await self._pool.release(connection)

    async def _read(self, work: Work[Result]) -> Result:
        async with self._session() as connection:
            await connection.execute(READ)
            result = await work(PostgresTransaction(connection, self._bulks))
            await connection.execute("COMMIT")
            return result

    async def _write(self, work: Work[Result]) -> Result:
        unanswered: BaseException | None = None
        async with self._session() as connection:
            await connection.execute(WRITE)
            transaction = PostgresTransaction(connection, self._bulks)
            result = await work(transaction)
            if transaction.staged >= SWEEP:
                await connection.execute(f"TRUNCATE {', '.join(STAGING)}")
            number = await _value(connection, "commit_id")
            pid = connection.get_server_pid()
            try:
                if await connection.execute("COMMIT") != "COMMIT":
                    raise StoreError(f"PostgreSQL ({self._where}) undid a transaction in which a statement had failed")
            except LOST as error:
                unanswered = error
                drop(connection)
        if unanswered is not None and (number is None or not await self._was_committed(number, pid)):
            raise unanswered
        if number is not None:
            self._link.tell()
        return result

    async def _was_committed(self, number: str, pid: int) -> bool:
        """What became of a commit that nobody answered, by the transaction's number and its session's.

        Raises:
            StoreError: that cannot be found out.
        """

        async def ask() -> str | None:
            async with self._session() as connection:
                outcome = await _value(connection, "outcome", number=number)
                if outcome == "in progress":  # nobody will end it but us
                    await _value(connection, "end_session", number=number, pid=pid)
                return outcome

        for _ in range(OUTCOME_TRIES):
            outcome = await self._persist(ask)
            if outcome != "in progress":
                break
            await asyncio.sleep(OUTCOME_PAUSE)
        else:
            outcome = None
        if outcome is None:
            raise StoreError(
                f"PostgreSQL ({self._where}) broke off during a commit and does not tell what became of it;"
                " look with `bide status` before doing it again"
            )
        return outcome == "committed"

    async def _ask(self, name: str, **parameters: object) -> bool:
        """A question about presence."""

        async def ask() -> bool:
            async with self._session() as connection:
                return await _value(connection, name, space=self._link.space, **parameters)

        return await self._persist(ask)

    async def _migrate(self) -> None:
        """Bring the schema up to date, one transaction a migration; workers that start together take turns."""
        known = queries.migrations()
        async with self._session() as connection:
            if await _version(connection) == known[-1][0]:
                return
            for number, text in known:
                await connection.execute(WRITE)
                await _value(connection, "lock_migrations", space=await space_of(connection))
                version = await _version(connection)
                if version > known[-1][0]:
                    raise StoreError(
                        f"this database has schema {version}, this bide knows {known[-1][0]}; upgrade bide"
                    )
                if number > version:
                    await connection.execute(queries.expand(text, Dialect.POSTGRES))
                    await _value(connection, "migrated", number=str(number))
                await connection.execute("COMMIT")


async def _version(connection: Connection) -> int:
    return (await _value(connection, "schema") or 0) if await _value(connection, "has_schema") else 0


async def _value(connection: Connection, name: str, **parameters: object) -> Any:
    """The first value of one of the driver's own queries."""
    query = SQL[name]
    return await connection.fetchval(query.texts[Dialect.POSTGRES], *query.values(parameters))


async def _undo(connection: Connection) -> None:
    if is_gone(connection):
        return
    try:
        await connection.execute("ROLLBACK")
    except Exception:
        drop(connection)
