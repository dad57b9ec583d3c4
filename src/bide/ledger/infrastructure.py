"""What running a model oneself costs: hours of instances, and what comes on top, from `infrastructure.toml`.

Defaults with a source and a date each, for a calculation that somebody starts; whoever pays knows better. A price is a range where its
sources differ or nobody can say, as for spot. Prices per hour are no prices per token: nothing here becomes a rate card.
"""

import datetime
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from bide.ledger.overlay import Confidence, weakest

Unit = Literal["hour", "GB-second", "GB-month", "GB"]
"""What a price is for one of; an instance has prices by the hour."""

Purchase = Literal["on-demand", "spot", "commitment"]
"""How an instance is bought."""


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """USD for one `per`, from `low` to `high`; they are the same where there is one price."""

    name: str
    service: str
    per: Unit
    low: Decimal
    high: Decimal = Decimal(-1)
    accelerators: str = ""
    """How many of which one instance has, as in ``8 L4``; empty for what is no instance."""
    source: str
    checked_on: datetime.date
    confidence: Confidence

    def __post_init__(self) -> None:
        if self.high == -1:
            msgspec.structs.force_setattr(self, "high", self.low)
        if not (self.low.is_finite() and self.high.is_finite() and 0 <= self.low <= self.high):
            raise ValueError(f"{self.name} costs from {self.low} to {self.high}, which is no range of prices")


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another way to buy instances: the part of the on-demand price that is paid, from `low` to `high`."""

    kind: Purchase
    name: tuple[str, ...]
    service: str
    low: Decimal
    high: Decimal
    source: str
    checked_on: datetime.date
    confidence: Confidence


class Rows(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file."""

    price: tuple[Price, ...] = ()
    purchase: tuple[Part, ...] = ()


@cache
def rows() -> Rows:
    """Every row that comes with bide.

    Raises:
        msgspec.ValidationError: a row has an unknown, a missing or a malformed column.
    """
    text = resources.files("bide.ledger").joinpath("infrastructure.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Rows)


def prices() -> Sequence[Price]:
    """Every price, on demand."""
    return rows().price


def price(name: str) -> Price | None:
    """The price of this name, in its own unit; None when nobody has named one."""
    return next((each for each in prices() if each.name == name), None)


def hourly(name: str, purchase: Purchase = "on-demand") -> Price | None:
    """What one instance costs an hour, as in ``hourly("ml.g5.xlarge")`` and ``hourly("g5.xlarge", "spot")``.

    None when it is unknown: no such instance is listed, or it is not sold in this way (SageMaker's endpoints have no spot).
    """
    found = price(name)
    if found is None or found.per != "hour" or purchase == "on-demand":
        return found if found is not None and found.per == "hour" else None
    part = next((each for each in rows().purchase if _sells(each, purchase, found)), None)
    if part is None:
        return None
    return msgspec.structs.replace(
        found,
        low=found.low * part.low,
        high=found.high * part.high,
        source=f"{part.source} × {found.source}",
        checked_on=min(found.checked_on, part.checked_on),
        confidence=weakest(found.confidence, part.confidence),
    )


def _sells(part: Part, purchase: str, instance: Price) -> bool:
    return (part.kind, part.service) == (purchase, instance.service) and any(
        fnmatchcase(instance.name, pattern) for pattern in part.name
    )
