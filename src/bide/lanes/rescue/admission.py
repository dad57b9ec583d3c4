"""What is promised at intake: guaranteed N of M, with the arithmetic.

A request is guaranteed when the real-time capacity can still answer it in time should no batch ever come back,
beside everything that was promised before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.core.bucket import Tally
from bide.core.clock import MINUTE
from bide.core.deadline import OnMiss
from bide.core.duration import format_duration
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.hours.hours import ANY_TIME, Hours
from bide.lanes.hours.notice import notice
from bide.lanes.hours.window import Window
from bide.lanes.rescue.rescue import Demand, Margins, last_call, last_end, starts


@dataclass(frozen=True, slots=True)
class Admission:
    """N of M for one (account, model). `arithmetic` is one line for people."""

    requests: int
    guaranteed: int
    known: bool
    arithmetic: str
    drain: int
    """Microseconds that all of them take in real time."""
    notice: str = ""
    """What is to be known about the account's hours (`bide.lanes.hours.notice`); empty where they make no difference."""


def room(
    promised: Sequence[Demand],
    deadline: int,
    longest: int,
    capacity: Capacity,
    margins: Margins,
    now: int,
    allowed: Window | None = None,
) -> int:
    """Microseconds of the full rate that are free for requests with this deadline.

    They come after everything promised that must start before them, and must leave everything promised that comes later
    its time. Only that time counts in which calls are `allowed`; None: all of it.
    """
    end = last_call(deadline, longest, margins)
    earlier = [demand for demand in promised if demand.last_call(margins) <= end]
    later = [demand for demand in promised if demand.last_call(margins) > end]
    until = min([end, *(start.at for start in starts(later, capacity, margins, allowed).values())])
    until = last_end(until, margins, allowed)
    taken = sum(capacity.work(demand.outstanding) for demand in earlier)
    left = until - now if allowed is None else allowed.open_time(now, until)
    return max(0, int(left * margins.head_room) - taken)


def fits(tally: Tally, free: int, capacity: Capacity) -> bool:
    """Whether so many requests fit into `free` microseconds of capacity."""
    return capacity.work(tally) <= free


def explain(
    admitted: Tally,
    guaranteed: Tally,
    deadline: int,
    longest: int,
    capacity: Capacity,
    margins: Margins,
    now: int,
    free: int,
    hours: Hours = ANY_TIME,
    on_miss: OnMiss = OnMiss.RESCUE,
) -> Admission:
    """The promise for one (account, model), with its arithmetic. `guaranteed` is what fits into the capacity, known or assumed."""
    limit = f"{capacity.requests_per_minute:,} requests/min"
    if capacity.tokens_per_minute:
        limit += f" and {capacity.tokens_per_minute:,} tokens/min"
    window = format_duration(deadline - now)
    margin = format_duration(deadline - last_call(deadline, longest, margins))
    if hours.allowed is not None:
        closed = deadline - now - hours.allowed.open_time(now, deadline)
        margin = f"{format_duration(closed)} of blackout - {margin}" if closed else margin
    told = notice(hours, deadline, admitted.requests, admitted.requests - guaranteed.requests, on_miss, now)
    budget = f"({window} - {margin} for the last call) x {limit} x {margins.head_room:g}"
    minutes = free / MINUTE / margins.head_room
    drain = round(capacity.work(admitted) / margins.head_room)
    if not capacity.known:
        return Admission(
            admitted.requests,
            0,
            False,
            f"the account's rate limit is not known yet; {limit} is assumed until the first call tells",
            drain,
            told,
        )
    text = f"{budget}; {minutes:,.0f} min of it are free, enough for {guaranteed.requests:,} of {admitted.requests:,}"
    return Admission(admitted.requests, guaranteed.requests, True, text, drain, told)
