"""The prices in force as the calculator's page takes them: every model at every provider, small enough to go into a page.

`web/src/calculator/catalogue.ts` reads it. It says what ``model-catalog.json`` says (`bide.ledger.model_catalog`), in a quarter of the
room: where a price is from is written once for all that are from there, and a price is a row of numbers. It has the cheap hours
beside the dear ones, so that a range can be made of them.
"""

import datetime
from collections.abc import Iterable
from typing import Literal

import msgspec

from bide.advise.calculator.listing import Listed, cheapest
from bide.advise.calculator.tariff import LANES
from bide.core.money import RateCard
from bide.ledger.model_catalog import Hardware, model_catalog
from bide.ledger.prices import Prices
from bide.ledger.rates import MODES, Mode
from bide.ledger.sheet import STALE_AFTER, Gone, ModePrice, Sheet, per_million

SHOWN: tuple[Mode, ...] = tuple(mode for mode in MODES if mode in LANES.values())
"""The modes that a lane of the calculator is priced by."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where prices are from, how far that can be trusted, when somebody last looked, and whether that is too long ago."""

    source: str
    confidence: str
    checked_on: datetime.date | None
    stale: bool


class Tier(msgspec.Struct, frozen=True, array_like=True):
    """Prices of requests with more input tokens than `above`, in USD per million tokens, exact."""

    above: int
    input: str
    cached: str
    cache_write: str
    output: str


class Rates(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What a mode costs: the place of its origin among those of the file, and its tiers, at the dearest hours.

    `hours` are the cheap ones of a price that depends on them, and `cheap` its tiers then.
    """

    origin: int
    tiers: tuple[Tier, ...]
    hours: str = ""
    cheap: tuple[Tier, ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model at a provider. A mode that is not there has no price that anybody knows."""

    provider: str
    model: str
    name: str | None = None
    context_window: int | None = None
    maximum_output: int | None = None
    deprecated: bool = False
    retired: Gone | None = None
    dispute: str | None = None
    standard: Rates | None = None
    batch: Rates | None = None
    flex: Rates | None = None
    priority: Rates | None = None


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """All prices of a day, in USD per million tokens, and those of hardware."""

    format: Literal["bide-calculator-catalogue-1"] = "bide-calculator-catalogue-1"
    day: datetime.date
    editions: str
    stale_after_days: int
    origins: tuple[Origin, ...]
    models: tuple[Row, ...]
    infrastructure: tuple[Hardware, ...]


def catalogue(
    prices: Prices,
    day: datetime.date,
    *,
    only: Iterable[tuple[str, str]] | None = None,
    today: datetime.date | None = None,
    stale_after: int = STALE_AFTER,
) -> Catalogue:
    """The catalogue of a day: of every model with a known price in some mode, or of `only` those named.

    Takes about half a second, blocking.
    """
    whole = model_catalog(prices, day, only=only, today=today, stale_after=stale_after)
    origins: dict[Origin, int] = {}
    rows = tuple(_row(prices, each, day.isoformat(), origins) for each in whole.models)
    return Catalogue(
        day=day,
        editions=whole.editions,
        stale_after_days=whole.stale_after_days,
        origins=tuple(origins),
        models=rows,
        infrastructure=whole.infrastructure,
    )


def _row(prices: Prices, of: Sheet, day: str, origins: dict[Origin, int]) -> Row:
    """A model's row; origins that are not yet known are added to them."""
    listed = Listed(f"{of.provider}/{of.model}", of.provider, of.model)
    rates: dict[str, Rates] = {}
    for mode in SHOWN:
        price, card = of.modes()[mode], prices.card(of.provider, of.model, mode, day)
        if price is not None and card is not None:
            rates[mode] = _rates(prices, listed, price, card, origins)
    return Row(
        provider=of.provider,
        model=of.model,
        name=of.name,
        context_window=of.context_window,
        maximum_output=of.maximum_output,
        deprecated=of.deprecated,
        retired=of.retired,
        dispute=of.dispute,
        **rates,
    )


def _rates(prices: Prices, of: Listed, price: ModePrice, card: RateCard, origins: dict[Origin, int]) -> Rates:
    origin = Origin(source=price.source, confidence=price.confidence, checked_on=price.checked_on, stale=price.stale)
    place = origins.setdefault(origin, len(origins))
    hours, low = cheapest(prices, of, card)
    return Rates(place, _tiers(card), hours, _tiers(low) if hours else ())


def _tiers(card: RateCard) -> tuple[Tier, ...]:
    def row(above: int, *rates: int) -> Tier:
        return Tier(above, *map(per_million, rates))

    return tuple(row(above, one.input, one.cached, one.cache_write, one.output) for above, one in card.tiers)
