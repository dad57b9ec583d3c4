"""Tariffs from the ledger: what a model costs in each lane on a day, as far as anybody knows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.tariff import LANES, Price, Tariff, from_card
from bide.core.clock import FAR_FUTURE
from bide.core.money import RateCard
from bide.lanes.hours.window import Window
from bide.ledger.hours import start_of


class Cards(Protocol):
    """What answers with rate cards: `bide.ledger.prices.Prices`."""

    def card(self, provider: str, model: str, mode: str, day: str) -> RateCard | None:
        """The card in force on a day, None when the price is unknown. Where it depends on the hour, the dearest."""
        ...

    def cheap_hours(self, provider: str, model: str, mode: str, day: str) -> Window | None:
        """When the price is lowest; None where it is the same at all hours."""
        ...

    def when(self, provider: str, model: str, instant: int) -> str:
        """The date of the card in force at an instant."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """A model as it was named, and whose price list it stands in."""

    name: str
    provider: str
    model: str


def listed_tariff(
    cards: Cards, of: Listed, day: str, input_tokens: tuple[int, int], lanes: Mapping[str, str] = LANES
) -> Tariff:
    """The lanes (with the ledger's names of them) that have a price for requests of so many input tokens, in the cheapest and in the
    dearest case.

    A price that depends on the hour, or on a tier that only one of the two reaches, is a range.

    Raises:
        ValueError: the day is no date.
    """
    prices: dict[str, Price] = {}
    for lane, mode in lanes.items():
        card = cards.card(of.provider, of.model, mode, day)
        if card is not None:
            prices[lane] = _price(cards, of, card, input_tokens)
    return Tariff(of.name, prices)


def cheapest(cards: Cards, of: Listed, card: RateCard) -> tuple[str, RateCard]:
    """The cheap hours of a day's card, and the card that is in force then; no hours and itself where nobody knows of such."""
    window = cards.cheap_hours(of.provider, of.model, card.mode, card.day)
    if window is None:
        return "", card
    opens = window.opens_at(start_of(card.day))
    if opens == FAR_FUTURE:
        return window.text, card
    low = cards.card(of.provider, of.model, card.mode, cards.when(of.provider, of.model, opens))
    return ("", card) if low is None else (window.text, low)


def _price(cards: Cards, of: Listed, card: RateCard, input_tokens: tuple[int, int]) -> Price:
    """The price of a day's card, from that of its cheapest hours on."""
    hours, low = cheapest(cards, of, card)
    least, most = input_tokens
    cheap, dear = from_card(low, least), from_card(card, most)
    kinds = ("input", "output", "cached", "cache_write", "cache_write_1h")
    return replace(dear, hours=hours, **{kind: _between(getattr(cheap, kind), getattr(dear, kind)) for kind in kinds})


def _between(cheap: Quantity | None, dear: Quantity | None) -> Quantity | None:
    return None if cheap is None or dear is None else Quantity(cheap.low, dear.high, dear.unit)
