"""Whether bursts exceed the rate limit, so that capacity must not lie idle ahead of them.

As long as real time could answer whatever comes in a burst, waiting for batches costs nothing: the safety net holds. Where it
could not, every request that still waits when a burst begins takes a call from it. Then requests with little time are called as
soon as the rate limit allows, the earliest deadline first, as somebody would do who calls everything; batches keep what has
hours, and so deadlines are met as if everything were called, at less than its price.
"""

from dataclasses import dataclass

from bide.core.bucket import NOTHING, Bucket, Tally
from bide.core.clock import HOUR, MINUTE
from bide.lanes.capacity.capacity import Capacity, latency_bound

WINDOW = 15 * MINUTE
"""Over which bursts are measured: the time that the priority standard has."""

HORIZON = 2 * HOUR
"""Requests with less time than this are those that a burst endangers."""

SHARE = 0.8
"""A burst presses that takes more than this part of what may be called in its window. Up to here it can be called from its last safe
moments on, should no batch come back: at nine tenths of the rate (the head room of rescues) it takes 13 minutes and a third of the 15,
which leaves time for the last call."""

QUICKEST = 3
"""A quick call takes a third of the latency bound: two seconds, and the speed of a good day."""

LONGEST_LATENESS = HOUR
"""What is later than this is called before everything else."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came lately for an (account, model): the most single calls within `WINDOW` that had less time than `HORIZON`."""

    peak: Tally = NOTHING


NO_LOAD = Load()


def is_pressed(load: Load, capacity: Capacity) -> bool:
    """Whether a burst like the largest of late would need more calls than the rate limit allows."""
    return capacity.known and capacity.work(load.peak) > WINDOW * SHARE


def is_endangered(bucket: Bucket, now: int) -> bool:
    """Whether a bucket's requests are of those that a burst endangers: single calls with little time. What a file holds was
    promised as far as it fits, and is a burst itself."""
    return bucket.gathers_until is not None and bucket.deadline - now < HORIZON


def is_too_late(bucket: Bucket, now: int) -> bool:
    """Whether not even a quick call would be in time, so that others go first, which can still be saved. Not for ever: where more
    comes than can be called, what is late has its turn too."""
    return bucket.deadline - latency_bound(bucket.longest) // QUICKEST < now < bucket.deadline + LONGEST_LATENESS
