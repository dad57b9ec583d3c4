"""How fast to call: a window of calls in flight, a budget a minute, and what failures do to both."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bide.core.clock import MINUTE, SECOND
from bide.lanes.capacity.capacity import Capacity
from bide.providers.port import RateHeaders

FIRST_WINDOW = 8.0
"""Calls in flight at first."""

WIDEST_WINDOW = 256.0

DECREASE = 0.5
"""Multiplicative decrease on a 429, additive increase of one per window of answers: as TCP does, for the same reason."""

BURST = 2 * SECOND
"""How much unused budget is kept: a minute's worth at once would be answered with 429."""

UNWELL = 3
"""Failed calls in a row after which the provider, not the request, is held responsible."""

FIRST_PAUSE = SECOND
LONGEST_PAUSE = MINUTE


@dataclass(frozen=True, slots=True)
class Pace:
    """The state of calling one (account, model). Instants and durations in microseconds."""

    window: float = FIRST_WINDOW
    in_flight: int = 0
    ready_at: int = 0
    """When the budget allows the next call: each call moves it on by what one call takes."""
    pause_until: int = 0
    failures: int = 0
    """Failed calls in a row."""

    def room(self, capacity: Capacity, mean_tokens: int, now: int) -> int:
        """How many calls may start now."""
        if now < self.pause_until:
            return 0
        slots = math.floor(self.window) - self.in_flight
        if self.failures >= UNWELL:
            slots = min(slots, 1 - self.in_flight)  # one at a time, to see whether it is well again
        budget = now - max(self.ready_at, now - BURST)
        return max(0, min(slots, math.floor(budget / _one(capacity, mean_tokens)) + 1 if now >= self.ready_at else 0))

    def budget(self, capacity: Capacity, mean_tokens: int, now: int) -> int:
        """How many calls the rate limit allows now, whatever is in flight."""
        if now < self.pause_until or now < self.ready_at:
            return 0
        return math.floor((now - max(self.ready_at, now - BURST)) / _one(capacity, mean_tokens)) + 1

    def spent(self, calls: int, capacity: Capacity, mean_tokens: int, now: int) -> "Pace":
        """After `calls` have begun that are none of these in flight, but take of the same rate limit."""
        started = self.started(calls, capacity, mean_tokens, now)
        return replace(started, in_flight=self.in_flight)

    def next_room(self, now: int) -> int:
        """When the budget or the end of a pause allows another call; `now` when only a free slot is missing."""
        return max(self.ready_at, self.pause_until, now)

    def started(self, calls: int, capacity: Capacity, mean_tokens: int, now: int) -> "Pace":
        """After `calls` more have begun."""
        ready = max(self.ready_at, now - BURST) + math.ceil(calls * _one(capacity, mean_tokens))
        return replace(self, in_flight=self.in_flight + calls, ready_at=ready)

    def answered(self) -> "Pace":
        """After a call got an answer of whatever kind: the window opens."""
        window = min(WIDEST_WINDOW, self.window + 1 / max(1.0, self.window))
        return replace(self, in_flight=self.in_flight - 1, window=window, failures=0)

    def busy(self, retry_after: int | None, jitter: float, now: int) -> "Pace":
        """After a 429: the window halves, and nothing starts before the provider's time is over."""
        window = max(1.0, self.window * DECREASE)
        pause = retry_after if retry_after is not None else backoff(0, jitter)
        return replace(
            self, in_flight=self.in_flight - 1, window=window, pause_until=max(self.pause_until, now + pause)
        )

    def failed(self, jitter: float, now: int, retry_after: int | None = None) -> "Pace":
        """After a call that got no answer."""
        failures = self.failures + 1
        pause = retry_after if retry_after is not None else backoff(failures - 1, jitter)
        until = self.pause_until if failures < UNWELL and retry_after is None else max(self.pause_until, now + pause)
        return replace(self, in_flight=self.in_flight - 1, failures=failures, pause_until=until)

    @property
    def unwell(self) -> bool:
        """Whether failures are the provider's rather than a request's."""
        return self.failures >= UNWELL


def _one(capacity: Capacity, mean_tokens: int) -> float:
    """Microseconds of the budget that one call takes."""
    by_requests = MINUTE / capacity.requests_per_minute
    by_tokens = mean_tokens * MINUTE / capacity.tokens_per_minute if capacity.tokens_per_minute else 0.0
    return max(by_requests, by_tokens)


def backoff(failures: int, jitter: float, first: int = FIRST_PAUSE, longest: int = LONGEST_PAUSE) -> int:
    """How long to wait after so many failures before: doubling, bounded, and spread by `jitter` in [0, 1) over its second half."""
    ceiling = min(longest, first * 2 ** min(failures, 30))
    return int(ceiling * (0.5 + 0.5 * jitter))


def learned(headers: RateHeaders) -> Mapping[str, int]:
    """The limits that a reply's headers told, by the store's names."""
    told = {"requests_per_minute": headers.limit_requests, "tokens_per_minute": headers.limit_tokens}
    return {name: value for name, value in told.items() if value}
