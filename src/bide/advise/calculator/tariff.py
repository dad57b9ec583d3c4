"""What a token costs in each lane: taken from the ledger's rate cards, or given by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from bide.advise.calculator.quantity import Exact, Quantity, quantity
from bide.advise.calculator.unit import TOKEN, USD
from bide.core.money import RATE_DOLLAR, RateCard
from bide.ledger.rates import STANDARD

PER_TOKEN = USD / TOKEN

REALTIME, BATCH, HYBRID = "realtime", "batch", "hybrid"

LANES: Mapping[str, str] = {"batch": "batch", "flex": "flex", REALTIME: STANDARD, "priority": "priority"}
"""Lanes, and what the ledger calls the price of each."""

GIVEN = "given"
"""The source of a price that was given by hand."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one token of each kind costs in a lane, in USD per token; None: nobody has said.

    `cache_write_1h` is that of what the provider's prompt cache keeps for an hour. `source`, `day` and `confidence` are those of the
    rate card. `hours` are the cheap ones of a price that depends on them.
    """

    input: Quantity
    output: Quantity | None
    cached: Quantity | None = None
    cache_write: Quantity | None = None
    cache_write_1h: Quantity | None = None
    source: str = GIVEN
    day: str = ""
    confidence: str = GIVEN
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Tariff:
    """A model's prices by lane. A lane that is missing has no price that anybody knows."""

    model: str
    prices: Mapping[str, Price]


Cost = Exact | tuple[Exact, Exact]
"""A price as it is given: a number, or (cheapest, dearest)."""


def by_hand(
    unit: str, plain: Cost, output: Cost | None = None, cached: Cost | None = None, cache_write: Cost | None = None
) -> Price:
    """A price in words, as in ``by_hand("USD per 1M tokens", "2.50", "10")``; `plain` is that of input.

    Raises:
        UnitError: the unit is not one of money for tokens.
        InputError: a number is none.
    """

    def per_token(value: Cost) -> Quantity:
        return quantity(value, unit).of(PER_TOKEN, "a token's price")

    return Price(
        input=per_token(plain),
        output=None if output is None else per_token(output),
        cached=None if cached is None else per_token(cached),
        cache_write=None if cache_write is None else per_token(cache_write),
    )


def from_card(card: RateCard, input_tokens: int) -> Price:
    """The rates of a card for a request with so many input tokens: its tier decides for the whole request."""
    rates = card.rates(input_tokens)
    return Price(
        input=_of_rate(rates.input),
        output=_of_rate(rates.output),
        cached=_of_rate(rates.cached),
        cache_write=_of_rate(rates.cache_write),
        cache_write_1h=None if rates.cache_write_1h is None else _of_rate(rates.cache_write_1h),
        source=card.source,
        day=card.day,
        confidence=card.confidence,
    )


def _of_rate(rate: int) -> Quantity:
    return quantity(Fraction(rate, RATE_DOLLAR), PER_TOKEN)
