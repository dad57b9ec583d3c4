"""The transport of calls: requests with their bodies in memory go over connections of our own, everything else over aiohttp's.

Posting a few kilobytes and reading a few is what a gateway does all day, and there aiohttp's client is the dearest part of it
(docs/decisions/call-transport.md). Uploads, downloads and whatever has to pass a proxy are not hot, and stay where they were.
"""

import asyncio
import contextlib
import socket
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import TYPE_CHECKING

from aiohappyeyeballs import start_connection  # pyright: ignore[reportUnknownVariableType] - of addresses it tells no type

from bide.providers.connection import Connection
from bide.providers.target import Target, head_of, target_of
from bide.providers.transport import (
    CHECK,
    CONNECT_TIMEOUT,
    CONNECTIONS,
    IDLE_TIMEOUT,
    KEEP_ALIVE,
    NotSentError,
    Reply,
    Upload,
)

if TYPE_CHECKING:
    from bide.providers.http import AiohttpTransport

NEXT_ADDRESS = 0.25
"""Seconds after which the next address of a host is tried beside the first (RFC 8305)."""


class CallTransport:
    """Implements `bide.providers.transport.Transport`."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        """`trust` is whom TLS trusts; the machine's authorities by default."""
        self._others: AiohttpTransport | None = None
        self._trust = trust
        self._idle: defaultdict[str, list[Connection]] = defaultdict(list)
        self._busy: set[Connection] = set()
        self._sweeping: asyncio.TimerHandle | None = None

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | Upload | None = None,
        idle_timeout: float = IDLE_TIMEOUT,
    ) -> AbstractAsyncContextManager[Reply]:
        target = target_of(url) if method == "POST" and isinstance(body, bytes) else None
        if target is None or len(self._busy) >= CONNECTIONS:  # there they wait for each other
            return self._aiohttp().exchange(method, url, headers=headers, body=body, idle_timeout=idle_timeout)
        assert isinstance(body, bytes)
        return _Exchange(self, target, head_of(target, headers, len(body)), body, idle_timeout)

    async def begin(self, target: Target, head: bytes, body: bytes, idle: float) -> Connection:
        """Send a request; the connection over which its reply comes, whose head is there."""
        connection = self._kept(target.origin) or await self._connect(target)
        self._busy.add(connection)
        try:
            await connection.ask(head, body, idle)
        except BaseException:
            self._busy.discard(connection)
            connection.close()
            raise
        return connection

    def end(self, target: Target, connection: Connection) -> None:
        """Be done with a reply, whether all of it was read or not."""
        self._busy.discard(connection)
        if not connection.free():
            connection.close()
            return
        self._idle[target.origin].append(connection)
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(KEEP_ALIVE, self._sweep)

    async def _connect(self, target: Target) -> Connection:
        if not target.is_secret:
            return await connect(target, None)
        if self._trust is None:
            self._trust = ssl.create_default_context()
        return await connect(target, self._trust)

    async def close(self) -> None:
        """Close every connection."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None
        for connection in [*self._busy, *(one for kept in self._idle.values() for one in kept)]:
            connection.close()
        self._idle.clear()
        if self._others is not None:
            await self._others.close()

    def _aiohttp(self) -> "AiohttpTransport":
        """For everything else; imported when there is something else: a command that talks to nobody starts sooner by a fifth."""
        if self._others is None:
            from bide.providers.http import AiohttpTransport

            self._others = AiohttpTransport()
        return self._others

    def _kept(self, origin: str) -> Connection | None:
        """The connection that was used last: the others grow old."""
        kept, now = self._idle.get(origin), asyncio.get_running_loop().time()
        while kept:
            connection = kept.pop()
            if connection.is_open and now - connection.idle_since < KEEP_ALIVE:
                return connection
            connection.close()
        return None

    def _sweep(self) -> None:
        """Close what nobody has used for a while."""
        loop = asyncio.get_running_loop()
        self._sweeping = None
        for origin, kept in list(self._idle.items()):
            young = [one for one in kept if one.is_open and loop.time() - one.idle_since < KEEP_ALIVE]
            for one in kept:
                if one not in young:
                    one.close()
            if young:
                self._idle[origin] = young
            else:
                del self._idle[origin]
        if self._idle:
            self._sweeping = loop.call_later(KEEP_ALIVE, self._sweep)


class _Exchange:
    """One exchange; a class, because a generator in its place costs a call of a model measurable time."""

    __slots__ = ("_asked", "_connection", "_pool", "_target")

    def __init__(self, pool: CallTransport, target: Target, head: bytes, body: bytes, idle: float) -> None:
        self._pool = pool
        self._target = target
        self._asked = head, body, idle

    async def __aenter__(self) -> Reply:
        self._connection = await self._pool.begin(self._target, *self._asked)
        return _Reply(self._connection)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.end(self._target, self._connection)


class _Reply(Reply):
    """The reply that comes over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.status = connection.status
        self.headers = connection.headers

    async def read(self) -> bytes:
        found = await self._connection.take()
        if self._connection.is_whole:
            return found
        return b"".join([found, *[chunk async for chunk in self.chunks()]])

    async def chunks(self) -> AsyncIterator[bytes]:
        while chunk := await self._connection.take():
            yield chunk


async def connect(target: Target, trust: ssl.SSLContext | None) -> Connection:
    """A new connection; with `trust` over TLS.

    Raises:
        NotSentError: there is none to be had.
    """
    loop = asyncio.get_running_loop()
    made: socket.socket | None = None
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            found = await loop.getaddrinfo(
                target.host, target.port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
            )
            made = await start_connection(found, happy_eyeballs_delay=NEXT_ADDRESS, interleave=1)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _, connection = await loop.create_connection(
                lambda: Connection(target.name),
                sock=made,
                ssl=trust,
                server_hostname=None if trust is None else target.host,
            )
    except (TimeoutError, OSError) as error:
        if made is not None:
            with contextlib.suppress(OSError):
                made.close()
        why = str(error) or f"no connection within {CONNECT_TIMEOUT:g} s"
        raise NotSentError(f"{target.name} cannot be reached: {why}; {CHECK}") from error
    return connection
