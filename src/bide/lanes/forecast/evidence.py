"""What has been seen of how long something takes: so much weight has ended, or was lost sight of, at such an age.

Ages fall into 50 bins: up to 30 s, 48 steps of 18 % each up to 24 h, and beyond. Both counts only ever grow by additions and
shrink by a common factor, so evidence from several processes is added up in any order.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from bide.core.clock import HOUR, SECOND

FIRST = 30 * SECOND
STEPS = 48
RATIO = 2880.0 ** (1 / STEPS)
"""From 30 s to 24 h is a factor of 2,880; a quantile is therefore known to 18 % at best, which is finer than the data."""

EDGES: tuple[int, ...] = tuple(round(FIRST * RATIO**step) for step in range(STEPS + 1))
"""The upper ends of the first 49 bins, in microseconds. An age that lies on one belongs to the bin below."""

BINS = len(EDGES) + 1
BEYOND = BINS - 1
"""The bin of everything older than a day."""

LOGS: tuple[float, ...] = tuple(log(edge) for edge in EDGES)

NOTHING: tuple[float, ...] = (0.0,) * BINS

HALF_LIFE = 6 * HOUR
"""After which what was seen counts half: congestion comes in bouts of hours (policy.md, Online)."""

MOST_OF_A_BATCH = 20.0
"""The most that one batch counts, in requests: they share one draw of luck, however many they are."""


def bin_of(age: int) -> int:
    """The bin in which an age lies."""
    return bisect_left(EDGES, age)


def faded(since: int, now: int, half_life: int) -> float:
    """What weight of 1 has become after the time from `since` to `now`; a clock that went back forgets nothing."""
    return 0.5 ** (max(0, now - since) / half_life)


@dataclass(frozen=True, slots=True)
class Evidence:
    """By bin, the weight that `ended` there and the weight that `left` there without an end, as of an instant.

    What left had not ended by then (cancelled, or still running): it counts as present up to its age, and says nothing about
    what would have come after.
    """

    ended: tuple[float, ...] = NOTHING
    left: tuple[float, ...] = NOTHING
    as_of: int = 0
    half_life: int = HALF_LIFE

    @property
    def weight(self) -> float:
        """How many requests it is worth."""
        return sum(self.ended) + sum(self.left)

    def at(self, now: int) -> "Evidence":
        """As it counts at `now`, with what was forgotten until then."""
        if now <= self.as_of:
            return self
        factor = faded(self.as_of, now, self.half_life)
        return Evidence(
            tuple([value * factor for value in self.ended]),
            tuple([value * factor for value in self.left]),
            now,
            self.half_life,
        )

    def added(self, ended: Iterable[tuple[int, float]], left: Iterable[tuple[int, float]], now: int) -> "Evidence":
        """With more weight, in pairs of (bin, weight)."""
        present = self.at(now)
        return Evidence(_sum(present.ended, ended), _sum(present.left, left), present.as_of, self.half_life)

    def joined(self, other: "Evidence") -> "Evidence":
        """Both together, as of the later of the two."""
        now = max(self.as_of, other.as_of)
        mine, theirs = self.at(now), other.at(now)
        return Evidence(
            tuple([a + b for a, b in zip(mine.ended, theirs.ended, strict=True)]),
            tuple([a + b for a, b in zip(mine.left, theirs.left, strict=True)]),
            now,
            self.half_life,
        )


def _sum(counts: tuple[float, ...], more: Iterable[tuple[int, float]]) -> tuple[float, ...]:
    added = list(counts)
    for position, weight in more:
        added[position] += weight
    return tuple(added)
