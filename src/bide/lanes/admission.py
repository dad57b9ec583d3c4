"""What is promised at intake: guaranteed N of M, with the arithmetic.

A request is guaranteed when the real-time capacity can still answer it in time should no batch ever come back,
beside everything that was promised before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.core.bucket import Tally
from bide.core.clock import MINUTE
from bide.core.duration import format_duration
from bide.lanes.capacity import Capacity
from bide.lanes.hours import ANY_TIME, Hours
from bide.lanes.rescue import Demand, Margins, last_call, last_end, starts
from bide.lanes.window import Window


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
    """What is to be known about the account's hours; empty where the work goes at once."""


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
) -> Admission:
    """The promise for one (account, model), with its arithmetic."""
    limit = f"{capacity.requests_per_minute:,} requests/min"
    if capacity.tokens_per_minute:
        limit += f" and {capacity.tokens_per_minute:,} tokens/min"
    window = format_duration(deadline - now)
    margin = format_duration(deadline - last_call(deadline, longest, margins))
    if hours.allowed is not None:
        closed = deadline - now - hours.allowed.open_time(now, deadline)
        margin = f"{format_duration(closed)} of blackout - {margin}" if closed else margin
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
            notice(hours, now),
        )
    text = f"{budget}; {minutes:,.0f} min of it are free, enough for {guaranteed.requests:,} of {admitted.requests:,}"
    return Admission(admitted.requests, guaranteed.requests, True, text, drain, notice(hours, now))


def notice(hours: Hours, now: int) -> str:
    """What a caller should know about the hours of an account: nothing where its work goes at once."""
    barred = hours.barred_until(now)
    if hours.blackout is not None and now < barred:
        kind = "not even rescues are sent" if hours.strict else "only rescues are sent"
        return f"{kind} in the blackout {hours.blackout.text}, which ends in {format_duration(barred - now)}"
    if hours.window is not None and (opens := hours.window.opens_at(now)) > now:
        what = "the cheap hours" if hours.cheap else "the window"
        return f"waits for {what} {hours.window.text}, {format_duration(opens - now)} from now, where the deadline allows it"
    return ""
