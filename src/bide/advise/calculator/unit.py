"""Units of the calculator: dollars, tokens, requests and times, and what comes of multiplying them.

A price per thousand tokens and one per million differ by a scale, so neither can be taken for the other; dollars an hour
and dollars a month do not add up before somebody has said how many hours a month has.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from bide.core.errors import BideError

BASES = ("USD", "token", "request", "image", "second", "hour", "day", "week", "month")
"""What is counted. Times are bases of their own: how many hours a month has is a convention, not a fact."""

SCALES = {"k": 1_000, "thousand": 1_000, "1k": 1_000, "m": 1_000_000, "million": 1_000_000, "1m": 1_000_000}

SAME = {"usd": "USD", "$": "USD", **{base.lower(): base for base in BASES}, **{f"{base}s": base for base in BASES[1:]}}


class UnitError(BideError):
    """These units cannot be mixed; give both numbers in the same unit."""

    code = "unit_mismatch"


@dataclass(frozen=True, slots=True)
class Unit:
    """Powers of bases, as in USD¹ token⁻¹. No powers: a plain number."""

    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: "Unit") -> "Unit":
        return _unit({base: self.power(base) + other.power(base) for base in BASES})

    def __truediv__(self, other: "Unit") -> "Unit":
        return _unit({base: self.power(base) - other.power(base) for base in BASES})

    def power(self, base: str) -> int:
        """How often a base is in it; negative where it is divided by."""
        return dict(self.powers).get(base, 0)

    def __str__(self) -> str:
        """``USD per token``; of no powers ``a plain number``."""
        if not self.powers:
            return "a plain number"
        over = [base for base, power in self.powers if power > 0]
        under = [base for base, power in self.powers if power < 0]
        text = " × ".join(over)
        if not under:
            return text
        return f"{text or '1'} per {' and '.join(under)}"


def _unit(powers: Mapping[str, int]) -> Unit:
    return Unit(tuple((base, powers[base]) for base in BASES if powers.get(base)))


NUMBER = Unit()
USD, TOKEN, REQUEST = (Unit(((base, 1),)) for base in ("USD", "token", "request"))
HOUR, DAY, WEEK, MONTH, SECOND = (Unit(((base, 1),)) for base in ("hour", "day", "week", "month", "second"))


def parse_unit(text: str) -> tuple[Unit, Fraction]:
    """A unit as people write it, and what one of it is in bases: ``USD per 1M tokens`` is 1/1,000,000 of USD per token.

    Raises:
        UnitError: a word of it is no unit.
    """
    over, divided, under = re.sub(r"\s*/\s*", " per ", text.strip()).partition(" per ")
    scale, unit = (1, NUMBER) if over == "1" else _part(over, text)
    if not divided:
        return unit, Fraction(scale)
    below, of = _part(under, text)
    return unit / of, Fraction(scale, below)


def _part(text: str, whole: str) -> tuple[int, Unit]:
    *scales, word = text.split() or [""]
    base = SAME.get(word.lower())
    scale = SCALES.get(scales[0].lower()) if len(scales) == 1 else (1 if not scales else None)
    if base is None or scale is None:
        raise UnitError(
            f"{whole!r} is no unit; write it as in 'USD per 1M tokens', 'USD per 1K tokens', 'USD per hour' or 'requests per day'"
        )
    return scale, Unit(((base, 1),))
