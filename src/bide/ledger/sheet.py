"""A model's price sheet: what each mode of it costs on a day, from where, how old, and how far it can be trusted.

Prices are USD per million tokens, written as decimals in text, because a float is not exact.
"""

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

import msgspec

from bide.core.money import RateCard
from bide.ledger.facts import model_facts
from bide.ledger.overlay import USER
from bide.ledger.prices import Prices
from bide.ledger.rates import MODES, PER_MILLION, STANDARD, Mode

STALE_AFTER = 90
"""Days after which a price that nobody has looked at is called stale."""

Dollars = Annotated[
    str, msgspec.Meta(pattern=r"^\d+(\.\d+)?$", description="USD per million tokens, an exact decimal.")
]
Ratio = Annotated[str, msgspec.Meta(pattern=r"^\d+(\.\d+)?$", description="A part, rounded to four decimals.")]


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """The prices of requests with more input tokens than `above_input_tokens`: all of the request is charged at them."""

    above_input_tokens: int
    input: Dollars
    cached: Dollars
    cache_write: Dollars
    cache_write_1h: Dollars | None
    output: Dollars


class OfStandard(msgspec.Struct, frozen=True, kw_only=True):
    """The mode's prices as parts of the standard ones, in the lowest tier; null where the standard price is nothing."""

    input: Ratio | None
    cached: Ratio | None
    output: Ratio | None


class ModePrice(msgspec.Struct, frozen=True, kw_only=True):
    """What a mode costs. `stale`: nobody has looked at it for long, or nobody knows when."""

    tiers: tuple[Tier, ...]
    of_standard: OfStandard | None
    cached_of_input: Ratio | None
    source: str
    confidence: str
    checked_on: datetime.date | None
    stale: bool


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """Since when a model is no longer served; `on` is its last day, null where nobody has told it."""

    on: datetime.date | None
    past: bool
    source: str


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A model of a provider. A mode that is null has no known price: it is not the standard price."""

    provider: str
    model: str
    name: str | None
    context_window: int | None
    maximum_output: int | None
    deprecated: bool
    retired: Gone | None
    dispute: str | None
    cheap_hours: str | None
    standard: ModePrice | None
    batch: ModePrice | None
    flex: ModePrice | None
    priority: ModePrice | None
    fast: ModePrice | None

    def modes(self) -> dict[Mode, ModePrice | None]:
        """The prices by mode."""
        return {mode: getattr(self, mode) for mode in MODES}


def sheet(
    prices: Prices, provider: str, model: str, day: str, *, today: datetime.date, stale_after: int = STALE_AFTER
) -> Sheet:
    """The sheet of a model by the prices of a day; staleness is judged today.

    Raises:
        ValueError: the day is no date.
    """
    entry = prices.catalogue.find(provider, model)
    name = entry.id if entry else model
    facts = model_facts(provider, model, catalogue=prices.catalogue, overlay=prices.overlay)
    retirement, dispute = prices.overlay.retirement(provider, name), prices.overlay.dispute(provider, name)
    cards = {mode: prices.card(provider, model, mode, day) for mode in MODES}
    hours = prices.cheap_hours(provider, model, STANDARD, day[:10])
    shown = {mode: _shown(prices, card, cards[STANDARD], today, stale_after) for mode, card in cards.items()}
    return Sheet(
        provider=provider,
        model=model,
        name=entry.info.name if entry else None,
        context_window=facts.context_window,
        maximum_output=facts.maximum_output,
        deprecated=facts.deprecated,
        retired=retirement and Gone(on=retirement.on, past=retirement.is_past(day), source=retirement.source),
        dispute=dispute and dispute.about,
        cheap_hours=hours and hours.text,
        **shown,
    )


def per_million(rate: int) -> str:
    """A rate as USD per million tokens, exactly: ``0.075``."""
    text = f"{Decimal(rate) / PER_MILLION:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def tiers_of(card: RateCard) -> list[dict[str, Any]]:
    """A card's tiers as they are written: the fields of `Tier`."""
    return [
        {
            "above_input_tokens": above,
            "input": per_million(rates.input),
            "cached": per_million(rates.cached),
            "cache_write": per_million(rates.cache_write),
            "cache_write_1h": None if rates.cache_write_1h is None else per_million(rates.cache_write_1h),
            "output": per_million(rates.output),
        }
        for above, rates in card.tiers
    ]


def is_stale(checked_on: datetime.date | None, today: datetime.date, stale_after: int) -> bool:
    """Whether a price was last looked at more than `stale_after` days ago, or nobody knows when."""
    return checked_on is None or (today - checked_on).days > stale_after


def _shown(
    prices: Prices, card: RateCard | None, standard: RateCard | None, today: datetime.date, stale_after: int
) -> ModePrice | None:
    if card is None:
        return None
    checked_on, own = prices.checked_on(card), set(card.source.split(" × ")) == {USER}
    first = card.tiers[0][1]
    plain = standard.tiers[0][1] if standard and card.mode != STANDARD else None
    return ModePrice(
        tiers=tuple(msgspec.convert(tier, Tier) for tier in tiers_of(card)),
        of_standard=plain
        and OfStandard(
            input=_part(first.input, plain.input),
            cached=_part(first.cached, plain.cached),
            output=_part(first.output, plain.output),
        ),
        cached_of_input=_part(first.cached, first.input),
        source=card.source,
        confidence=card.confidence,
        checked_on=checked_on,
        stale=not own and is_stale(checked_on, today, stale_after),
    )


def _part(of: int, whole: int) -> str | None:
    return f"{float(round(Fraction(of, whole), 4)):g}" if whole else None
