"""How long a lane takes: the chance that an answer is there by an age, learned from what ended, was cancelled or still runs.

The estimate is a discrete hazard over the bins of `evidence` (actuarial Kaplan-Meier). In each bin

    hazard = (ended + W x what the prior ends there) / (at risk + W x what the prior has left)

so the prior counts like W requests that had taken what it says, and a bin for which nothing was seen keeps the prior's hazard.
Whatever left without an end (a cancel, or a batch that still runs at its present age) was at risk until then: half of the bin
in which it left. Without that the estimate looks too good just when a bout of congestion begins.

It chooses lanes and copies. The safety net rests on bounds alone and never asks it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import exp, log
from statistics import NormalDist

from bide.core.clock import FAR_FUTURE, MINUTE
from bide.lanes.forecast.evidence import (
    BEYOND,
    BINS,
    EDGES,
    HALF_LIFE,
    LOGS,
    MOST_OF_A_BATCH,
    Evidence,
    bin_of,
)

NEVER = FAR_FUTURE
"""The age by which something is done that the estimate does not expect to be done within a day."""

MEDIAN = 7 * MINUTE
SIGMA = 1.68
"""Of 230,000 batches half were done within 7 minutes and nine of ten within the hour (OpenRouter, 2026): a log-normal."""

PRIOR_WEIGHT = 30.0
"""How many requests the prior counts for."""

UNKNOWN_MEDIAN = MEDIAN * 3 // 2
"""For providers about whose batches nothing was published."""

Survival = tuple[float, ...]
"""By bin but the last, the chance that it is not done at the bin's upper end."""


def log_normal(median: int, sigma: float) -> Survival:
    """Survival of a log-normal turnaround with this median, in microseconds."""
    normal = NormalDist(log(median), sigma)
    return tuple([1.0 - normal.cdf(edge) for edge in LOGS])


