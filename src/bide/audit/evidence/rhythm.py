"""When a workflow's requests come: by night, at weekends, in bursts by the clock, in people's working hours, or all the time.

Hours are those of one time zone, by its distance from UTC in the middle of the log: over a change of the clocks they are an hour off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from bide.audit.profile.group import Group
from bide.audit.profile.timeline import Burst, Timeline, bursts
from bide.core.clock import DAY, HOUR, MINUTE

WEEK = 168
"""Hours of a week."""

TOLERANCE = 10 * MINUTE
"""How far from each other bursts may begin that one schedule starts: jobs wait for their turn."""

LONGEST = 3 * HOUR
"""How long a burst may last. What begins at eight every morning and goes on until the evening is people."""

BULK = 20
"""Requests a minute in which somebody hands in a heap of work, where nearly everything comes in a twentieth of the time."""

NIGHT = frozenset((20, 21, 22, 23, 0, 1, 2, 3, 4, 5))
"""Hours of the day in which offices are empty."""

WORKING = 12
"""Hours that a working day and its edges have."""

Every = Literal["hour", "day"]

FEWEST: Mapping[Every, int] = {"day": 3, "hour": 12}
"""Bursts by which a schedule is recognised: every sixth begins within the tolerance of a minute of the hour by chance."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Bursts that begin at the same minute of every hour or day. `share` is the part of the requests that came in them."""

    every: Every
    minute: int
    """Of the hour, or of the day in the time zone."""
    bursts: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Shares of the requests whose hour is known, and over how many days (from first to last) they were seen.

    Of a log that counts from its own beginning nobody knows which hours are nights: it is not `dated`, and its shares are nothing."""

    dated: bool
    days: Fraction
    night: Fraction
    weekend: Fraction
    working: Fraction
    """The part that came on weekdays within the busiest twelve hours of the day."""
    evenness: Fraction
    """The quietest hour of the day beside the mean one: 1 is a machine's even stream, 0 has an hour in which nothing comes."""
    schedule: Schedule | None
    bulk: Fraction | None = None
    """The part of the time in which nine tenths of the requests came, at `BULK` a minute or more; None where it is more than a
    twentieth, or they came more slowly."""


def rhythm(group: Group, offset: int = 0, covered: int = 0) -> Rhythm | None:
    """The rhythm of a group; None where all rows stand for more than an hour. `offset` is the zone's distance from UTC, and `covered`
    the time that the log stands for, both in microseconds: the silence before the first request and after the last counts too."""
    if not group.timeline.slots:
        return None
    hours = _local(group.hours, offset)
    whole = sum(hours)
    weekdays = [sum(hours[hour:120:24]) for hour in range(24)]
    busiest = max(sum(weekdays[(start + step) % 24] for step in range(WORKING)) for start in range(24))
    by_hour = [sum(hours[hour::24]) for hour in range(24)]

    def share(part: int) -> Fraction:
        return Fraction(part, whole) if whole else Fraction(0)

    return Rhythm(
        dated=bool(whole),
        days=Fraction(max(0, group.end - group.first), DAY),
        night=share(sum(by_hour[hour] for hour in NIGHT)),
        weekend=share(sum(hours[120:])),
        working=share(busiest),
        evenness=share(min(by_hour) * 24),
        schedule=schedule(bursts(group.timeline), offset) if group.timeline.width < HOUR else None,
        bulk=_bulk(group.timeline, max(covered, group.end - group.first)),
    )


def schedule(found: Sequence[Burst], offset: int = 0) -> Schedule | None:
    """The schedule that explains most of the requests: every day's before every hour's, for that is the rarer one. None where
    fewer than `FEWEST` bursts keep to any."""
    whole = sum(burst.requests for burst in found)
    periods: tuple[tuple[Every, int], ...] = (("day", DAY), ("hour", HOUR))
    for every, period in periods:
        minute, kept = _kept(found, period, offset)
        if len({(burst.start + offset) // period for burst in kept}) >= FEWEST[every]:
            share = Fraction(sum(burst.requests for burst in kept), whole)
            if share >= Fraction(1, 2):
                return Schedule(every, minute // MINUTE, len(kept), share)
    return None


def _kept(found: Sequence[Burst], period: int, offset: int) -> tuple[int, Sequence[Burst]]:
    """Where in the period most requests begin, and the bursts that begin within the tolerance after it."""
    phases = [((burst.start + offset) % period, burst) for burst in found if burst.end - burst.start <= LONGEST]
    best: tuple[int, Sequence[Burst]] = (0, ())
    weight = 0
    for start in sorted({phase for phase, _ in phases}):
        kept = [burst for phase, burst in phases if (phase - start) % period <= TOLERANCE]
        if (heavy := sum(burst.requests for burst in kept)) > weight:
            best, weight = (start, kept), heavy
    return best


def _bulk(timeline: Timeline, covered: int) -> Fraction | None:
    """The smallest part of the time that has nine tenths of the requests."""
    whole, seen, busy = sum(timeline.slots.values()), 0, 0
    for requests in sorted(timeline.slots.values(), reverse=True):
        if seen * 10 >= whole * 9:
            break
        seen, busy = seen + requests, busy + 1
    if not busy or covered < DAY or seen * MINUTE < BULK * busy * timeline.width:
        return None
    share = Fraction(busy * timeline.width, covered)
    return share if share <= Fraction(1, 20) else None


def _local(hours: Sequence[int], offset: int) -> Sequence[int]:
    """Hours of the week in the time zone, Monday's first hour first; half hours belong to the hour before."""
    shift = offset // HOUR % WEEK
    return [hours[(hour - shift) % WEEK] for hour in range(WEEK)]
