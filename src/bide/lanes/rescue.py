"""The safety net: by when real-time calls must start so that everything outstanding still meets its deadline.

It rests on bounds alone: the rate limit, the latency bound and *all* outstanding work, earliest deadline first. All
buckets that share an account's capacity are laid out as late as possible, from the last one backwards:

    last call(k) = deadline(k) - latency bound(k) - safety
    start(k)     = min(last call(k), start(k + 1)) - work(k) / head room

Where an account has a strict blackout, work is laid out around it: only the time counts in which calls are allowed.

"First" and "last" go by the last call, not by the deadline itself: that is the instant a schedule can do something about.

A bucket whose start has passed needs calls now: as many as have fallen due at the rate. So a rescue drips, one request at
a time at the rate limit, and stops by itself when a batch brings the answers.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bide.core.batch import Batch
from bide.core.bucket import Tally
from bide.core.clock import FAR_FUTURE, SECOND
from bide.core.states import BatchState
from bide.lanes.capacity import Capacity, latency_bound
from bide.lanes.window import Window

LONGEST_LEAD = 600 * SECOND
"""A cancel may take ten minutes (OpenAI's API reference, Batches)."""


@dataclass(frozen=True, slots=True)
class Margins:
    """How careful to be. `head_room` is the part of the rate limit that the plan counts on: 0.9 in a run by itself,
    0.4 beside urgent traffic. `safety` is in microseconds."""

    head_room: float
    safety: int


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
    return deadline - latency_bound(longest) - margins.safety


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


def starts(
    demands: Iterable[Demand], capacity: Capacity, margins: Margins, allowed: Window | None = None
) -> dict[int, Start]:
    """The latest safe start of every bucket that shares `capacity`, by bucket. Calls are made while they are `allowed`."""
    found: dict[int, Start] = {}
    later = FAR_FUTURE
    for demand in sorted(demands, key=lambda demand: (demand.last_call(margins), demand.bucket), reverse=True):
        work = math.ceil(capacity.work(demand.outstanding) / margins.head_room)
        end = min(demand.last_call(margins), later)
        later = end - work if allowed is None else allowed.earlier(end, work)
        found[demand.bucket] = Start(later, work, demand.outstanding.requests, allowed)
    return found


def cancel_age(needed: int) -> int:
    """At which age a group is cancelled whose first requests are needed at the age `needed`.

    What it has finished is to be read first, so the cancel has a lead. It grows with the age x of the batch, as the chance
    that the batch ends in the next minute falls like 1/x: max(min(3 min, x/5), min(10 min, x/50)). This is the first x at
    which x and its lead reach `needed`.
    """
    young = max(needed - 180 * SECOND, -(-needed * 5 // 6))
    old = max(needed - LONGEST_LEAD, -(-needed * 50 // 51))
    return min(young, old)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A live batch and how many requests of one bucket it carries."""

    batch: Batch
    requests: int

    @property
    def finished_share(self) -> float:
        """The part that the provider says is finished; only ever used to choose an order."""
        return self.batch.completed_count / self.batch.total_count if self.batch.total_count else 0.0


def rescue_order(carriers: Sequence[Carrier]) -> list[Carrier]:
    """From which batch to rescue first: the one that promises least, so that a rescue is least likely paid twice."""
    return sorted(
        carriers,
        key=lambda carrier: (
            carrier.batch.state is BatchState.ENDED,  # its answers are about to be read
            carrier.batch.provider_id is not None,
            carrier.finished_share,
            -carrier.batch.id,
        ),
    )


def cancel_at(batch: Batch, left: int, needed: int, start: Start) -> int:
    """When a group is cancelled for the rescue's sake, rather than left running beside it; `FAR_FUTURE` for never.

    `left` of its requests are to be rescued, the first of them at the instant `needed`. A cancel makes what the group has
    finished readable and ends the risk that a rescued request is paid twice; it gives up the chance that the group ends by
    itself and spares the rest the real-time price. So it comes shortly before its requests are needed, and not before it is
    worth it:

    - when all that is left is needed within the ten minutes that a cancel may take anyway, or
    - when double payment costs more than that chance is worth. While the group runs, a second costs
      ``rescues a second x share finished x half price`` and gains ``hazard x requests left x half price``; at age x the
      hazard of a log-normal turnaround is about 1/x. So it is worth it from the age on at which the rate of rescues has
      made up for ``requests left / share finished``.
    """
    if batch.submitted_at is None or not batch.completed_count:
        return needed if start.span(left) <= LONGEST_LEAD else FAR_FUTURE
    at = batch.submitted_at + cancel_age(needed - batch.submitted_at)
    if start.span(left) <= LONGEST_LEAD:
        return at
    total = max(batch.total_count, batch.completed_count)  # counters have been seen to lie
    return max(at, batch.submitted_at + -(-start.span(left) * total // batch.completed_count))


def may_cancel(batch: Batch) -> bool:
    """Whether a cancel could still do something."""
    return not batch.cancel_asked and batch.state not in (BatchState.CANCELLING, BatchState.ENDED)


def cancels(
    carriers: Mapping[int, Sequence[Carrier]], waiting: Mapping[int, int], found: Mapping[int, Start], now: int
) -> tuple[dict[int, str], int]:
    """Which batches to cancel now because their requests are needed in real time, with the reason; and when to look again.

    `carriers` are the live batches of each bucket, `waiting` its requests that lie in none. What a batch has answered
    already, where that shows while it runs, is needed no more. A bucket's requests are
    needed in the order of `rescue_order`: those that wait first, then batch by batch.
    """
    asked: dict[int, str] = {}
    next_look = FAR_FUTURE
    for bucket, batches in carriers.items():
        start = found.get(bucket)
        if start is None:
            continue
        ahead = waiting.get(bucket, 0)
        for carrier in rescue_order(batches):
            batch = carrier.batch
            needed = start.after(ahead)
            left = carrier.requests - min(carrier.requests, batch.rescued + batch.output_rows)
            ahead += left
            if not may_cancel(batch):
                continue
            at = cancel_at(batch, left, needed, start)
            if now < at:
                next_look = min(next_look, at)
            else:
                asked[batch.id] = "its requests are needed in real time"
    return asked, next_look
