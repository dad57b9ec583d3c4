"""Our own rows beside the catalogue: `overlay.toml`, data with a source, a date and a confidence each.

A row gives a price in dollars, or a multiplier of the standard price; `bide.ledger.prices` knows which goes first.
The file's head explains its columns.
"""

import datetime
import hashlib
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache, cached_property
from importlib import resources
from typing import Literal, get_args

import msgspec

from bide.ledger.rates import STANDARD, Mode, PerKind

Confidence = Literal["verified", "catalogue", "rule", "assumed", "disputed"]
"""How far a price can be trusted, from the best to the worst; the head of the file says what each means."""

USER = "user"
"""The confidence and the source of a price from the config: whoever pays knows best."""

RANKS = (USER, *get_args(Confidence))


def weakest(*confidences: str) -> str:
    """What a number is worth that rests on several."""
    return max(confidences, key=RANKS.index)


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A price or a multiplier of one mode for some models of one provider."""

    id: str
    provider: str
    model: tuple[str, ...]
    mode: Mode
    valid_from: datetime.date
    valid_to: datetime.date = datetime.date.max
    price: PerKind | None = None
    multiplier: PerKind | None = None
    backdates: bool = False
    source: str
    checked_on: datetime.date
    confidence: Confidence

    def __post_init__(self) -> None:
        if (self.price is None) == (self.multiplier is None):
            raise ValueError(f"{self.id} needs a price or a multiplier, and not both")
        if self.mode == STANDARD and self.multiplier:
            raise ValueError(f"{self.id} multiplies the standard price by itself")

    def covers(self, provider: str, model: str, mode: str, day: str) -> bool:
        """Whether the row speaks about a model (its catalogue id or, without one, its name) on a day."""
        return (
            (self.provider, self.mode) == (provider, mode)
            and self.valid_from <= datetime.date.fromisoformat(day[:10]) <= self.valid_to
            and _named(model, self.model)
        )


class Dispute(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Sources that contradict each other about a model's price."""

    provider: tuple[str, ...]
    model: tuple[str, ...]
    about: str
    checked_on: datetime.date


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much a model reads and writes, in tokens."""

    provider: tuple[str, ...]
    model: tuple[str, ...]
    context_window: int | None = None
    maximum_output: int | None = None
    source: str
    checked_on: datetime.date


class Retirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Models that are no longer served after a day."""

    provider: tuple[str, ...]
    model: tuple[str, ...]
    on: datetime.date | None = None
    """The last day; None where it is past and nobody has told it."""
    source: str
    checked_on: datetime.date

    def is_past(self, day: str) -> bool:
        """Whether they are gone on a day."""
        return self.on is None or self.on < datetime.date.fromisoformat(day[:10])


class Edition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An edition of the catalogue that was held against other lists."""

    name: str
    source: str
    checked_on: datetime.date


class Rows(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file."""

    price: tuple[Row, ...] = ()
    dispute: tuple[Dispute, ...] = ()
    retirement: tuple[Retirement, ...] = ()
    edition: tuple[Edition, ...] = ()
    fact: tuple[Fact, ...] = ()


class Overlay:
    """The rows of one edition of the file, read on first use."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.edition = f"overlay@{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        """Changes with every character of the file; known without reading the rows."""

    @cached_property
    def rows(self) -> Rows:
        """Every row.

        Raises:
            msgspec.ValidationError: a row has an unknown, a missing or a malformed column.
        """
        return msgspec.convert(tomllib.loads(self._text), Rows)

    def price(self, provider: str, model: str, mode: str, day: str) -> Row | None:
        """The first row with a price in dollars that covers the four."""
        return next((row for row in self.rows.price if row.price and row.covers(provider, model, mode, day)), None)

    def multiplier(self, provider: str, model: str, mode: str, day: str, *, listed: bool) -> Row | None:
        """The first row with a multiplier that covers the four.

        `listed` says whether the catalogue has a price of this mode on another day; a row that backdates needs one.
        """
        return next(
            (
                row
                for row in self.rows.price
                if row.multiplier and (listed or not row.backdates) and row.covers(provider, model, mode, day)
            ),
            None,
        )

    def dispute(self, provider: str, model: str) -> Dispute | None:
        """The first dispute about a model's price."""
        return next((d for d in self.rows.dispute if provider in d.provider and _named(model, d.model)), None)

    def retirement(self, provider: str, model: str) -> Retirement | None:
        """The first row that retires a model, in the past or to come."""
        return next((r for r in self.rows.retirement if provider in r.provider and _named(model, r.model)), None)

    def days(self, provider: str, model: str, mode: str) -> Iterator[str]:
        """The days from which a row begins or ceases to speak about a model."""
        for row in self.rows.price:
            if (row.provider, row.mode) == (provider, mode) and _named(model, row.model):
                yield row.valid_from.isoformat()
                if row.valid_to < datetime.date.max:
                    yield (row.valid_to + datetime.timedelta(days=1)).isoformat()

    def checked_on(self, source: str) -> datetime.date | None:
        """When a part of a card's source was last checked: ``overlay:ID`` or ``catalogue:EDITION``; None where nobody has said."""
        kind, _, name = source.partition(":")
        if kind == "overlay":
            return next((row.checked_on for row in self.rows.price if row.id == name), None)
        return next((edition.checked_on for edition in self.rows.edition if edition.name == name), None)

    def fact(self, provider: str, model: str) -> Fact | None:
        """The first row of facts about a model."""
        return next((f for f in self.rows.fact if provider in f.provider and _named(model, f.model)), None)


@cache
def bundled_overlay() -> Overlay:
    """The overlay that comes with bide."""
    return Overlay(resources.files("bide.ledger").joinpath("overlay.toml").read_text("utf-8"))


def _named(model: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(model.lower(), pattern) for pattern in patterns)
