"""The provider as a server on this machine: the same books and protocol as in process, behind real HTTP."""

import contextlib
from collections.abc import AsyncGenerator

from aiohttp import web

from bide.core.clock import Clock, SystemClock
from bide.simulator import control
from bide.simulator.books import Books
from bide.simulator.exchange import Content, Lost, Reply, Request
from bide.simulator.files import MAX_BYTES
from bide.simulator.protocol import respond
from bide.simulator.refusal import Failure
from bide.simulator.script import Script, load_script
from bide.simulator.wire import encode

HOST = "127.0.0.1"
"""Only this machine: the simulator takes any key."""

PIECE = 1 << 18
"""Bytes of a body that are read or written at a time."""

TOO_LARGE = Failure(413, f"A file has at most {MAX_BYTES} bytes.")


class Simulator:
    """A provider with a clock. `url` is what an SDK takes for its base URL; `books` may be read at any time."""

    def __init__(self, script: Script, seed: int, clock: Clock) -> None:
        self.clock = clock
        self.books = Books(script, seed, clock.now())
        self.url = ""

    def reset(self) -> None:
        """Begin anew: same script, same seed, empty books."""
        self.books = Books(self.books.script, self.books.seed, self.clock.now())

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        body = await _read(request)
        if body is None:
            return web.Response(status=413, body=encode(TOO_LARGE.body()), content_type="application/json")
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Request(request.method, request.path, request.query, headers, body)
        if asked.path.startswith(control.PREFIX):
            outcome = control.control(self, asked, self.clock.now())
        else:
            outcome = respond(self.books, asked, self.clock.now())
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
    script: Script | str = "fast", *, seed: int = 0, port: int = 0, clock: Clock | None = None
) -> AsyncGenerator[Simulator]:
    """A simulator that listens for as long as the context is open; port 0 is any free one.

    Raises:
        SettingError: the script, named by its file or as a preset, cannot be used.
        OSError: the port is taken.
    """
    loaded = load_script(script) if isinstance(script, str) else script
    simulator = Simulator(loaded, seed, clock or SystemClock())
    # A client that gives up ends its handler too: nothing is left hanging. What a request does is done by then.
    server = web.Server(simulator.handle, handler_cancellation=True, read_bufsize=PIECE, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        simulator.url = f"http://{HOST}:{runner.addresses[0][1]}/v1"
        yield simulator
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
