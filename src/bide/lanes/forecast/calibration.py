"""Whether the forecast holds what it says: of the batches that were given 80 % by some time, how many made it.

At its submission a batch is given the ages by which it should be done with 5, 10 … 95 %: its `Promise`. When it ends its age
falls between two of them, which is its level: were the forecast perfect, every level would be as likely as any other, for fast and
slow batches alike. So all batches can be counted together, by level, and the part below level 80 is what made the 80 %.

A batch that was cancelled, or still runs, is known only to lie above a level. Leaving it out would flatter the forecast, as
those that are cancelled are the slow ones; counting it as missed would slander it. It is counted as present up to its
level and no further (Kaplan-Meier over levels), which is fair as long as batches are not cancelled because of what nobody but
the provider knows; here they are cancelled because of their deadline.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from bide.core.clock import DAY, SECOND
from bide.lanes.forecast.evidence import Evidence
from bide.lanes.forecast.turnaround import NEVER, Turnaround

LEVELS: tuple[int, ...] = tuple(range(5, 100, 5))
"""Per cent."""

SHOWN = (50, 80, 95)

HALF_LIFE = 7 * DAY

Promise = tuple[int, ...]
"""The ages, in microseconds, by which a batch was given `LEVELS`."""


def promise(turnaround: Turnaround) -> Promise:
    """What a batch that is submitted now is given."""
    return tuple([turnaround.quantile(level / 100) for level in LEVELS])


def level_of(given: Promise, age: int) -> int:
    """The number of the level at which an age lies: 0 for the first 5 %, 19 for the last."""
    return bisect_left(given, age)


def as_text(given: Promise) -> str:
    """A promise as it is kept with a batch: whole seconds, with ``-`` for never."""
    return ",".join("-" if age >= NEVER else str(-(-age // SECOND)) for age in given)


def from_text(text: str) -> Promise:
    """A promise that was kept.

    Raises:
        ValueError: it is none.
    """
    found = tuple([NEVER if part == "-" else int(part) * SECOND for part in text.split(",")])
    if len(found) != len(LEVELS):
        raise ValueError(f"a promise has {len(LEVELS)} ages, this one has {len(found)}")
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """Of `batches` that were given `level` per cent by some time, the part `made` was done by then.

    `batches` is a weight: what was seen long ago counts less, one that was cancelled before counts in part."""

    level: int
    made: float
    batches: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Batches by level, each counting 1. The first 20 bins of the evidence are levels."""

    evidence: Evidence = field(default_factory=lambda: Evidence(half_life=HALF_LIFE))

    def observe(self, given: Promise, age: int, now: int, weight: float = 1.0) -> "Calibration":
        """After a batch, or this part of one, was done at an age."""
        return Calibration(self.evidence.added([(level_of(given, age), weight)], (), now))

    def censor(self, given: Promise, age: int, now: int, weight: float = 1.0) -> "Calibration":
        """After a batch, or this part of one, was given up at an age."""
        return Calibration(self.evidence.added((), [(level_of(given, age), weight)], now))

    def with_running(self, running: Iterable[tuple[Promise, int]]) -> "Calibration":
        """For one look: with batches that run, in pairs of what they were given and their present age."""
        left = [(level_of(given, age), 1.0) for given, age in running]
        return Calibration(self.evidence.added((), left, self.evidence.as_of))

    def kept(self, level: int) -> Kept:
        """How much of what was given at a level was made; `made` is 0 where nothing is known (`batches` is 0 then)."""
        ended, left = self.evidence.ended, self.evidence.left
        at_risk = sum(ended) + sum(left)
        present, known = 1.0, 0.0
        for position in range(bisect_left(LEVELS, level) + 1):
            risk = at_risk - left[position] / 2
            if risk <= 0.0:
                break
            present *= max(0.0, 1.0 - ended[position] / risk)
            known += ended[position]
            at_risk -= ended[position] + left[position]
        return Kept(level, 1.0 - present, known + max(0.0, at_risk))
