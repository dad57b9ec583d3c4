"""When the provider is down: intervals in which batches stand still, and calls or all endpoints are refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from bide.core.clock import FAR_FUTURE
from bide.simulator import notation as written
from bide.simulator.faults import Site
from bide.simulator.refusal import NO_CREDIT, OVERLOADED, SLOW_DOWN, Failure

STOPS = ("batches", "calls", "endpoints")

REFUSALS = {"overloaded": OVERLOADED, "no_credit": NO_CREDIT, "slow_down": SLOW_DOWN}


@dataclass(frozen=True, kw_only=True)
class Outage:
    """An `[[outage]]` of a script, in microseconds from the start of the run; without `to` it lasts for ever.

    It `stops` the processing of ``batches``, real-time ``calls``, and every other of the ``endpoints``; the last two
    are refused as `refusal` says.
    """

    from_: Annotated[int, written.duration] = 0
    to: Annotated[int | None, written.duration] = None
    stops: Annotated[tuple[str, ...], written.some_of(*STOPS)] = STOPS
    refusal: Annotated[str, written.one_of(*REFUSALS)] = "overloaded"


@dataclass(frozen=True, slots=True)
class Interval:
    """From `start` until just before `end`; instants in microseconds."""

    start: int
    end: int


class Standstill:
    """Intervals in which no work is done, merged where they touch, and the arithmetic of the time between them."""

    def __init__(self, intervals: Iterable[Interval] = ()) -> None:
        merged: list[Interval] = []
        for interval in sorted(intervals, key=lambda interval: interval.start):
            if merged and interval.start <= merged[-1].end:
                merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
            else:
                merged.append(interval)
        self.intervals: Sequence[Interval] = tuple(merged)

    def worked(self, since: int, until: int) -> int:
        """Microseconds of work between two instants."""
        if until <= since:
            return 0
        lost = sum(max(0, min(until, each.end) - max(since, each.start)) for each in self.intervals)
        return until - since - lost

    def after(self, start: int, duration: int) -> int:
        """The first instant at which `duration` microseconds of work are done that begin at `start`."""
        if not duration:
            return start
        instant = start + duration
        for interval in self.intervals:
            if interval.end <= start:
                continue
            if interval.start >= instant:
                break
            instant += interval.end - max(start, interval.start)
        return min(instant, FAR_FUTURE)


class Outages:
    """The outages of one run."""

    def __init__(self, outages: Sequence[Outage], started_at: int) -> None:
        self._refusing = [
            (started_at + outage.from_, _end(outage, started_at), outage)
            for outage in outages
            if outage.stops != ("batches",)
        ]
        self.standstill = Standstill(
            Interval(started_at + outage.from_, _end(outage, started_at))
            for outage in outages
            if "batches" in outage.stops
        )

    def refusal(self, site: Site, now: int) -> Failure | None:
        """What the provider says instead of acting on a call; None while it works."""
        scope = "calls" if site is Site.CALL else "endpoints"
        for start, end, outage in self._refusing:
            if start <= now < end and scope in outage.stops:
                return REFUSALS[outage.refusal]
        return None


def _end(outage: Outage, started_at: int) -> int:
    return FAR_FUTURE if outage.to is None else started_at + outage.to
