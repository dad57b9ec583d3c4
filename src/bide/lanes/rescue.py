"""The safety net: by when real-time calls must start so that everything outstanding still meets its deadline.

It rests on bounds alone: the rate limit, the latency bound and *all* outstanding work, earliest deadline first. All
buckets that share an account's capacity are laid out as late as possible, from the last deadline backwards:

    end(k)   = min(deadline(k) - latency bound(k) - safety, start(k + 1))
    start(k) = end(k) - work(k) / head room

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


@dataclass(frozen=True, slots=True)
class Start:
    """When a bucket's first call must start, and how many microseconds each of its calls takes at the planned rate."""

    at: int
    pace: float

    def due(self, now: int) -> int:
        """How many calls have fallen due by `now`."""
        return 0 if now < self.at else math.floor((now - self.at) / self.pace) + 1 if self.pace else 1

    def next_due(self, now: int) -> int:
        """When one more than `due(now)` falls due."""
        return self.at if now < self.at else self.at + math.ceil(self.due(now) * self.pace)


def starts(demands: Iterable[Demand], capacity: Capacity, margins: Margins) -> dict[int, Start]:
    """The latest safe start of every bucket that shares `capacity`, by bucket."""
    found: dict[int, Start] = {}
    later = FAR_FUTURE
    ordered = sorted(demands, key=lambda demand: (demand.deadline, demand.bucket), reverse=True)
    for demand in ordered:
        end = min(demand.deadline - latency_bound(demand.longest) - margins.safety, later)
        work = math.ceil(capacity.work(demand.outstanding) / margins.head_room)
        later = end - work
        found[demand.bucket] = Start(later, work / max(1, demand.outstanding.requests))
    return found


def cancel_lead(age: int) -> int:
    """How long before its requests are needed a group is cancelled, so that what it has finished can be read first.

    Grows with the age of the batch: the chance that it ends in the next minute falls like 1/age (policy, formula 2).
    """
    return max(min(180 * SECOND, age // 5), min(LONGEST_LEAD, age // 50))


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


def is_cancel_due(batch: Batch, left: int, pace: float, now: int) -> bool:
    """Whether a group whose first requests are needed should be cancelled, rather than left running beside the rescue.

    `left` requests of it are unanswered, one of which is rescued every `pace` microseconds. A cancel makes what the group
    has finished readable and ends the risk that a rescued request is paid twice; it gives up the chance that the group
    ends by itself and spares the rest the real-time price. That is worth it

    - when all that is left is needed within the ten minutes that a cancel may take anyway, or
    - when double payment costs more than that chance is worth. While the group runs, a second costs
      ``rescues a second x share finished x half price`` and gains ``hazard x requests left x half price``; at age x the
      hazard of a log-normal turnaround is about 1/x (policy, formula 2, with a rescue that is rate limited).
    """
    if left * pace <= LONGEST_LEAD:
        return True
    finished = batch.completed_count / batch.total_count if batch.total_count else 0.0
    age = now - (batch.submitted_at or now)
    return left <= finished * age / pace


def cancels(
    carriers: Mapping[int, Sequence[Carrier]], waiting: Mapping[int, int], found: Mapping[int, Start], now: int
) -> tuple[dict[int, str], int]:
    """Which batches to cancel now because their requests are needed in real time, with the reason; and when to look again.

    `carriers` are the live batches of each bucket, `waiting` its requests that lie in none. A bucket's requests are
    needed in the order of `rescue_order`: those that wait first, then batch by batch. What a batch has finished is
    to be read before its requests are needed, so it is cancelled that much earlier; one that shows nothing finished has
    nothing to read.
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
            needed = start.at + math.floor(ahead * start.pace)
            left = carrier.requests - min(carrier.requests, batch.rescued)
            ahead += left
            if batch.cancel_asked or batch.state in (BatchState.CANCELLING, BatchState.ENDED):
                continue
            lead = cancel_lead(now - (batch.submitted_at or now)) if batch.completed_count else 0
            if now < needed - lead:
                next_look = min(next_look, needed - lead)
            elif is_cancel_due(batch, left, start.pace, now):
                asked[batch.id] = "its requests are needed in real time"
    return asked, next_look
