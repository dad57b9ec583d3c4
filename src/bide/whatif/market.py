"""What can be bought: a batch at the provider, and calls at its rate limit."""

import heapq
from dataclasses import dataclass, field

from bide.core.clock import FAR_FUTURE, MINUTE, SECOND
from bide.whatif.weather import Weather

BURST = 2 * SECOND
"""How much of the rate limit that nobody used may be used at once, as `bide.lanes.capacity.pace` does."""


@dataclass(slots=True)
class Purchase:
    """A batch under way. `ends_at` is when it ends by itself, `ended_at` when it does since it was cancelled."""

    id: int
    requests: list[int]
    submitted_at: int
    ends_at: int
    begins: float
    window: int
    serial: int = 0
    cancelled_at: int | None = None
    ended_at: int = FAR_FUTURE
    works_until: int = FAR_FUTURE
    """What is under way when a batch is cancelled is finished, for as long as a cancel usually takes at most; one that is slower
    has stopped working by then."""

    @classmethod
    def of(cls, number: int, requests: list[int], serial: int, at: int, weather: Weather) -> "Purchase":
        """A batch of these requests, submitted at `at`."""
        ends_at = weather.finishes_at(requests[0], serial, len(requests), at)
        expires_at = at + weather.scenario.window
        begins = weather.begins(requests[0], serial) if len(requests) > 1 else 1.0
        bought = cls(number, requests, at, ends_at, begins, weather.scenario.window, serial)
        bought.ended_at = min(ends_at, expires_at)
        return bought

    def cancel(self, at: int, weather: Weather) -> None:
        """Ask for its end."""
        if self.cancelled_at is None:
            self.cancelled_at = at
            self.ended_at = min(self.ended_at, at + weather.cancel_takes(self.requests[0], self.serial))
            self.works_until = at + weather.scenario.cancel_longest

    def finished(self, now: int, weather: Weather) -> int:
        """How many of its requests are answered by `now`: one after the other, from where it began to its end."""
        now = min(now, self.works_until)
        if now >= self.ends_at:
            return len(self.requests)
        worked = weather.worked(self.submitted_at, now)
        whole = weather.worked(self.submitted_at, self.ends_at)
        begun = self.begins * whole
        return int(len(self.requests) * (worked - begun) / (whole - begun)) if worked > begun else 0


@dataclass(slots=True)
class Channel:
    """Calls at a rate limit."""

    requests_per_minute: int
    ready_at: int = 0

    @property
    def one(self) -> int:
        """Microseconds of the rate that a call takes."""
        return MINUTE // self.requests_per_minute

    def room(self, now: int) -> int:
        """How many calls may start now."""
        return 0 if now < self.ready_at else (now - max(self.ready_at, now - BURST)) // self.one + 1

    def started(self, calls: int, now: int) -> None:
        """After so many more have begun."""
        self.ready_at = max(self.ready_at, now - BURST) + calls * self.one


@dataclass(slots=True)
class Queue:
    """Requests that are to be called as soon as the rate allows, the earliest deadline first."""

    channel: Channel
    waiting: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def add(self, deadline: int, request: int) -> None:
        """Wait for a call."""
        heapq.heappush(self.waiting, (deadline, request))

    def start(self, now: int) -> list[int]:
        """Those that are called now."""
        calls = min(len(self.waiting), self.channel.room(now))
        if not calls:
            return []
        self.channel.started(calls, now)
        return [heapq.heappop(self.waiting)[1] for _ in range(calls)]
