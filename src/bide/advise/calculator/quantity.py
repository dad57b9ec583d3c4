"""Exact numbers with a unit, and with a range where nobody knows them better.

`low` is the number in the cheapest case and `high` in the dearest; both are carried through every sum together, so that
what rests on one unknown stays together (all tokens input in one case, all output in the other). Fractions: nothing is
rounded before it is shown.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bide.advise.calculator.unit import NUMBER, Unit, UnitError, parse_unit
from bide.core.errors import InputError

Exact = int | str | Decimal | Fraction
"""What a number may be given as. No float: 0.1 is not a tenth in one."""

LETTERS = {"k": 10**3, "K": 10**3, "M": 10**6, "B": 10**9, "G": 10**9, "T": 10**12}

NUMERAL = re.compile(r"[-+]?(\d+/\d+|\d+\.?\d*|\.\d+)", re.ASCII)

LONGEST = 40
"""More characters than a number has that anybody can mean."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a unit, in the cheapest and in the dearest case."""

    low: Fraction
    high: Fraction
    unit: Unit = NUMBER

    @property
    def is_range(self) -> bool:
        return self.low != self.high

    @property
    def bounds(self) -> tuple[Fraction, Fraction]:
        """The smaller number first, whichever case it is."""
        return min(self.low, self.high), max(self.low, self.high)

    def __add__(self, other: "Quantity") -> "Quantity":
        self._same(other, "added to")
        return Quantity(self.low + other.low, self.high + other.high, self.unit)

    def __sub__(self, other: "Quantity") -> "Quantity":
        self._same(other, "subtracted from")
        return Quantity(self.low - other.low, self.high - other.high, self.unit)

    def __mul__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.low * other.low, self.high * other.high, self.unit * other.unit)

    def __truediv__(self, other: "Quantity") -> "Quantity":
        """Raises ZeroDivisionError: nothing is divided by zero; who divides says what it means then."""
        return Quantity(self.low / other.low, self.high / other.high, self.unit / other.unit)

    def _same(self, other: "Quantity", how: str) -> None:
        if self.unit != other.unit:
            raise UnitError(
                f"{other.unit} cannot be {how} {self.unit}: they are different things;"
                " multiply one of them by what turns it into the other (a price, hours a month, days a month)"
            )

    def of(self, unit: Unit, name: str) -> "Quantity":
        """Itself, if it is in this unit. Raises `UnitError`, which calls it `name`."""
        if self.unit != unit:
            raise UnitError(f"{name} is in {self.unit} and has to be in {unit}")
        return self


def quantity(value: Exact | tuple[Exact, Exact], unit: Unit | str = NUMBER) -> Quantity:
    """A number, or (cheapest case, dearest case), in a unit; one in words is converted to bases.

    Raises:
        InputError: no number, not finite, or a float.
        UnitError: the unit is none.
    """
    base, scale = parse_unit(unit) if isinstance(unit, str) else (unit, Fraction(1))
    low, high = value if isinstance(value, tuple) else (value, value)
    return Quantity(exact(low) * scale, exact(high) * scale, base)


def exact(value: Exact) -> Fraction:
    """The number: ``1.5``, ``10M``, ``40%``, ``1/3``. Raises `InputError`."""
    if isinstance(value, float | bool):
        raise InputError(f"{value!r} is not exact; write it as text, as in '0.1'")
    if not isinstance(value, str):
        try:
            return Fraction(value)
        except (ValueError, OverflowError):
            raise InputError(f"{value} is no number") from None
    text, factor = value.strip().replace(",", "").replace("_", ""), Fraction(1)
    if text.endswith("%"):
        text, factor = text[:-1], Fraction(1, 100)
    elif text[-1:] in LETTERS:
        text, factor = text[:-1], Fraction(LETTERS[text[-1]])
    text = text.strip()
    try:
        if len(text) > LONGEST or not NUMERAL.fullmatch(text):
            raise ValueError
        return Fraction(text) * factor
    except (ValueError, ZeroDivisionError):
        raise InputError(f"{value!r} is no number; write it as in 1.5, 10M, 250K, 40% or 1/3") from None


def given(text: str) -> Quantity:
    """A number or a range, as in ``10%``, ``10-20%`` and ``2M-5M``. Raises `InputError`."""
    low, dash, high = (part.strip() for part in text.partition("-"))
    if not dash or not low:
        return quantity(text)
    if high.endswith("%") and not low.endswith("%"):
        low += "%"
    if high[-1:] in LETTERS and low[-1:] not in LETTERS:
        raise InputError(f"{text!r} may mean two things; write both ends whole, as in {low}{high[-1]}-{high}")
    return quantity((low, high))


def rounded(value: Fraction, places: int) -> Decimal:
    """Half up, to so many places: for showing, never for going on with."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    sign = int(value < 0 and whole > 0)
    return Decimal((sign, [int(digit) for digit in str(whole)], -places))
