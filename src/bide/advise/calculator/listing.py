"""Tariffs from the ledger: what a model costs in each lane on a day, as far as anybody knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bide.advise.calculator.tariff import LANES, Price, Tariff, from_card
from bide.core.money import RateCard


class Cards(Protocol):
    """What answers with rate cards: `bide.ledger.prices.Prices`."""

    def card(self, provider: str, model: str, mode: str, day: str) -> RateCard | None:
        """The card in force on a day, None when the price is unknown."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """A model as it was named, and whose price list it stands in."""

    name: str
    provider: str
    model: str


def listed_tariff(cards: Cards, of: Listed, day: str, input_tokens: int) -> Tariff:
    """The lanes that have a price for requests of so many input tokens.

    Raises:
        ValueError: the day is no date.
    """
    found: Mapping[str, RateCard | None] = {
        lane: cards.card(of.provider, of.model, mode, day) for lane, mode in LANES.items()
    }
    prices: dict[str, Price] = {lane: from_card(card, input_tokens) for lane, card in found.items() if card is not None}
    return Tariff(of.name, prices)
