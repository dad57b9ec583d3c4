"""Calls that come one at a time, gathered: which of them wait for each other before a batch is made of them.

Calls whose deadlines are nearly equal, and that come within a small part of the time they have, become one batch. What
gathering costs is time, never the deadline: it is rounded down, so that nobody is answered late for another's sake.
"""

from dataclasses import dataclass

from bide.core.clock import MINUTE, SECOND

SHARE = 60
"""A call gives at most this part of its time to gathering: a minute of an hour, the longest of a day. Where minutes count it
waits for nobody anyway (`bide.lanes.plan.group`)."""

CLASSIC_SHARE = 2
"""The same for the classic "1,000 requests or 15 minutes": it waits for the whole of its 15 minutes wherever that is no more than
half of the time."""

LONGEST = 15 * MINUTE
SHORTEST = SECOND


@dataclass(frozen=True, slots=True)
class Slot:
    """What calls that are gathered have in common: the deadline they are planned by, and until when others may join them.

    Both in microseconds since 1970.
    """

    deadline: int
    gathers_until: int


def slot(deadline: int, now: int, longest: int = LONGEST, share: int = SHARE) -> Slot:
    """Where a call belongs that comes now and is wanted by `deadline`.

    Widths are powers of two seconds, so that calls of like patience meet in the same slots.
    """
    most = max(SHORTEST, min(longest, (deadline - now) // share))
    width = SECOND << ((most // SECOND).bit_length() - 1)
    rounded = deadline // width * width
    return Slot(rounded if rounded > now else deadline, (now // width + 1) * width)
