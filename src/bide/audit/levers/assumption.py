"""What an audit assumes where a log cannot tell; each figure that rests on one says so, and all of them can be set."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bide.advise.calculator.quantity import Quantity, given, quantity, rounded
from bide.advise.calculator.workload import share_of
from bide.audit.profile.group import AGES
from bide.core.clock import DAY
from bide.core.duration import exact_duration, parse_duration
from bide.core.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """`cheaper` is the share of requests for which a smaller model of the family is good enough, `shorter` the share of the input that
    can be left out: both are nobody's measurement. `keep` is how long a response cache keeps an answer after it was last asked for, one of
    `bide.audit.profile.group.AGES`. `offset` is the time zone's distance from UTC in microseconds, for nights and working hours."""

    cheaper: Quantity = quantity(("25%", "50%"))  # noqa: RUF009 - a Quantity cannot be changed
    shorter: Quantity = quantity(("10%", "30%"))  # noqa: RUF009
    keep: int = DAY
    offset: int = 0


WORDS = {"smaller": "cheaper", "shorter": "shorter"}
"""Shares as they are written, and their fields."""


def assumptions(texts: Sequence[str]) -> Assumptions:
    """What is said in ``smaller=25-50%``, ``shorter=20%`` and ``keep=1h``, and the usual for the rest. Raises `InputError`."""
    found = Assumptions()
    for text in texts:
        name, equals, value = (piece.strip() for piece in text.partition("="))
        if name in WORDS and equals:
            found = replace(found, **{WORDS[name]: share_of(given(value), f"--assume {name}")})
        elif name == "keep" and equals:
            found = replace(found, keep=_age(value))
        else:
            raise InputError(f"--assume {text}: write smaller=25-50%, shorter=10-30% or keep=1d")
    return found


def in_words(share: Quantity) -> str:
    """A share as whoever assumed it would write it: ``12.5 %``, ``25 to 50 %``."""
    low, high = (f"{rounded(end * 100, 3).normalize():f}" for end in share.bounds)
    return f"{low} %" if low == high else f"{low} to {high} %"


def _age(text: str) -> int:
    ages = [exact_duration(age) for age in AGES]
    try:
        age = parse_duration(text)
    except ValueError:
        age = 0
    if age not in AGES:
        raise InputError(
            f"--assume keep={text}: how old repeats are is counted for {', '.join(ages)}; write one of these"
        )
    return age
