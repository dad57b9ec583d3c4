"""What the hours of an account leave of a plan: what waits for them, and which batches make way at their end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bide.core.bucket import OPEN_PHASES, Bucket, Phase
from bide.core.clock import FAR_FUTURE
from bide.lanes.hours.hours import ANY_TIME, Hours, WindowEnd
from bide.lanes.hours.window import Window
from bide.lanes.plan.plan import Plan, Thresholds, is_hurried, is_urgent
from bide.lanes.rescue.cancel import may_cancel
from bide.lanes.rescue.carrier import Carrier
from bide.lanes.rescue.rescue import Start


@dataclass(frozen=True, slots=True)
class Limit:
    """A plan as far as the hours allow it. `until` is when time alone will change that; `FAR_FUTURE`: they do not matter."""

    plan: Plan
    until: int = FAR_FUTURE
    rescues: bool = True
    """Whether what is due by its last safe moment is called all the same."""


def limited(
    bucket: Bucket, planned: Plan, start: Start | None, hours: Hours, thresholds: Thresholds, batches: bool, now: int
) -> Limit:
    """What the hours leave of a plan. `batches`: whether the account has a batch lane for the bucket.

    What is due by the last safe moment is no part of the plan, and is called beside it.
    """
    if hours == ANY_TIME or is_urgent(bucket):
        return Limit(planned)
    barred = hours.barred_until(now)
    if now < barred and hours.blackout is not None:
        if is_hurried(bucket, thresholds) and not hours.strict:
            return Limit(planned)
        why = f"nothing is sent to the account in its blackout {hours.blackout.text}"
        return Limit(_kept_back(planned, why), barred, not hours.strict)
    if hours.window is None:
        return Limit(planned, hours.next_edge(now))
    opens = hours.window.opens_at(now)
    if opens <= now or not waits(bucket, start, hours, thresholds, batches, now):
        return Limit(planned, hours.next_edge(now))
    price = "the cheap hours" if hours.cheap else "its window"
    return Limit(_kept_back(planned, f"waits for {price} {hours.window.text}"), min(opens, hours.next_edge(now)))


def waits(bucket: Bucket, start: Start | None, hours: Hours, thresholds: Thresholds, batches: bool, now: int) -> bool:
    """Whether work that is outside its window waits for it.

    A batch needs time: it is worth waiting only where the window opens long enough before the last safe moment of the first
    request. Calls are made at that moment in any case, so they wait for every window that opens before the deadline.
    """
    if hours.window is None or is_urgent(bucket) or is_hurried(bucket, thresholds):
        return False
    opens = hours.window.opens_at(now)
    if hours.on_end is WindowEnd.CONTINUE and has_begun(bucket, hours.window, now):
        return False
    if not batches:
        return opens < bucket.deadline
    return opens + thresholds.rebatch_minimum <= (bucket.deadline if start is None else start.at)


def has_begun(bucket: Bucket, window: Window, now: int) -> bool:
    """Whether its work has begun in a window that was open since it was accepted."""
    was_open = window.opens_at(bucket.accepted_at) <= now
    asked = sum(
        tally.requests for phase, tally in bucket.tallies.items() if phase not in (Phase.WAITING, Phase.STUBBORN)
    )
    return was_open and asked > 0


def is_over(bucket: Bucket, start: Start | None, hours: Hours, thresholds: Thresholds, now: int) -> bool:
    """Whether the window of a bucket's batches has ended and they are to make way for the next one."""
    if hours.window is None or hours.on_end is not WindowEnd.WAIT or hours.cheap or hours.window.is_open(now):
        return False
    return bool(bucket.tally(*OPEN_PHASES).requests) and waits(bucket, start, hours, thresholds, True, now)


def cancelled_by_end(
    buckets: Sequence[Bucket],
    found: Mapping[int, Start],
    hours: Hours,
    carriers: Mapping[int, Sequence[Carrier]],
    thresholds: Thresholds,
    now: int,
) -> dict[int, str]:
    """Batches that make way because their window has ended, where all that is in them waits for the next."""
    over = {bucket.id for bucket in buckets if is_over(bucket, found.get(bucket.id), hours, thresholds, now)}
    kept = {one.batch.id for bucket in buckets if bucket.id not in over for one in carriers.get(bucket.id, ())}
    return {
        one.batch.id: f"its window {hours.window.text} has ended"
        for bucket in sorted(over)
        for one in carriers.get(bucket, ())
        if hours.window is not None and one.batch.id not in kept and may_cancel(one.batch)
    }


def _kept_back(planned: Plan, why: str) -> Plan:
    return replace(planned, batch=0, realtime=0, why=why, waits=True) if planned.batch or planned.realtime else planned
