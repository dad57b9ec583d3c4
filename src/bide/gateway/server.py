"""Serving: a listening socket, uvicorn behind it, and an end at which nothing is cut off that can be finished."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import replace

import msgspec
import uvicorn

from bide.config import Config
from bide.core.clock import SECOND
from bide.core.errors import SettingError
from bide.embedded import Embedded
from bide.gateway.app import application
from bide.gateway.caller import LOOPBACK
from bide.gateway.door import Door, room
from bide.gateway.gateway import Gateway, build
from bide.gateway.journal import note, silence
from bide.gateway.listener import Bounds, listening

log = logging.getLogger("bide.gateway")

BACKLOG = 2_048

KEPT, HALF = "realtime.kept_for_urgent", 0.5

KEEP_ALIVE = 75
"""Seconds an idle connection is kept: above those of common proxies, which would otherwise send into one that closes."""


def beside_urgent(config: Config) -> Config:
    """The configuration of an engine that works beside urgent calls: it leaves them half of every rate limit, unless another
    part was set."""
    if KEPT in config.sources:
        return config
    settings = config.settings
    realtime = msgspec.structs.replace(settings.realtime, kept_for_urgent=HALF)
    return replace(config, settings=msgspec.structs.replace(settings, realtime=realtime))


@asynccontextmanager
async def serving(bide: Embedded, *, host: str, port: int, engine: bool = True) -> AsyncGenerator[tuple[Gateway, str]]:
    """A gateway that listens, and its URL. At the end open connections get time to finish.

    Raises:
        SettingError: the address cannot be listened on, or keys are missing for it.
    """
    listener = listen(host, port)
    if host not in LOOPBACK and not await bide.store.keys.exist():
        listener.close()
        raise SettingError(
            f"{host} can be reached by others, and there is no key; make one with `bide keys create`, or leave out --host"
        )
    gateway = build(bide, engine=engine)
    gateway.identities.needs_key = host not in LOOPBACK
    settings = bide.config.settings.gateway
    bounds = Bounds(settings.patience / SECOND, settings.stall / SECOND)
    config = uvicorn.Config(
        application(gateway),
        loop="none",
        http=listening(bounds, Door(room(settings.connections))),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=settings.drain // SECOND,
        backlog=BACKLOG,
    )
    silence()
    server = _Server(config, gateway.waiters.end)
    await gateway.start()
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not task.done():
            await asyncio.sleep(0.005)
        address = listener.getsockname()
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        yield gateway, f"http://{shown}:{address[1]}"
    finally:
        await _drain(gateway, server, task)


async def _drain(gateway: Gateway, server: "_Server", task: "asyncio.Task[None]") -> None:
    """Take nothing more, let go whoever is held, and wait for what is passed on; everything is on record at the end."""
    calls = server.server_state.tasks
    gateway.is_draining = True
    note(log, "drain", open=len(calls), held=gateway.deferring.held)
    server.should_exit = True
    await asyncio.wait([task])
    if left := list(calls):  # uvicorn has cancelled them: their time is over
        note(log, "drain_over", logging.WARNING, cut=len(left))
        await asyncio.wait(left)
    await gateway.stop()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises `SettingError` where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingError(
            f"{host}:{port} cannot be listened on ({error.strerror}); choose another --port, or 0 for any free one"
        ) from error
    return listener


def heed() -> asyncio.Event:
    """What SIGINT or SIGTERM sets, from now on. A second one ends the process where it stands: what was promised is on the disk."""
    told = asyncio.Event()

    def tell(number: int) -> None:
        if not told.is_set():
            told.set()
            return
        note(log, "ended_at_once", logging.WARNING, signal=signal.Signals(number).name)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, tell, number)
    return told


class _Server(uvicorn.Server):
    """uvicorn's, without its own idea of signals: the process is ours. `on_closed` is called when nobody can come any more."""

    def __init__(self, config: uvicorn.Config, on_closed: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_closed = on_closed

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().call_soon(self._on_closed)  # uvicorn closes everything before it first waits
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield
