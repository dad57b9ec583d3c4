"""The safety net: by when real-time calls must start so that everything outstanding still meets its deadline.

It rests on bounds alone: the rate limit, the latency bound and *all* outstanding work, earliest deadline first. All
buckets that share an account's capacity are laid out as late as possible, from the last one backwards:

    last call(k) = deadline(k) - latency bound(k) - safety
    start(k)     = min(last call(k), start(k + 1)) - work(k) / head room

Where an account has a strict blackout, work is laid out around it: only the time counts in which calls are allowed. What has to be
done before it begins has as much time to spare as before a deadline: after that nobody can try again.

"First" and "last" go by the last call, not by the deadline itself: that is the instant a schedule can do something about.

A bucket whose start has passed needs calls now: as many as have fallen due at the rate. So a rescue drips, one request at
a time at the rate limit, and stops by itself when a batch brings the answers.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bide.core.bucket import Tally
from bide.core.clock import FAR_FUTURE
from bide.lanes.capacity.capacity import Capacity, latency_bound
from bide.lanes.hours.window import Window


@dataclass(frozen=True, slots=True)
class Margins:
    """How careful to be. `head_room` is the part of the rate limit that the plan counts on: 0.9 in a run by itself,
    0.4 beside urgent traffic. `safety` is in microseconds. Calls may take `latency` times as long as is assumed."""

    head_room: float
    safety: int
    latency: float = 1.0

    def slowed(self, latency: float) -> "Margins":
        """The same where calls have been seen to take longer than assumed. Having been quicker is no promise."""
        return self if latency <= self.latency else replace(self, latency=latency)


@dataclass(frozen=True, slots=True)
class Demand:
    """Outstanding work of one bucket: what waits or lies in batches. `longest` bounds the output tokens of one call."""

    bucket: int
    deadline: int
    longest: int
    outstanding: Tally

    def last_call(self, margins: Margins) -> int:
        """When the last of its calls must have started."""
        return last_call(self.deadline, self.longest, margins)


def last_call(deadline: int, longest: int, margins: Margins) -> int:
    """When a call must have started to have ended before a deadline; `longest` bounds its output tokens."""
    return deadline - math.ceil(latency_bound(longest) * margins.latency) - margins.safety


@dataclass(frozen=True, slots=True)
class Start:
    """When a bucket's first call must start, and the planned rate from then on: `requests` calls in `work` microseconds of the
    time in which calls are `allowed`; None: of all time."""

    at: int
    work: int
    requests: int
    allowed: Window | None = None

    def span(self, calls: int) -> int:
        """Microseconds that so many calls take at the planned rate."""
        return -(-calls * self.work // max(1, self.requests))

    def due(self, now: int) -> int:
        """How many calls have fallen due by `now`. The rate goes on after the last request: whoever asks has the count."""
        if now < self.at:
            return 0
        passed = now - self.at if self.allowed is None else self.allowed.open_time(self.at, now)
        return passed * self.requests // self.work + 1 if self.work else 1

    def next_due(self, now: int) -> int:
        """When one more than `due(now)` falls due."""
        return self.after(self.due(now))

    def after(self, calls: int) -> int:
        """When the call that follows so many others falls due."""
        return self.at + self.span(calls) if self.allowed is None else self.allowed.later(self.at, self.span(calls))


def last_end(instant: int, margins: Margins, allowed: Window | None) -> int:
    """Until when calls can be made that are to be made by an instant: where none are allowed then, until shortly before they were
    last."""
    if allowed is None or allowed.is_open(instant):
        return instant
    return allowed.earlier(instant, 1) + 1 - margins.safety


def work_of(demand: Demand, capacity: Capacity, margins: Margins) -> int:
    """Microseconds that a demand takes at the planned rate."""
    return math.ceil(capacity.work(demand.outstanding) / margins.head_room)


def starts(
    demands: Iterable[Demand], capacity: Capacity, margins: Margins, allowed: Window | None = None
) -> dict[int, Start]:
    """The latest safe start of every bucket that shares `capacity`, by bucket. Calls are made while they are `allowed`."""
    found: dict[int, Start] = {}
    later = FAR_FUTURE
    ordered = sorted(((demand.last_call(margins), demand.bucket, demand) for demand in demands), reverse=True)
    for last, _, demand in ordered:
        work = work_of(demand, capacity, margins)
        end = last_end(min(last, later), margins, allowed)
        later = end - work if allowed is None else allowed.earlier(end, work)
        found[demand.bucket] = Start(later, work, demand.outstanding.requests, allowed)
    return found
