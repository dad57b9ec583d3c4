"""Which lane the waiting requests of a bucket take now.

Batch work that is cancelled unfinished is not charged, so a batch is a free option: whatever can wait goes into one at
once, and only what could not come back in time is called in real time.
"""

from dataclasses import dataclass

from bide.core.bucket import Bucket, Phase
from bide.core.clock import FAR_FUTURE, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import JobState
from bide.lanes.rescue.rescue import Start
from bide.providers.port import Capabilities

URGENT_WINDOW = SECOND
"""A request that allows less than this has no time for anything but a call."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below which slack a batch is not worth its while, in microseconds."""

    batch_minimum: int = 75 * SECOND
    """The fastest batches seen take 90 to 120 s; below this none comes back in time."""
    rebatch_minimum: int = 15 * MINUTE
    """For requests that are no longer fresh, which means that a batch brought them back or a quota keeps them out: another
    batch for less than this rarely pays."""
    fresh: int = 5 * MINUTE
    """How long after acceptance waiting requests count as new."""
    gathered: int = 1_000
    """So many requests are enough for a batch, even while others may still join them."""

    def minimum(self, age: int) -> int:
        """The slack below which waiting requests of this age go to real time."""
        return self.batch_minimum if age <= self.fresh else self.rebatch_minimum


@dataclass(frozen=True, slots=True)
class Plan:
    """How many of a bucket's waiting requests go where, and why. The rest of them stays where it is."""

    batch: int
    realtime: int
    why: str
    waits: bool = False
    """Whether those that stay do so for want of something, rather than for others that may join them."""


def plan(
    bucket: Bucket,
    start: Start | None,
    can: Capabilities,
    thresholds: Thresholds,
    now: int,
    least: int = 1,
    alone: int = 0,
) -> Plan:
    """Divide a bucket's waiting requests between the lanes.

    `start` is the bucket's latest safe start; None where nothing protects it (unprotected, or not to be rescued).
    `least` is the smallest batch that the provider takes; up to `alone` of them may have batches of their own, and wait for
    nobody.
    """
    stubborn = bucket.tally(Phase.STUBBORN).requests
    idle = bucket.waiting.requests + stubborn
    if not idle or bucket.job_state is not JobState.RUNNING:
        return Plan(0, 0, "nothing to plan")
    if bucket.on_miss is OnMiss.EXPIRE and now >= bucket.deadline:
        return Plan(0, 0, "its deadline has passed")
    if is_urgent(bucket):
        return Plan(0, idle, "urgent: no time for anything but a call")
    if not can.batches(bucket.endpoint):
        return Plan(0, idle, "the provider has no batch lane")
    if not bucket.batchable:
        return Plan(0, idle, "the provider takes no batches for this model")
    if is_hurried(bucket, thresholds):
        return Plan(0, idle, "single calls with no time for a batch")
    minimum = thresholds.minimum(now - _complete_at(bucket))
    called = start.due(now + minimum) if start is not None else 0
    if called >= idle:
        return Plan(0, idle, f"less than {minimum // SECOND} s of slack")
    if not alone and is_gathering(bucket, thresholds, now):
        return Plan(0, max(called, stubborn), "others may join them")
    if bucket.waiting.requests and idle - max(called, stubborn) < least:
        return _too_few(bucket, max(called, stubborn), least)
    if called > stubborn:
        return Plan(idle - called, called, "the real-time capacity is needed from now on")
    if stubborn:
        return Plan(idle - stubborn, stubborn, "batches have lost them more than once")
    return Plan(idle, 0, "a batch is a free option" if start else "no rescue: batch until it is answered")


def _too_few(bucket: Bucket, called: int, least: int) -> Plan:
    """Too few wait for a batch. Those in batches may come back and make up the number; where even all of them would
    not, waiting costs time and gains nothing."""
    idle = bucket.idle.requests
    left = idle - called
    if left + bucket.tally(Phase.BATCHED).requests >= least:
        why = f"fewer than the {least:,} of a batch: they wait for what batches may bring back"
        return Plan(0, called, why, waits=True)
    return Plan(0, idle, f"fewer than the {least:,} of a batch, and none can bring back as many: called at once")


def next_change(bucket: Bucket, start: Start, thresholds: Thresholds, now: int) -> int:
    """When time alone will change the plan for a bucket that has waiting requests and a latest safe start."""
    minimum = thresholds.minimum(now - _complete_at(bucket))
    if start.due(now + minimum) >= bucket.idle.requests:
        return FAR_FUTURE  # all of them are to be called already
    change = start.next_due(now + minimum) - minimum
    aged = _complete_at(bucket) + thresholds.fresh + 1
    return min(change, aged) if now < aged else change


def _complete_at(bucket: Bucket) -> int:
    """From when on its requests could be in a batch."""
    return bucket.accepted_at if bucket.gathers_until is None else bucket.gathers_until


def is_gathering(bucket: Bucket, thresholds: Thresholds, now: int) -> bool:
    """Whether waiting requests wait for others that may share their batch."""
    if bucket.gathers_until is None or now >= bucket.gathers_until:
        return False
    return 0 < bucket.waiting.requests < thresholds.gathered


def is_hurried(bucket: Bucket, thresholds: Thresholds) -> bool:
    """Whether single calls were accepted with less time than any batch takes. Each is called, promised or not: what a file
    holds beyond the capacity may stay in batches and come late, a single call has somebody who waits for it."""
    return bucket.gathers_until is not None and bucket.deadline - bucket.accepted_at < thresholds.batch_minimum


def is_urgent(bucket: Bucket) -> bool:
    """Whether its requests were handed in to be answered at once."""
    return bucket.deadline - bucket.accepted_at < URGENT_WINDOW
