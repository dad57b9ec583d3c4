"""One connection to a provider, over which one call at a time is sent: HTTP/1.1 on httptools.

It knows nothing of URLs, pools and retries. What comes is kept until it is taken; where it is not taken the provider is made
to wait.
"""

import asyncio
import zlib
from typing import cast

import httptools

from bide.providers.transport import ReplyLostError

LARGEST_HEAD = 256 << 10
"""Bytes of a reply's status line and headers, and of its trailers."""

HIGH_WATER = 1 << 18
"""Bytes of a reply that wait to be taken before the provider is made to wait."""

TOGETHER = 1 << 16
"""Bytes of a body that go with the head in one piece: beyond it a copy costs more than a second write."""

PACKED = {"gzip": zlib.MAX_WBITS | 32, "x-gzip": zlib.MAX_WBITS | 32, "deflate": zlib.MAX_WBITS | 32}
"""How a reply may be packed all the same that was asked for as it is, with zlib's word for it."""


class Connection(asyncio.Protocol):
    """A connection. `host` is what errors call it."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_asked = False
        self.idle_since = 0.0
        """When its last reply was over, on the event loop's clock."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpResponseParser(self)

    @property
    def is_open(self) -> bool:
        """Whether something may be sent over it, as far as anybody knows."""
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Close it, whatever is under way."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            self._transport.abort()

    async def ask(self, head: bytes, body: bytes, idle: float) -> None:
        """Send a request and wait for the head of its reply. `idle` in seconds without a byte.

        Raises:
            ReplyLostError: it does not come.
        """
        assert self._transport is not None
        self.status, self.headers = 0, dict[str, str]()
        self.is_whole = self._is_headed = False
        self._is_asked, self._ends_with_connection = True, False
        self._parts: list[bytes] = []
        self._waiting = self._size = 0
        self._error: ReplyLostError | None = None
        self._packed = None
        self._idle, self._heard = idle, self._loop.time()
        self._timer = self._loop.call_later(idle, self._look)
        if len(body) <= TOGETHER:
            self._transport.write(head + body)
        else:
            self._transport.writelines((head, body))
        while not self._is_headed:
            await self._more()

    async def take(self) -> bytes:
        """What has come of the body, waiting for some of it; nothing at its end.

        Raises:
            ReplyLostError: it is cut.
        """
        while not self._parts and not self.is_whole:
            await self._more()
        parts, self._parts = self._parts, []
        if self._waiting >= HIGH_WATER and self._transport is not None and self.is_open:
            self._transport.resume_reading()
        self._waiting = 0
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def free(self) -> bool:
        """Be done with a reply; whether another request may be sent."""
        self._is_asked = False
        self.idle_since = self._loop.time()
        return self.is_whole and self._stays and self.is_open

    async def _more(self) -> None:
        """Wait until something has changed. What has come before a reply was cut is given first."""
        if self._error is not None:
            raise self._error
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, why: str) -> None:
        """The reply does not come any more, or no further."""
        if self._is_asked and not self.is_whole and self._error is None:
            what = "the reply was cut" if self._is_headed else f"no reply from {self._host}"
            self._error = ReplyLostError(f"{what}: {why}")
            self._wake()
        self.close()

    def _look(self) -> None:
        left = self._heard + self._idle - self._loop.time()
        if self._transport is not None and self._waiting >= HIGH_WATER:
            left = self._idle  # it is us who does not listen
        if left > 0:
            self._timer = self._loop.call_later(left, self._look)
        else:
            self._fail(f"nothing came for {self._idle:g} s")

    def data_received(self, data: bytes) -> None:
        """Something has come."""
        if not self._is_asked or self.is_whole:  # nobody has asked for it
            self.close()
            return
        self._heard = self._loop.time()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail("it changed to another protocol")
        except httptools.HttpParserError as error:
            if self.is_whole:
                self._stays = False
            else:
                self._fail(f"it cannot be read: {error.__context__ or error}")

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        if self._is_asked and exc is None and self._is_headed and self._ends_with_connection:
            self._finish(stays=False)
        self._fail(str(exc) if exc is not None else "the connection was closed")
        self._transport = None

    def on_message_begin(self) -> None:
        """A reply begins, or an announcement of one."""
        if self.is_whole:
            raise ValueError("a second reply to one request")
        self.headers, self._size = {}, 0

    def on_status(self, status: bytes) -> None:
        """The words of the status line."""
        self._measure(len(status))

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; trailers say nothing that anybody asks for."""
        self._measure(len(name) + len(value))
        if not self._is_headed:
            self.headers[name.decode("latin-1").lower()] = value.decode("utf-8", "surrogateescape")

    def on_headers_complete(self) -> None:
        """The head is there; after one of 1xx, another."""
        status = self._parser.get_status_code()
        if status < 200:
            return
        self.status, self._size = status, 0
        headers = self.headers
        coding = headers.get("transfer-encoding", "")
        self._ends_with_connection = "content-length" not in headers and "chunked" not in coding.lower()
        packing = headers.get("content-encoding", "identity").strip().lower()
        if packing not in ("", "identity"):
            if packing not in PACKED:
                raise ValueError(f"it is packed with {packing[:40]!r}")
            self._packed = zlib.decompressobj(PACKED[packing])
        self._is_headed = True
        self._wake()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._size = 0
        if self._packed is not None:
            body = self._packed.decompress(body)
            if not body:
                return
        before, self._waiting = self._waiting, self._waiting + len(body)
        self._parts.append(body)
        if before < HIGH_WATER <= self._waiting and self._transport is not None:
            self._transport.pause_reading()
        self._wake()

    def on_message_complete(self) -> None:
        """The reply is whole."""
        if self._is_headed:
            self._finish(stays=self._parser.should_keep_alive())

    def _finish(self, *, stays: bool) -> None:
        if self._packed is not None and not self._packed.eof:
            self._fail("what is packed in it ends too early")
            return
        self.is_whole, self._stays = True, stays
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._wake()

    def _measure(self, size: int) -> None:
        self._size += size
        if self._size > LARGEST_HEAD:
            raise ValueError(f"its head has more than {LARGEST_HEAD:,} bytes")