@dataclass(frozen=True, slots=True)
class Turnaround:
    """An estimate of time-to-finish; every change gives a new one. Ages and times in microseconds since the submission."""

    base: Survival
    """What is believed where nothing was seen."""
    base_weight: float
    evidence: Evidence = field(default_factory=Evidence)
    _known: list[Survival] = field(default_factory=list[Survival], compare=False, repr=False)

    @classmethod
    def prior(
        cls,
        median: int = MEDIAN,
        sigma: float = SIGMA,
        weight: float = PRIOR_WEIGHT,
        half_life: int = HALF_LIFE,
    ) -> "Turnaround":
        """Where nothing was seen yet: a log-normal that counts like `weight` requests."""
        return cls(log_normal(median, sigma), weight, Evidence(half_life=half_life))

    def under(self, evidence: Evidence, weight: float = PRIOR_WEIGHT) -> "Turnaround":
        """The estimate for a part of what this one is for: it shrinks to this one, which counts like `weight` requests."""
        return Turnaround(self.survival, weight, evidence)

    @property
    def weight(self) -> float:
        """How many requests the evidence is worth, the prior not counted."""
        return self.evidence.weight

    def observe(self, age: int, requests: float, now: int, since: int | None = None) -> "Turnaround":
        """After so many requests of one batch were done at an age.

        With `since` they were done at some unknown age after that one (a provider that tells only the batch's end): their
        weight is spread over the ages in between as the estimate expects it (one step of Turnbull's self-consistency).
        More than `MOST_OF_A_BATCH` requests count no more; to tell of a batch in parts, count each of its requests as `share`.
        """
        weight = min(float(requests), MOST_OF_A_BATCH)
        spread = [(bin_of(age), weight)] if since is None else self.spread(since, age, weight)
        return Turnaround(self.base, self.base_weight, self.evidence.added(spread, (), now))

    def censor(self, age: int, requests: float, now: int) -> "Turnaround":
        """After so many requests of one batch were given up at an age, not done."""
        weight = min(float(requests), MOST_OF_A_BATCH)
        return Turnaround(self.base, self.base_weight, self.evidence.added((), [(bin_of(age), weight)], now))

    def with_running(self, running: Iterable[tuple[int, float]]) -> "Turnaround":
        """For one look: also counting batches that run, in pairs of (present age, requests). Never keep what this gives: at
        the next look they are counted anew."""
        left = [(bin_of(age), min(float(requests), MOST_OF_A_BATCH)) for age, requests in running]
        return Turnaround(self.base, self.base_weight, self.evidence.added((), left, self.evidence.as_of))

    def at(self, now: int) -> "Turnaround":
        """With what has been forgotten by `now`."""
        return Turnaround(self.base, self.base_weight, self.evidence.at(now))

    def finished(self, age: int) -> float:
        """P(T <= age)."""
        return 1.0 - self._left(age)

    def chance(self, age: int, within: int) -> float:
        """P(T <= age + within | T > age): that what is not done at an age is done after so much more time."""
        now = self._left(age)
        return 0.0 if now <= 0.0 else max(0.0, 1.0 - self._left(age + max(0, within)) / now)

    def quantile(self, share: float, age: int = 0) -> int:
        """The age by which such a share of what is not done at `age` is done; `NEVER` where a day is not enough."""
        survival = self.survival
        target = (1.0 - share) * self._left(age)
        low, high = 0, len(EDGES)
        while low < high:
            middle = (low + high) // 2
            if survival[middle] > target:
                low = middle + 1
            else:
                high = middle
        if low == len(EDGES):
            return NEVER
        above, below = (survival[low - 1] if low else 1.0), survival[low]
        fraction = (above - target) / (above - below) if above > below else 1.0
        found = EDGES[0] * fraction if not low else exp(LOGS[low - 1] + fraction * (LOGS[low] - LOGS[low - 1]))
        return max(age, min(EDGES[low], round(found)))

    @property
    def survival(self) -> Survival:
        """By bin but the last, the chance that it is not done at the bin's upper end. Reckoned once."""
        if not self._known:
            self._known.append(self._reckon())
        return self._known[0]

    def _left(self, age: int) -> float:
        """P(T > age), on a straight line over log(age) inside a bin."""
        if age <= 0:
            return 1.0
        survival, position = self.survival, bin_of(age)
        if position >= BEYOND:
            return survival[-1]
        if not position:
            return max(survival[0], 1.0 + (survival[0] - 1.0) * age / EDGES[0])
        above, below = survival[position - 1], survival[position]
        # The last digit of a float must not make what is older less done.
        part = (log(age) - LOGS[position - 1]) / (LOGS[position] - LOGS[position - 1])
        return max(below, above + (below - above) * part)

    def _reckon(self) -> Survival:
        ended, left, base, weight = self.evidence.ended, self.evidence.left, self.base, self.base_weight
        at_risk = sum(ended) + sum(left)
        believed, present = 1.0, 1.0
        found: list[float] = []
        for position in range(BINS - 1):
            gone, lost = ended[position], left[position]
            risk = at_risk - lost / 2 + weight * believed
            if risk > 0.0:
                present *= max(0.0, 1.0 - (gone + weight * (believed - base[position])) / risk)
            found.append(present)
            believed = base[position]
            at_risk = max(0.0, at_risk - gone - lost)
        return tuple(found)

    def spread(self, since: int, age: int, weight: float) -> list[tuple[int, float]]:
        """A weight that is known to lie between two ages, by bin, as the estimate expects it."""
        first, last = bin_of(since + 1), bin_of(age)
        parts: list[tuple[int, float]] = []
        for position in range(first, last + 1):
            low = max(since, EDGES[position - 1] if position else 0)
            high = age if position == last else EDGES[position]
            parts.append((position, self._left(low) - self._left(high)))
        total = sum(part for _, part in parts)
        if total <= 0.0:
            return [(last, weight)]
        return [(position, weight * part / total) for position, part in parts]


def share(requests: int) -> float:
    """What one request of a batch of so many counts."""
    return min(1.0, MOST_OF_A_BATCH / requests)
