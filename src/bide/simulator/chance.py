"""Chance as a function: a draw depends on the seed and on what it is for, never on what was drawn before.

So taking one fault or one batch out of a run leaves every other draw where it was, and a draw can be made again
instead of being remembered.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Self

import xxhash

Name = str | int
"""A part of what a draw is for: ``("validation", batch number)``."""

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Spread:
    """A log-normal distribution of durations or counts, always positive; `sigma` 0 is a fixed value.

    `common` is the share of the log-variance that everything drawn at the same time shares (a slow night is slow for
    all), the rest is luck.
    """

    median: float
    sigma: float = 0.0
    most: float = math.inf
    common: float = 0.0

    def at(self, deviation: float) -> int:
        """The value so many standard deviations from the median, as an integer."""
        if not self.sigma:
            return round(self.median)
        return round(min(self.most, self.median * math.exp(self.sigma * deviation)))


class Chance:
    """Draws from one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._key = seed & 0xFFFF_FFFF_FFFF_FFFF

    def within(self, *names: Name) -> Self:
        """The draws of one thing among many (a batch), each as independent as if it had a seed of its own."""
        return type(self)(self.number(*names))

    def number(self, *names: Name) -> int:
        """64 random bits."""
        return xxhash.xxh3_64_intdigest("\x1f".join(map(str, names)).encode(), self._key)

    def uniform(self, *names: Name) -> float:
        """A float strictly between 0 and 1: 52 bits and a half, so that it never rounds to either."""
        return ((self.number(*names) >> 12) + 0.5) / (1 << 52)

    def happens(self, share: float, *names: Name) -> bool:
        """Whether something of this probability comes true."""
        return share > 0 and self.uniform(*names) < share

    def normal(self, *names: Name) -> float:
        """A draw from the standard normal distribution."""
        return _NORMAL.inv_cdf(self.uniform(*names))

    def middle(self, *names: Name) -> float:
        """A draw from Beta(2, 2): between 0 and 1, most often near a half. (Its distribution inverts in closed form.)"""
        return 0.5 - math.sin(math.asin(1 - 2 * self.uniform(*names)) / 3)

    def exponential(self, mean: float, *names: Name) -> float:
        """A draw from the exponential distribution: how long until something without a memory happens."""
        return -mean * math.log(self.uniform(*names))

    def spread(self, spread: Spread, *names: Name, drift: float = 0.0) -> int:
        """A draw from `spread`; `drift` is the standard normal value of its common part (see `drift`)."""
        if not spread.sigma:
            return round(spread.median)
        luck = self.normal(*names)
        return spread.at(math.sqrt(spread.common) * drift + math.sqrt(1 - spread.common) * luck)

    def drift(self, instant: int, period: int, *names: Name) -> float:
        """A standard normal value that changes slowly: alike within `period` microseconds, unrelated after two."""
        step, rest = divmod(instant, period)
        weight = rest / period
        value = (1 - weight) * self.normal(*names, step) + weight * self.normal(*names, step + 1)
        return value / math.hypot(weight, 1 - weight)

    def shuffled(self, size: int, *names: Name) -> Sequence[int]:
        """``range(size)`` in another order."""
        key = self.number(*names)
        return sorted(range(size), key=lambda place: xxhash.xxh3_64_intdigest(place.to_bytes(4), key))

    def identifier(self, prefix: str, *names: Name) -> str:
        """A provider's id, as in ``batch_3c1f…``: the prefix and 24 hexadecimal digits."""
        low, high = self.number(prefix, *names), self.number(prefix, *names, "more")
        return f"{prefix}{low:016x}{high & 0xFFFF_FFFF:08x}"
