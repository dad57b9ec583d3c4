"""What one batch or call teaches, as counts to be added: nothing has to be read first, so processes never overwrite each other.

Counts are kept by the hour in which what they tell of *began*. A batch that took five hours tells of the hour in which it was
submitted, beside the quick ones of that hour; were it counted when it ended, the quick ones would always be fresher than the
slow ones, and the estimate too bold whenever it forgets.
"""

import enum
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bide.core.clock import DAY, HOUR
from bide.core.states import BatchOutcome
from bide.lanes.calibration import Promise, level_of
from bide.lanes.evidence import bin_of
from bide.lanes.latency import ratio_bin
from bide.lanes.turnaround import Turnaround, share
from bide.lanes.weighing import is_telling

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
    """Second copies (`copies`): the answers that they brought in time (ended) and the sum of the chances with which they were made
    (gone), in the first bin; by the hour of the submission."""
    TOKENS = "tokens"
    """Input tokens of answered requests (`weighing`): those reported (ended) and those by size (gone), in `SUMS`, whole ones; and how many
    answers that were, in `ANSWERS`. By the day of the answer."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEnd:
    """A batch that has ended, in ages since its submission."""

    account: str
    model: str
    requests: int
    submitted_at: int
    ended_at: int
    outcome: BatchOutcome
    cancel_at: int | None = None
    done: Sequence[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """(age, so many requests) where the provider tells when each was done."""
    lumped: int = 0
    """So many were done, and nobody knows when."""
    left: int = 0
    """So many were not done."""
    given: Promise | None = None


def size_of(requests: int) -> int:
    """The size class of a batch."""
    return next((number for number, most in enumerate(SIZES) if requests <= most), len(SIZES))


def of_batch(end: BatchEnd, present: Turnaround) -> Lessons:
    """What a batch teaches. `present` is the estimate by which what happened at an unknown time is spread.

    Requests of a batch that ended by itself count at its end where nobody knows better: that is when they can be read. Those
    that a cancelled batch had done were done at some time before, and are spread over it. What was not done counts as
    present until the cancel.
    """
    counts: defaultdict[tuple[Kind, int, bool], float] = defaultdict(float)
    total = sum(requests for _, requests in end.done) + end.lumped + end.left
    if total and end.outcome is not BatchOutcome.FAILED:
        age = max(0, end.ended_at - end.submitted_at)
        cut = age if end.cancel_at is None else min(age, max(0, end.cancel_at - end.submitted_at))
        weight, part = WHOLE * share(total), WHOLE / total
        for at, requests in end.done:
            counts[Kind.TURNAROUND, bin_of(at), True] += weight * requests
            if end.given:
                counts[Kind.LEVEL, level_of(end.given, at), True] += part * requests
        if end.lumped and end.outcome is BatchOutcome.COMPLETED and end.cancel_at is None:
            counts[Kind.TURNAROUND, bin_of(age), True] += weight * end.lumped
            if end.given:
                counts[Kind.LEVEL, level_of(end.given, age), True] += part * end.lumped
        elif end.lumped:
            for position, spread in present.spread(0, age, weight * end.lumped):
                counts[Kind.TURNAROUND, position, True] += spread
            if end.given:
                levels = level_of(end.given, age) + 1
                for level in range(levels):
                    counts[Kind.LEVEL, level, True] += part * end.lumped / levels
        counts[Kind.TURNAROUND, bin_of(cut), False] += weight * end.left
        if end.given:
            counts[Kind.LEVEL, level_of(end.given, cut), False] += part * end.left
    lessons: Lessons = {}
    for (kind, position, is_end), weight in counts.items():
        size = size_of(end.requests) if kind is Kind.TURNAROUND else 0
        cell = Cell(end.account, end.model, BATCH, kind, size)
        _add(lessons, Count(cell, slot(kind, end.submitted_at), position), weight, is_end)
    if end.cancel_at is not None:
        cell = Cell(end.account, end.model, BATCH, Kind.CANCEL)
        took = bin_of(max(0, end.ended_at - end.cancel_at))
        _add(lessons, Count(cell, slot(Kind.CANCEL, end.ended_at), took), WHOLE, True)
    return lessons


def of_call(account: str, model: str, lane: str, duration: int, output_tokens: int, now: int) -> Lessons:
    """What an answered call teaches: how long it took for what it wrote and, in flex, that it was taken."""
    latency = Cell(account, model, lane, Kind.LATENCY)
    lessons = {Count(latency, slot(Kind.LATENCY, now), ratio_bin(duration, output_tokens)): Weight(WHOLE, 0)}
    if lane == FLEX:
        lessons[Count(Cell(account, model, FLEX, Kind.REFUSAL), slot(Kind.REFUSAL, now), 0)] = Weight(WHOLE, 0)
    return lessons


def of_refusal(account: str, model: str, now: int) -> Lessons:
    """What a flex call teaches that was refused for want of room."""
    return {Count(Cell(account, model, FLEX, Kind.REFUSAL), slot(Kind.REFUSAL, now), 0): Weight(0, WHOLE)}


def of_copy(account: str, model: str, expected: int, has_won: bool, submitted_at: int) -> Lessons:
    """What a second copy teaches that was made with the chance `expected`, in thousandths: whether it brought the answer in time."""
    count = Count(Cell(account, model, BATCH, Kind.COPY), slot(Kind.COPY, submitted_at), 0)
    return {count: Weight(WHOLE if has_won else 0, expected)}


def of_tokens(account: str, model: str, answers: int, estimated: int, reported: int, now: int) -> Lessons:
    """What answers teach about the size of requests: their input tokens as `estimated` by size, and as the provider `reported` them.
    Nothing where the two are so far apart that it was no text."""
    if not is_telling(estimated, reported):
        return {}
    cell, since = Cell(account, model, EVERY, Kind.TOKENS), slot(Kind.TOKENS, now)
    return {
        Count(cell, since, SUMS): Weight(reported, estimated),
        Count(cell, since, ANSWERS): Weight(answers * WHOLE, 0),
    }


def join(lessons: Lessons, more: Lessons) -> None:
    """Add to lessons what others teach."""
    for count, weight in more.items():
        ended, gone = lessons.get(count, (0, 0))
        lessons[count] = Weight(ended + weight.ended, gone + weight.gone)


def slot(kind: Kind, at: int) -> int:
    """The first instant of the slot in which an instant lies."""
    return at // SLOT[kind] * SLOT[kind]


def _add(lessons: Lessons, count: Count, weight: float, is_end: bool) -> None:
    thousandths = round(weight)
    if thousandths:
        join(lessons, {count: Weight(thousandths, 0) if is_end else Weight(0, thousandths)})
