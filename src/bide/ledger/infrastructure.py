"""What running a model oneself costs: hours of instances, and what comes on top, from `infrastructure.toml`.

Defaults with a source and a date each, for a calculation that somebody starts; whoever pays knows better, and says so under `hardware` in the
config. A price is a range where its
sources differ or nobody can say, as for spot. Prices per hour are no prices per token: nothing here becomes a rate card.
"""

import datetime
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from bide.core.errors import SettingError
from bide.ledger.overlay import USER, Confidence, weakest
from bide.settings.hardware import HardwareSettings

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
    checked_on: datetime.date | None
    """None: it is the user's own."""
    confidence: Confidence | Literal["user"]

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


class Infrastructure:
    """Prices of hardware: one's own, before those that come with bide."""

    def __init__(self, own: Mapping[str, HardwareSettings] | None = None) -> None:
        """`own` is the config's `hardware` table.

        Raises:
            SettingError: a price is none, or its unit is not that of the listed thing.
        """
        self._own = {name: _own(name, said, _listed(name)) for name, said in (own or {}).items()}

    def prices(self) -> Sequence[Price]:
        """Every price, on demand."""
        ours = [one["on-demand"] for one in self._own.values()]
        return (*ours, *(each for each in rows().price if each.name not in self._own))

    def price(self, name: str) -> Price | None:
        """The price of this name, in its own unit; None when nobody has named one."""
        return self._own[name]["on-demand"] if name in self._own else _listed(name)

    def hourly(self, name: str, purchase: Purchase = "on-demand") -> Price | None:
        """What one instance costs an hour, as in ``hourly("ml.g5.xlarge")`` and ``hourly("g5.xlarge", "spot")``.

        None when it is unknown: no such instance is listed, or it is not sold in this way (SageMaker's endpoints have no spot).
        """
        found = self._own.get(name, {}).get(purchase) or self.price(name)
        if found is None or found.per != "hour" or purchase == "on-demand" or purchase in self._own.get(name, {}):
            return found if found is not None and found.per == "hour" else None
        part = next((each for each in rows().purchase if _sells(each, purchase, found)), None)
        if part is None:
            return None
        return msgspec.structs.replace(
            found,
            low=found.low * part.low,
            high=found.high * part.high,
            source=f"{part.source} × {found.source}",
            checked_on=part.checked_on if found.checked_on is None else min(found.checked_on, part.checked_on),
            confidence=weakest(found.confidence, part.confidence),
        )


LISTED = Infrastructure()
"""What comes with bide."""


def _listed(name: str) -> Price | None:
    return next((each for each in rows().price if each.name == name), None)


def _own(name: str, said: HardwareSettings, listed: Price | None) -> Mapping[Purchase, Price]:
    """What somebody pays, by how it is bought."""
    where = f'hardware."{name}"'
    per = said.per or (listed.per if listed else "hour")
    if listed is not None and per != listed.per:
        raise SettingError(f"{where}.per is {per}; what is listed under this name is sold by the {listed.per}")
    if per != "hour" and (said.spot is not None or said.commitment is not None):
        raise SettingError(f"{where}: only what is paid by the hour has a price as spot or by commitment")
    wanted: Mapping[Purchase, str | int | None] = {
        "on-demand": said.price,
        "spot": said.spot,
        "commitment": said.commitment,
    }
    found: dict[Purchase, Price] = {}
    for purchase, text in wanted.items():
        if text is not None:
            low, high = _bounds(f"{where}.{'price' if purchase == 'on-demand' else purchase}", text)
            found[purchase] = Price(
                name=name,
                service=listed.service if listed else USER,
                per=per,
                low=low,
                high=high,
                accelerators=said.accelerators or (listed.accelerators if listed else ""),
                source=USER,
                checked_on=None,
                confidence=USER,
            )
    return found


def _bounds(where: str, text: str | int) -> tuple[Decimal, Decimal]:
    """A price, or a range of them."""
    first, dash, last = (part.strip() for part in str(text).partition("-"))
    try:
        low, high = Decimal(first), Decimal(last if dash else first)
    except InvalidOperation:
        low = high = Decimal("NaN")
    if not (low.is_finite() and high.is_finite() and 0 <= low <= high):
        raise SettingError(f'{where} is {text!r}; write USD as in "1.20", or a range as in "1.10-1.40"')
    return low, high


def _sells(part: Part, purchase: str, instance: Price) -> bool:
    return (part.kind, part.service) == (purchase, instance.service) and any(
        fnmatchcase(instance.name, pattern) for pattern in part.name
    )
