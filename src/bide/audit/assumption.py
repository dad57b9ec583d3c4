"""What an audit assumes where a log cannot tell; each figure that rests on one says so, and all of them can be set."""

from dataclasses import dataclass

from bide.advise.calculator.quantity import Quantity, quantity
from bide.core.clock import DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """`cheaper` is the share of requests for which a smaller model of the family is good enough, `shorter` the share of the input that
    can be left out: both are nobody's measurement. `keep` is how long a response cache keeps an answer after it was last asked for, one of
    `bide.audit.group.AGES`. `offset` is the time zone's distance from UTC in microseconds, for nights and working hours."""

    cheaper: Quantity = quantity(("25%", "50%"))  # noqa: RUF009 - a Quantity cannot be changed
    shorter: Quantity = quantity(("10%", "30%"))  # noqa: RUF009
    keep: int = DAY
    offset: int = 0
