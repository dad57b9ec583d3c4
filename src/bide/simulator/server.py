"""The provider as a server on this machine: the same books and protocol as in process, behind real HTTP."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from aiohttp import web

from bide.core.clock import Clock, SystemClock
from bide.simulator import bell, control
from bide.simulator.books import Books
from bide.simulator.bucket import Bucket
from bide.simulator.exchange import Content, Lost, Reply, Request
from bide.simulator.files import MAX_BYTES
from bide.simulator.house import House
from bide.simulator.script import Script, load_script

HOST = "127.0.0.1"
"""Only this machine: the simulator takes any key."""

PIECE = 1 << 18
"""Bytes of a body that are read or written at a time."""


class Simulator:
    """A house of providers with a clock. `root` is its address, `url` what OpenAI's SDK takes for its base URL."""

    def __init__(self, script: Script, seed: int, clock: Clock, bucket: Bucket | None = None) -> None:
        self.clock = clock
        self.house = House(script, seed, clock.now(), bucket)
        self.bell = bell.Bell()
        self.root = ""
        self.left: list[str] = []
        """Paths whose clients were gone before their reply was whole."""

    @property
    def url(self) -> str:
        """The base URL at which OpenAI's protocol is spoken."""
        return f"{self.root}/v1"

    @property
    def books(self) -> Books:
        """The books of the account at OpenAI; `house` has those of the others. They may be read at any time."""
        return self.house.books()

    def reset(self) -> None:
        """Begin anew: same script, same seed, empty books, the same bucket."""
        self.house = House(self.house.script, self.house.seed, self.clock.now(), self.house.bucket)
        self.bell = bell.Bell()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        try:
            return await self._handle(request)
        except (asyncio.CancelledError, ConnectionResetError):
            self.left.append(request.path)
            raise

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await _read(request)
        if body is None:
            return await self._send(request, self.house.too_large(request.path))
        headers = {name.lower(): value for name, value in request.headers.items()}
        # The path stays as it was sent: ids may contain slashes that are escaped.
        base = f"http://{headers.get('host', HOST)}"
        asked = Request(request.method, request.rel_url.raw_path, request.query, headers, body, base)
        if asked.path.startswith(control.PREFIX):
            outcome = control.control(self, asked, self.clock.now())
        else:
            outcome = await self.house.handle(asked, self.clock)
        if isinstance(outcome, Lost):
            await self._pause(outcome.after)
            return _cut(request, web.StreamResponse())
        await self._pause(outcome.delay)
        return await self._send(request, outcome)

    async def _send(self, request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
        headers = {**reply.headers, "content-type": reply.content_type}
        if not reply.events and reply.cut is None and len(reply.body) <= PIECE:
            return web.Response(status=reply.status, headers=headers, body=bytes(reply.body))
        response = web.StreamResponse(status=reply.status, headers=headers)
        if not reply.events:
            response.content_length = len(reply.body)
        await response.prepare(request)
        left = reply.size if reply.cut is None else reply.cut
        for number, event in enumerate(reply.events or (reply.body,)):
            if number:
                await self._pause(reply.pace)
            view = memoryview(event)[:left]
            left -= len(view)
            for start in range(0, len(view), PIECE):
                await response.write(view[start : start + PIECE])
        if reply.cut is not None:
            return _cut(request, response)
        await response.write_eof()
        return response

    async def _pause(self, duration: int) -> None:
        if duration:
            await self.clock.sleep_until(self.clock.now() + duration)


@contextlib.asynccontextmanager
async def running_simulator(
    script: Script | str = "fast",
    *,
    seed: int = 0,
    port: int = 0,
    clock: Clock | None = None,
    bucket: Bucket | None = None,
) -> AsyncGenerator[Simulator]:
    """A simulator that listens for as long as the context is open; port 0 is any free one, the bucket in memory.

    Raises:
        SettingError: the script, named by its file or as a preset, cannot be used.
        OSError: the port is taken.
    """
    loaded = load_script(script) if isinstance(script, str) else script
    simulator = Simulator(loaded, seed, clock or SystemClock(), bucket)
    # A client that gives up ends its handler too: nothing is left hanging. What a request does is done by then.
    server = web.Server(simulator.handle, handler_cancellation=True, read_bufsize=PIECE, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        simulator.root = f"http://{HOST}:{runner.addresses[0][1]}"
        ringing = asyncio.create_task(bell.keep(simulator))
        try:
            yield simulator
        finally:
            ringing.cancel()
            await asyncio.gather(ringing, return_exceptions=True)
    finally:
        await runner.cleanup()


async def _read(request: web.BaseRequest) -> Content | None:
    """The whole body, once in memory; None when it is larger than any file may be."""
    if request.headers.get("expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > MAX_BYTES:
            return None
    return body


def _cut(request: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    """Close the connection after what has been written; aiohttp finds it closed and sends nothing more."""
    if request.transport:
        request.transport.close()
    return response
