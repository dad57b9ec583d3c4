"""What is counted, and where: the kinds of counts, whose they are, and in which slot of time they stand.

Counts are kept by the hour in which what they tell of *began*. A batch that took five hours tells of the hour in which it was
submitted, beside the quick ones of that hour; were it counted when it ended, the quick ones would always be fresher than the
slow ones, and the estimate too bold whenever it forgets.
"""

import enum
from typing import NamedTuple

from bide.core.clock import DAY, HOUR

WHOLE = 1_000
"""Counts are in thousandths of a request: one of 50,000 that share a draw of luck counts 0.4 of one of these."""

BATCH, FLEX, REALTIME = "batch", "flex", "realtime"
"""Lanes."""

EVERY = ""
"""In the place of a lane, for what is the same in all of them."""

SUMS, ANSWERS = 0, 1
"""The bins of `Kind.TOKENS`."""

SIZES = (1, 100, 5_000)
"""Up to how many requests a batch is of a size class; the last one is for all above. Single requests have been seen to take
90 to 120 s, 50,000 to take 18 h."""


class Kind(enum.StrEnum):
    """What is counted."""

    TURNAROUND = "turnaround"
    """Requests by age; by the hour of the submission."""
    CANCEL = "cancel"
    """Cancels by how long they took; by the day of their end."""
    LEVEL = "level"
    """Batches by the level of their promise that they made (`calibration`); by the day of the submission."""
    LATENCY = "latency"
    """Calls by their part of the assumed bound (`latency`); by the day of their end."""
    REFUSAL = "refusal"
    """Flex calls: taken (ended) and refused (gone), in the first bin; by the hour."""
    COPY = "copy"
    """Second copies (`efficacy`): the answers that they brought in time (ended) and the sum of the chances with which they were made
    (gone), in the first bin; by the hour of the submission."""
    TOKENS = "tokens"
    """Input tokens of answered requests (`bide.lanes.arrival.weighing`): those reported (ended) and those by size (gone), in `SUMS`, whole
    ones; and how many answers that were, in `ANSWERS`. By the day of the answer."""


SLOT = {
    Kind.TURNAROUND: HOUR,
    Kind.CANCEL: DAY,
    Kind.LEVEL: DAY,
    Kind.LATENCY: DAY,
    Kind.REFUSAL: HOUR,
    Kind.COPY: HOUR,
    Kind.TOKENS: DAY,
}
"""The width of the time slots in which counts are kept."""


class Cell(NamedTuple):
    """Whose counts: an account's model, in a lane, by size class where that matters (else 0)."""

    account: str
    model: str
    lane: str
    kind: Kind
    size: int = 0


class Count(NamedTuple):
    """Where to add: a cell, a time slot (its first instant), a bin."""

    cell: Cell
    since: int
    bin: int


class Weight(NamedTuple):
    """What to add, in thousandths: what came to an end in the bin, and what was lost sight of there."""

    ended: int
    gone: int


Lessons = dict[Count, Weight]


def size_of(requests: int) -> int:
    """The size class of a batch."""
    return next((number for number, most in enumerate(SIZES) if requests <= most), len(SIZES))


def join(lessons: Lessons, more: Lessons) -> None:
    """Add to lessons what others teach."""
    for count, weight in more.items():
        ended, gone = lessons.get(count, (0, 0))
        lessons[count] = Weight(ended + weight.ended, gone + weight.gone)


def slot(kind: Kind, at: int) -> int:
    """The first instant of the slot in which an instant lies."""
    return at // SLOT[kind] * SLOT[kind]
