"""What one batch or call teaches, as counts to be added: nothing has to be read first, so processes never overwrite each other.

What is counted, and in which hour, `bide.lanes.forecast.cell` says.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bide.core.states import BatchOutcome
from bide.lanes.arrival.weighing import is_telling
from bide.lanes.forecast.calibration import Promise, level_of
from bide.lanes.forecast.cell import (
    ANSWERS,
    BATCH,
    EVERY,
    FLEX,
    SUMS,
    WHOLE,
    Cell,
    Count,
    Kind,
    Lessons,
    Weight,
    join,
    size_of,
    slot,
)
from bide.lanes.forecast.evidence import bin_of
from bide.lanes.forecast.latency import ratio_bin
from bide.lanes.forecast.turnaround import Turnaround, share


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


def _add(lessons: Lessons, count: Count, weight: float, is_end: bool) -> None:
    thousandths = round(weight)
    if thousandths:
        join(lessons, {count: Weight(thousandths, 0) if is_end else Weight(0, thousandths)})
