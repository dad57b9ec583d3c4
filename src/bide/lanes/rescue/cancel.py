"""When batches are given up because their requests are about to be called: a last look, then the cancel.

A batch that ends by itself is cheaper than one that is cancelled, and a request that is called while its batch answers it is
paid twice. Between these two lies the instant of the cancel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bide.core.batch import Batch, LiveBatch
from bide.core.bucket import Bucket
from bide.core.clock import FAR_FUTURE, SECOND
from bide.core.states import BatchState, JobState
from bide.lanes.rescue.carrier import Carrier, rescue_order
from bide.lanes.rescue.rescue import Start

LONGEST_LEAD = 600 * SECOND
"""A cancel may take ten minutes (OpenAI's API reference, Batches)."""

CANCEL_MEDIAN = 60 * SECOND
"""Half of all cancels take no longer: `bide.lanes.forecast.prior`. A batch of one is cancelled so long before its request
is called. A second earlier loses the chance that it ends by itself while the cancel is shorter than that, a second later
pays twice while it is longer; at half the price both cost the same, so the median is where they meet."""

LAST_LOOK = 5 * SECOND
"""So long before its requests are called a batch is looked at once more: what has ended since the last poll is not paid
twice."""


@dataclass(slots=True)
class Endings:
    """Batches to cancel now, with the reason; when to poll which batch at the latest; and when to decide again."""

    cancels: dict[int, str] = field(default_factory=dict[int, str])
    looks: dict[int, int] = field(default_factory=dict[int, int])
    next_at: int = FAR_FUTURE


def cancel_age(needed: int) -> int:
    """At which age a group is cancelled whose first requests are needed at the age `needed`.

    What it has finished is to be read first, so the cancel has a lead. It grows with the age x of the batch, as the chance
    that the batch ends in the next minute falls like 1/x: max(min(3 min, x/5), min(10 min, x/50)). This is the first x at
    which x and its lead reach `needed`.
    """
    young = max(needed - 180 * SECOND, -(-needed * 5 // 6))
    old = max(needed - LONGEST_LEAD, -(-needed * 50 // 51))
    return min(young, old)


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
    if batch.requests == 1:
        return needed - CANCEL_MEDIAN
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


def endings(
    carriers: Mapping[int, Sequence[Carrier]], waiting: Mapping[int, int], found: Mapping[int, Start], now: int
) -> Endings:
    """What to do about the live batches of each bucket, whose requests are `found` to be needed from an instant on.

    `waiting` are a bucket's requests that lie in none. They are needed first, then batch by batch in the order of
    `rescue_order`. What a batch has answered already, where that shows while it runs, is needed no more. A batch and its second
    copy carry one request, which is called once.
    """
    what = Endings()
    for bucket, batches in carriers.items():
        start = found.get(bucket)
        if start is None or not batches:
            continue
        if now < (first := start.at - LONGEST_LEAD):
            what.next_at = min(what.next_at, first)
            continue
        ahead = waiting.get(bucket, 0)
        seen: dict[int, int] = {}
        for carrier in rescue_order(batches):
            pair = carrier.batch.copy_of or carrier.batch.id
            if pair in seen:
                _end(carrier.batch, 1, seen[pair], start, now, what)
                continue
            needed = seen[pair] = start.after(ahead)
            left = carrier.requests - min(carrier.requests, carrier.batch.rescued + carrier.batch.output_rows)
            ahead += left
            _end(carrier.batch, left, needed, start, now, what)
    return what


def _end(batch: Batch, left: int, needed: int, start: Start, now: int, what: Endings) -> None:
    look = needed - LAST_LOOK
    if batch.state is BatchState.SUBMITTED and now < look and batch.due_at is not None and batch.due_at > look:
        what.looks[batch.id] = look
    if not may_cancel(batch):
        return
    at = cancel_at(batch, left, needed, start)
    if now < at:
        what.next_at = min(what.next_at, at)
    else:
        what.cancels[batch.id] = "its requests are needed in real time"


def unwanted(buckets: Sequence[Bucket], live: Sequence[LiveBatch]) -> dict[int, str]:
    """Batches in which nobody has an open request any more: cancelled jobs, everything rescued, the other copy answered."""
    wanted = {bucket.id for bucket in buckets if bucket.job_state is JobState.RUNNING and bucket.open.requests}
    return {
        one.batch.id: "nobody needs its answers any more"
        for one in live
        if may_cancel(one.batch) and not _is_read(one.batch) and (not one.is_needed or wanted.isdisjoint(one.shares))
    }


def _is_read(batch: Batch) -> bool:
    """Whether a running batch has shown all its rows: it is about to end by itself, and a cancel would spare nothing."""
    return 0 < batch.requests <= batch.output_rows
