"""The dated cards of a price: what was in force when, so that an old job can be priced again."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from bide.core.money import RateCard
from bide.ledger.prices import Prices

BEGINNING = "1970-01-01"
"""A day before every price."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which a price was the same. Without a first day it holds since ever as far as anybody has said, without a last one until
    further notice."""

    valid_from: str | None
    valid_to: str | None
    card: RateCard | None
    """The card of the span's first day; None: the price is unknown."""


def history(prices: Prices, provider: str, model: str, mode: str) -> Sequence[Span]:
    """The spans of a price, oldest first, without gaps."""
    starts = [BEGINNING, *(day for day in prices.days(provider, model, mode) if day > BEGINNING)]
    spans: list[Span] = []
    for start in starts:
        card = prices.card(provider, model, mode, start)
        if spans and _same(spans[-1].card, card):
            continue
        if spans:
            spans[-1] = Span(spans[-1].valid_from, _before(start), spans[-1].card)
        spans.append(Span(None if start == BEGINNING else start, None, card))
    return spans


def _same(one: RateCard | None, other: RateCard | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.tiers, one.source, one.confidence) == (other.tiers, other.source, other.confidence)


def _before(day: str) -> str:
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat()
