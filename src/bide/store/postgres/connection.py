"""Sessions at a PostgreSQL server: how they are opened, and what every one of them is set to.

asyncpg carries no types, so the little of it that bide uses is spelled out here.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import asyncpg

from bide.core.errors import StoreError
from bide.store import queries
from bide.store.database import Row
from bide.store.queries import Dialect

OLDEST = 13
"""`pg_xact_status` takes 64-bit transaction ids from here on."""

STATEMENTS = 512
"""Prepared statements a session keeps: more than there are queries."""

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60
"""How long the server may take over one statement, locks included, before the session is given up."""

SETTINGS = {
    "application_name": "bide",
    # Every query is written for an index. Without statistics (a table that has just been filled) the planner would now and
    # then read the table instead, and keep that plan for the life of the session.
    "enable_seqscan": "off",
    "jit": "off",
    # A worker that stands still inside a transaction holds everybody up.
    "idle_in_transaction_session_timeout": "30s",
    # The locks of a machine that lost its power or its network are free after a minute.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}

DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
"""What was acknowledged is on the server's disk, whatever its default is."""

STAGING = queries.load("staging")


class Parameter(Protocol):
    """The type of a statement's parameter."""

    name: str


class Statement(Protocol):
    """A prepared statement."""

    def get_parameters(self) -> tuple[Parameter, ...]: ...


class Connection(Protocol):
    """A session, as asyncpg has it."""

    async def execute(self, query: str, *values: object) -> str: ...
    async def fetch(self, query: str, *values: object) -> Sequence[Row]: ...
    async def fetchrow(self, query: str, *values: object) -> Row | None: ...
    async def fetchval(self, query: str, *values: object) -> Any: ...
    async def prepare(self, query: str) -> Statement: ...
    async def add_listener(self, channel: str, callback: Callable[["Connection", int, str, str], None]) -> None: ...
    async def set_type_codec(
        self, name: str, *, schema: str, encoder: Callable[[Any], str], decoder: Callable[[str], Any], **more: str
    ) -> None: ...
    def add_termination_listener(self, callback: Callable[["Connection"], None]) -> None: ...
    def get_server_pid(self) -> int: ...
    def get_server_version(self) -> tuple[int, ...]: ...
    def is_closed(self) -> bool: ...
    async def close(self, *, timeout: float | None = None) -> None: ...
    def terminate(self) -> None: ...


class Pool(Protocol):
    """Sessions that are lent, as asyncpg has them."""

    async def acquire(self) -> Connection: ...
    async def release(self, connection: Connection) -> None: ...
    async def close(self) -> None: ...
    def terminate(self) -> None: ...


async def connect(url: str) -> Connection:
    """A session of its own. Raises what asyncpg raises."""
    connection = cast(
        Connection,
        await asyncpg.connect(  # type: ignore[reportUnknownMemberType]
            url, timeout=CONNECT_SECONDS, command_timeout=ANSWER_SECONDS, server_settings=SETTINGS
        ),
    )
    found = connection.get_server_version()[0]
    if found < OLDEST:
        await connection.close()
        raise StoreError(f"PostgreSQL {found} is too old; bide needs {OLDEST} or newer")
    return connection


async def create_pool(url: str, size: int) -> Pool:
    """At most `size` sessions, none of them opened before it is needed. Raises what asyncpg raises."""
    pool: Any = asyncpg.create_pool(  # type: ignore[reportUnknownMemberType]
        url,
        min_size=0,  # with a floor, asyncpg would try and log by itself while the server is away
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=ANSWER_SECONDS,
        statement_cache_size=STATEMENTS,
        max_cached_statement_lifetime=0,
        server_settings=SETTINGS,
        init=prepare,
        reset=_leave,
    )
    return cast(Pool, await pool)


def is_gone(connection: Connection) -> bool:
    """Whether the session has ended. The pool takes one back by itself when it breaks, and then refuses even to tell."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


def drop(connection: Connection) -> None:
    """End a session at once, whatever it is doing."""
    with suppress(asyncpg.InterfaceError):  # it has ended
        connection.terminate()


async def prepare(connection: Connection) -> None:
    """Make a new session fit for transactions of bide's."""
    await connection.execute(DURABLE)
    # Every NUMERIC here is a sum of integers, which may be too large for 64 bits.
    await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=int, format="text")
    for query in STAGING.values():
        await connection.execute(query.texts[Dialect.POSTGRES])


async def _leave(connection: Connection) -> None:
    """Instead of asyncpg's reset, a round trip that would throw the staging tables' session away: nothing was set."""


def place(url: str) -> str:
    """Which database a URL names, without its password."""
    parts = urlsplit(url)
    _, _, host = parts.netloc.rpartition("@")
    return f"{parts.path.lstrip('/') or 'the default'} at {host or 'the local socket'}"
