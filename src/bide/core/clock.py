"""Time is handed in: the system's clock, a scaled one for system tests, a manual one for unit tests.

An *instant* is an ``int``: microseconds since 1970-01-01 UTC. A *duration* is an ``int`` of microseconds.
Integers compare and store exactly; `to_datetime` turns them into aware datetimes where a person reads them.
"""

import asyncio
import datetime
import heapq
import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bide.core.errors import SettingError

MICROSECOND = 1
MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

FAR_FUTURE = 253_402_300_799 * SECOND
"""9999-12-31: "never", as an instant that still compares and stores."""

LONGEST_NAP = 30 * SECOND
"""A sleeper looks at the wall clock at least this often, so a clock that jumped or a laptop that slept is noticed."""

SCALE_LIMIT = 60.0
"""Above 60 times real time, process start-up and scheduling noise grow into minutes of scaled time."""


class Clock(Protocol):
    """The only source of "now" in bide."""

    def now(self) -> int:
        """The present instant."""
        ...

    def seconds_until(self, instant: int) -> float:
        """How long an event loop must wait until `instant`, at most `LONGEST_NAP`: whoever waits looks again."""
        ...

    async def sleep_until(self, instant: int) -> None:
        """Return at `instant` or shortly after; at once when it has passed."""
        ...


class SystemClock:
    """The machine's wall clock."""

    def now(self) -> int:
        return time.time_ns() // 1_000

    def seconds_until(self, instant: int) -> float:
        return min(max(0, instant - self.now()), LONGEST_NAP) / SECOND

    async def sleep_until(self, instant: int) -> None:
        while self.now() < instant:
            await asyncio.sleep(self.seconds_until(instant))


@dataclass(frozen=True)
class ScaledClock:
    """Wall time that runs `speed` times faster from `origin` on; the same in every process that shares both."""

    origin: int
    speed: float

    def now(self) -> int:
        real = time.time_ns() // 1_000
        return self.origin + int((real - self.origin) * self.speed)

    def seconds_until(self, instant: int) -> float:
        return min(max(0, instant - self.now()) / self.speed, LONGEST_NAP) / SECOND

    async def sleep_until(self, instant: int) -> None:
        while self.now() < instant:
            await asyncio.sleep(self.seconds_until(instant))


class ManualClock:
    """A clock that stands still until a test moves it; sleepers wake in the order of their instants."""

    def __init__(self, now: int = 1_800_000_000 * SECOND) -> None:
        self._now = now
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._slept = itertools.count()

    def now(self) -> int:
        return self._now

    @property
    def sleepers(self) -> int:
        """How many sleep: whoever moves the clock for somebody has to see that they do, or they sleep from then on."""
        return sum(not sleeper.done() for _, _, sleeper in self._sleepers)

    def move_to(self, instant: int) -> None:
        self._now = instant
        while self._sleepers and self._sleepers[0][0] <= instant:
            _, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.done():  # it may have been cancelled
                sleeper.set_result(None)

    def advance(self, duration: int) -> None:
        self.move_to(self._now + duration)

    def seconds_until(self, instant: int) -> float:
        return 0.0 if instant <= self._now else LONGEST_NAP / SECOND

    async def sleep_until(self, instant: int) -> None:
        while instant > self._now:  # it may have been moved back before the sleeper's turn
            sleeper = asyncio.get_running_loop().create_future()
            heapq.heappush(self._sleepers, (instant, next(self._slept), sleeper))
            await sleeper


def clock_from(environment: Mapping[str, str]) -> Clock:
    """The clock that `BIDE_CLOCK` asks for: unset is the system's; ``2026-11-21T03:00:00Z*60`` is scaled.

    Raises:
        SettingError: the value has another shape, or a speed outside 1 to 60.
    """
    text = environment.get("BIDE_CLOCK", "")
    if not text:
        return SystemClock()
    origin, _, speed = text.partition("*")
    try:
        clock = ScaledClock(from_datetime(datetime.datetime.fromisoformat(origin)), float(speed))
    except ValueError as error:
        raise SettingError(f"BIDE_CLOCK is {text!r}; write ORIGIN*SPEED, as in 2026-11-21T03:00:00Z*60") from error
    if not 1 <= clock.speed <= SCALE_LIMIT:
        raise SettingError(f"BIDE_CLOCK asks for {clock.speed:g} times real time; 1 to {SCALE_LIMIT:g} work")
    return clock


def to_datetime(instant: int) -> datetime.datetime:
    """The aware UTC datetime of an instant."""
    return EPOCH + datetime.timedelta(microseconds=instant)


def from_datetime(moment: datetime.datetime) -> int:
    """The instant of an aware datetime.

    Raises:
        ValueError: the datetime is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a datetime without a time zone has no instant")
    return (moment - EPOCH) // datetime.timedelta(microseconds=1)


EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
