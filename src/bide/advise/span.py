"""An amount as people know it: exactly, at least, at most, or between two values."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite

from bide.core.duration import parse_duration

_AMOUNT = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*([kMB]?)")

_FACTORS = {"": 1.0, "k": 1e3, "M": 1e6, "B": 1e9}


@dataclass(frozen=True, slots=True)
class Span:
    """All values that the amount may have. Of an open end the end itself is none of them."""

    low: float
    high: float
    open_low: bool = False
    open_high: bool = False

    @classmethod
    def exactly(cls, value: float) -> "Span":
        """One value."""
        return cls(value, value)

    def below(self, limit: float) -> bool:
        """Whether every value is below the limit."""
        return self.high < limit or (self.high == limit and self.open_high)

    def above(self, limit: float) -> bool:
        """Whether every value is above the limit."""
        return self.low > limit or (self.low == limit and self.open_low)

    def reaches(self, limit: float) -> bool:
        """Whether every value is at the limit or above it."""
        return self.low >= limit

    def within(self, limit: float) -> bool:
        """Whether every value is at the limit or below it."""
        return self.high <= limit

    @property
    def known(self) -> float | None:
        """The value where there is only one."""
        return self.low if self.low == self.high else None


def amount(value: float | str) -> Span:
    """A number of things: ``12000000``, ``12M``, ``<100k``, ``>1M``, ``50-100``.

    Raises:
        ValueError: it is none of these; the message shows them.
    """
    if not isinstance(value, str):
        if not isfinite(value) or value < 0:
            raise ValueError(f"{value} is no amount; write a number from 0 up, or a text as in 12M, <100k or 50-100")
        return Span.exactly(float(value))
    return _read(value, _number)


def duration(value: str) -> Span:
    """A time in microseconds: ``24h``, ``<5s``, ``>5m``, ``8h-12h``.

    Raises:
        ValueError: it is none of these; the message shows them.
    """
    return _read(value, lambda text: float(parse_duration(text)))


def share(value: float | str) -> Span:
    """A part from 0 to 1: ``0.5``, ``<0.6``, ``45%``.

    Raises:
        ValueError: it is no part.
    """
    found = amount(value) if not isinstance(value, str) else _read(value, _part)
    if not found.within(1) and found.high != inf:
        raise ValueError(f"{value} is no part; write a number from 0 to 1, or per cent as in 45%")
    return found


def _read(text: str, number: Callable[[str], float]) -> Span:
    stripped = text.strip()
    if stripped.startswith("<"):
        return Span(0.0, number(stripped[1:]), open_high=True)
    if stripped.startswith(">"):
        return Span(number(stripped[1:]), inf, open_low=True)
    low, dash, high = stripped.partition("-")
    if not dash:
        return Span.exactly(number(low))
    ends = sorted((number(low), number(high)))
    return Span(ends[0], ends[1])


def _number(text: str) -> float:
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no amount; write a number, or a text as in 12M, <100k or 50-100")
    return float(found[1]) * _FACTORS[found[2]]


def _part(text: str) -> float:
    stripped = text.strip()
    return _number(stripped[:-1]) / 100 if stripped.endswith("%") else _number(stripped)
