"""What the shapes of bide's own paths have in common, and errors.

Instants are whole seconds since 1970 UTC, durations seconds, money decimal text in USD; null is what is not known or not
there (yet). The description (`bide.gateway.api.description`) is made from these shapes.
"""

from decimal import Decimal
from typing import Literal

import msgspec

from bide.core.clock import SECOND
from bide.core.money import to_decimal

Shape = msgspec.Struct


class ErrorBody(Shape, kw_only=True):
    """What went wrong, in OpenAI's shape."""

    message: str
    type: str
    param: str | None
    code: str | None


class Error(Shape, kw_only=True):
    """An error."""

    error: ErrorBody


class Money(Shape, kw_only=True):
    """What it cost so far. `paid` is for answers that were used, `list_price` what these would have cost in real time; both are null where
    a price is unknown."""

    currency: Literal["USD"] = "USD"
    paid: str | None
    list_price: str | None
    wasted: str
    suspected: str
    """The most that calls without a reply may have cost."""


def seconds(instant: int | None) -> int | None:
    """An instant in whole seconds."""
    return None if instant is None else instant // SECOND


def span(duration: int | None) -> float | None:
    """A duration in seconds."""
    return None if duration is None else round(duration / SECOND, 3)


def dollars(amount: int | None) -> str | None:
    """An amount in USD."""
    return None if amount is None else exact(amount)


def exact(amount: int) -> str:
    """An amount that is known, in USD; without trailing zeros, and never as ``1E-7``."""
    return format(to_decimal(amount).normalize() if amount else Decimal(0), "f")
