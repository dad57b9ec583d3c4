"""The one session that a worker keeps open beside its transactions: it hears what others change, tells what this process
changes, and holds the locks that show who is alive. It opens itself again when it breaks.
"""

import asyncio
import zlib
from contextlib import suppress

import asyncpg

from bide.core.errors import BideError, StoreError
from bide.store import queries
from bide.store.postgres.connection import Connection, connect, place
from bide.store.postgres.errors import translate
from bide.store.queries import Dialect

BREATH = 0.02
"""Seconds between two announcements: the commits of that time share one."""

PAUSE = 1.0
"""Seconds between two tries to open the session again."""

SQL = queries.load("postgres")


class Link:
    """See the module."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None
        self._space = 0
        self._holders: list[str] = []
        self._turn = asyncio.Lock()
        self._heard = asyncio.Event()
        self._stirred = asyncio.Event()
        self._told = self._announced = 0
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin. Raises `StoreError`."""
        async with self._turn:
            await self._opened()
        self._task = asyncio.create_task(self._serve())

    @property
    def space(self) -> int:
        """The first half of a lock's key: what tells this schema's workers from other locks in the database."""
        return self._space

    @property
    def pid(self) -> int:
        """The session's number at the server; 0: it is not open."""
        return self._connection.get_server_pid() if self._connection and not self._connection.is_closed() else 0

    @property
    def channel(self) -> str:
        """Where changes in this schema are announced."""
        return f"bide_{self._space}"

    async def hear(self) -> None:
        """Return when another process has announced a change, or may have while nobody listened."""
        await self._heard.wait()

    def tell(self) -> None:
        """Announce soon that something has changed."""
        self._told += 1
        self._stirred.set()

    async def attend(self, holder: str) -> None:
        """Show `holder` as alive for as long as this session lives. Raises `StoreError`."""
        async with self._turn:
            connection = await self._opened()
            self._holders.append(holder)
            try:
                await self._attend(connection, holder)
            except Exception as error:
                raise translate(error, place(self._url)) from error

    def attends(self, holder: str) -> bool:
        return holder in self._holders

    async def close(self) -> None:
        """Say what is still to be said, and leave."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            with suppress(Exception):  # whoever is not told now will look by itself
                await self._announce(connection)
                await connection.close(timeout=PAUSE)

    async def _serve(self) -> None:
        """Announce, and mend what broke."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            try:
                async with self._turn:
                    await self._announce(await self._opened())
            except (BideError, asyncpg.InterfaceError):
                self._stirred.set()
                await asyncio.sleep(PAUSE)
            await asyncio.sleep(BREATH)

    async def _announce(self, connection: Connection) -> None:
        told = self._told
        if told != self._announced:
            try:
                await connection.execute(f"NOTIFY {self.channel}")
            except Exception as error:
                raise translate(error, place(self._url)) from error
            self._announced = told

    async def _opened(self) -> Connection:
        """The session, opened again where it broke."""
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        connection: Connection | None = None
        try:
            connection = await connect(self._url)
            self._space = await space_of(connection)
            await connection.add_listener(self.channel, self._on_notice)
            connection.add_termination_listener(self._on_end)
            for holder in self._holders:
                await self._attend(connection, holder)
        except BaseException as error:
            if connection is not None:
                connection.terminate()
            raise translate(error, place(self._url)) from error
        self._connection = connection
        self._ring()
        return connection

    async def _attend(self, connection: Connection, holder: str) -> None:
        await connection.execute(SQL["attend"].texts[Dialect.POSTGRES], self._space, number_of(holder))

    def _ring(self) -> None:
        self._heard.set()
        self._heard = asyncio.Event()

    def _on_notice(self, connection: Connection, pid: int, channel: str, payload: str) -> None:
        if pid != connection.get_server_pid():
            self._ring()

    def _on_end(self, connection: Connection) -> None:
        self._stirred.set()


def number_of(name: str) -> int:
    """A name as half of a lock's key: 31 bits."""
    return zlib.crc32(name.encode()) & 0x7FFFFFFF


async def space_of(connection: Connection) -> int:
    """What tells the workers of this schema from other locks in the database. Raises `StoreError`."""
    schema = await connection.fetchval(SQL["schema_name"].texts[Dialect.POSTGRES])
    if schema is None:
        raise StoreError(
            "no schema of the search_path exists in this PostgreSQL database; make one, as in CREATE SCHEMA bide"
        )
    return number_of(f"bide {schema}")
