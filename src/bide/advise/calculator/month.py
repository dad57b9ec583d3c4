"""What a month is. Articles differ, and bills too, so every result says which it took."""

from dataclasses import dataclass
from fractions import Fraction

from bide.advise.calculator.derivation import Figure
from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.unit import DAY, HOUR, MONTH, WEEK, Unit
from bide.core.errors import InputError


@dataclass(frozen=True, slots=True)
class Convention:
    """How many days, weeks and hours a month has.

    The hours are those that cloud providers bill a machine by that never stops: 365 × 24 / 12.
    """

    days: Fraction = Fraction(30)
    weeks: Fraction = Fraction(52, 12)
    hours: Fraction = Fraction(730)

    def each(self, period: str) -> Figure:
        """How many of a period are in a month. Raises `InputError`."""
        lengths: dict[str, tuple[Fraction, Unit]] = {
            "hour": (self.hours, HOUR),
            "day": (self.days, DAY),
            "week": (self.weeks, WEEK),
            "month": (Fraction(1), MONTH),
        }
        if period not in lengths:
            raise InputError(f"{period!r} is no period; write hour, day, week or month")
        count, unit = lengths[period]
        return Figure(f"{period}s a month", Quantity(count, count, unit / MONTH))


USUAL = Convention()
"""30 days, 52/12 weeks, 730 hours."""

PERIODS = {"hour": HOUR, "day": DAY, "week": WEEK, "month": MONTH}
