"""Somebody who is told: an HTTP server on this machine that notes what comes, and answers as it is told to."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from multidict import CIMultiDictProxy

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Heard:
    """What came."""

    path: str
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def event_id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """`answers` are given one after the other, the last one for ever."""

    port: int = 0
    answers: list[Answer] = field(default_factory=list[Answer])
    heard: list[Heard] = field(default_factory=list[Heard])
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/hook"

    def answer(self, *statuses: int, **headers: str) -> None:
        """Answer with these statuses from now on."""
        self.answers = [plain(status, **headers) for status in statuses]

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.heard.append(Heard(request.path_qs, request.headers, await request.read()))
        self.came.set()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await answer(request)


def plain(status: int, **headers: str) -> Answer:
    """Answer at once."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={name.replace("_", "-"): text for name, text in headers.items()})

    return answer


@asynccontextmanager
async def listening() -> AsyncGenerator[Receiver]:
    """A receiver that answers 200."""
    receiver = Receiver()
    receiver.answer(200)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", receiver.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.port = runner.addresses[0][1]
    yield receiver
    await runner.cleanup()
