"""The gateway without a port: its application called in this process, streams and disconnects as over a network.

What comes this way is the owner's own, as on the command line: no key is asked for, and none that comes along is read.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

from starlette.types import ASGIApp

from bide.client.errors import BrokenOffError, ClosedError
from bide.gateway.exchange import IN_PROCESS

AHEAD = 16
"""Parts of a response that may wait for whoever reads it, before the gateway waits too."""

Headers = Sequence[tuple[bytes, bytes]]


class Reply:
    """A response whose head is there. Whoever does not read it to its end has to `close` it."""

    def __init__(self, status: int, headers: Headers, exchange: "_Exchange") -> None:
        self.status = status
        self.headers = headers
        self._exchange = exchange

    async def part(self) -> bytes | None:
        """The next part of the body as it was sent, None after the last. Raises `BrokenOffError`."""
        return await self._exchange.part()

    async def body(self) -> bytes:
        """The whole body. Raises `BrokenOffError`."""
        parts: list[bytes] = []
        while (part := await self.part()) is not None:
            parts.append(part)
        return b"".join(parts)

    def close(self) -> None:
        """Go away: what the gateway does for this response alone, it stops doing."""
        self._exchange.leave()


class InProcess:
    """Calls an ASGI application; every exchange is a task of this event loop."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application
        self._loop = asyncio.get_running_loop()
        self._running: dict[asyncio.Task[None], _Exchange] = {}
        self._is_closed = False

    async def begin(
        self,
        method: str,
        path: str,
        query: bytes,
        headers: Headers,
        body: AsyncIterator[bytes],
    ) -> Reply:
        """Send a request and return when the response's head is there. `path` is decoded, header names are lower case.

        Raises:
            BrokenOffError: there was no response.
            ClosedError: bide has been closed, or was opened in another event loop.
        """
        if self._is_closed:
            raise ClosedError
        if asyncio.get_running_loop() is not self._loop:
            raise ClosedError("bide was opened in another event loop; open it in the one that uses it")
        exchange = _Exchange(body)
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "root_path": "",
            "headers": headers,
            "client": None,
            "server": None,
            IN_PROCESS: True,
        }
        task = self._loop.create_task(self._run(scope, exchange))
        self._running[task] = exchange
        task.add_done_callback(self._running.pop)
        try:
            status, head = await exchange.head
        except asyncio.CancelledError:
            exchange.leave()
            raise
        return Reply(status, head, exchange)

    async def close(self) -> None:
        """Take nothing more, and leave what is under way."""
        self._is_closed = True
        for exchange in self._running.values():
            exchange.leave()
        if self._running:
            await asyncio.wait(list(self._running))

    async def _run(self, scope: dict[str, Any], exchange: "_Exchange") -> None:
        try:
            await self._application(scope, exchange.receive, exchange.send)
        finally:
            await exchange.finish()


class _Exchange:
    """Both ends of one exchange, between a task that answers and one that reads."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self.head: asyncio.Future[tuple[int, Headers]] = asyncio.get_running_loop().create_future()
        self._body: AsyncIterator[bytes] | None = body
        self._parts: asyncio.Queue[bytes | None] = asyncio.Queue(AHEAD)
        self._is_whole = False
        self._is_read = False
        self._left = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        if self._body is not None and not self._left.is_set():
            piece = await anext(self._body, None)
            if piece is None:
                self._body = None
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if self._left.is_set():
            return
        if message["type"] == "http.response.start":
            if not self.head.done():
                self.head.set_result((message["status"], list(message["headers"])))
            return
        if data := message.get("body"):
            await self._parts.put(bytes(data))
        if not message.get("more_body"):
            self._is_whole = True
            await self._parts.put(None)

    async def finish(self) -> None:
        """The application has nothing more to say."""
        if not self.head.done():
            self.head.set_exception(BrokenOffError())
        if not self._is_whole and not self._left.is_set():
            await self._parts.put(None)

    async def part(self) -> bytes | None:
        if self._is_read:
            return None
        if self._left.is_set():
            raise BrokenOffError
        part = await self._parts.get()
        if part is None:
            self._is_read = True
            if not self._is_whole:
                raise BrokenOffError
        return part

    def leave(self) -> None:
        """Whoever reads is gone, and nothing waits for them any more."""
        self._left.set()
        if not self.head.done():
            self.head.set_exception(ClosedError())
        with suppress(asyncio.QueueEmpty):
            while True:
                self._parts.get_nowait()
        with suppress(asyncio.QueueFull):
            self._parts.put_nowait(None)
