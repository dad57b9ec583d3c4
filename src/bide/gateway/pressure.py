"""Back-pressure: saying 429 while there is still room to say it in.

What fills up is looked at now and then, beside the calls: what is open in the store, and the free space of the disk that takes
it. Calls under way are counted as they come and go.
"""

import asyncio
import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bide.core.bucket import OPEN_PHASES
from bide.core.errors import StoreError
from bide.engine.context import Context
from bide.gateway.refusal import RefusalError
from bide.settings import GatewaySettings

LOOK = 1.0
"""Seconds between two looks."""

AGAIN = "5"
"""Seconds after which whoever is refused may come back."""


SMALL = 64 << 10
"""Bytes of each body that are not counted: most calls have no more, and go on when others' have filled the room."""


@dataclass(frozen=True, slots=True)
class State:
    """How full everything is."""

    open: int = 0
    free_disk: int | None = None


def refusal(state: State, settings: GatewaySettings) -> RefusalError | None:
    """Why nothing more can be deferred now; None where it can."""
    if state.open >= settings.open:
        return _busy(
            "too_many_open_requests", f"{state.open:,} deferred requests are open, as many as this gateway takes"
        )
    if state.free_disk is not None and state.free_disk < settings.free_disk:
        return _busy("disk_nearly_full", "the disk is nearly full, so nothing more is deferred; urgent calls go on")
    return None


class Pressure:
    """Watches how full everything is."""

    def __init__(self, context: Context, settings: GatewaySettings, home: Path) -> None:
        self._context = context
        self._settings = settings
        self._home = home
        self._task: asyncio.Task[None] | None = None
        self.state = State()
        self.under_way = 0
        self.bytes = 0
        """Of the bodies of calls that are here, beyond `SMALL` of each."""

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def check(self) -> None:
        """See that something may be deferred. Raises `RefusalError`."""
        if (why := refusal(self.state, self._settings)) is not None:
            raise why

    def passing(self) -> "Passing":
        """A call that is passed on, for as long as it lasts. Raises `RefusalError` where there are too many."""
        return Passing(self, self._settings.under_way)

    def body(self) -> "Body":
        """Room for the body of a call, for as long as the call lasts."""
        return Body(self, self._settings.bodies)

    async def look(self) -> None:
        """Look once."""
        context = self._context
        snapshot = await context.store.snapshots.take(context.host, context.clock.now())
        waiting = sum(bucket.tally(*OPEN_PHASES).requests for bucket in snapshot.buckets)
        try:
            free = shutil.disk_usage(self._home).free
        except OSError:
            free = None
        self.state = State(waiting, free)

    async def _watch(self) -> None:
        while True:
            with contextlib.suppress(StoreError):  # the next call will say so
                await self.look()
            await asyncio.sleep(LOOK)


def _busy(code: str, message: str) -> RefusalError:
    return RefusalError(429, code, f"{message}; come back later", headers={"retry-after": AGAIN})


class Passing:
    """A place among the calls that are passed on. A class, as `Body`: every call takes both, and generators cost several times
    as much."""

    __slots__ = ("_most", "_pressure")

    def __init__(self, pressure: Pressure, most: int) -> None:
        self._pressure = pressure
        self._most = most

    def __enter__(self) -> None:
        under_way = self._pressure.under_way
        if under_way >= self._most:
            raise _busy("too_many_calls", f"{under_way:,} calls are under way, as many as this gateway passes on")
        self._pressure.under_way += 1

    def __exit__(self, *raised: object) -> None:
        self._pressure.under_way -= 1


class Body:
    """Room for one body."""

    __slots__ = ("_most", "_pressure", "_size")

    def __init__(self, pressure: Pressure, most: int) -> None:
        self._pressure = pressure
        self._most = most
        self._size = 0

    def __enter__(self) -> Callable[[int], None]:
        return self._take

    def _take(self, piece: int) -> None:
        """Take room for one more piece of so many bytes. Raises `RefusalError` where there is no more."""
        more = max(0, self._size + piece - SMALL) - max(0, self._size - SMALL)
        if more and self._pressure.bytes + more > self._most:
            raise _busy(
                "too_many_bytes", "the bodies of the calls under way are as large together as this gateway takes"
            )
        self._pressure.bytes += more
        self._size += piece

    def __exit__(self, *raised: object) -> None:
        self._pressure.bytes -= max(0, self._size - SMALL)
