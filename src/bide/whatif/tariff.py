"""What a model's tokens cost, from the rate cards of the ledger: for a comparison in dollars."""

from collections.abc import Sequence

from bide.core.errors import InputError
from bide.core.money import RATE_DOLLAR, RateCard
from bide.ledger import prices
from bide.whatif.arrival import Arrival
from bide.whatif.outcome import Prices


def tariff(
    ledger: prices.Prices, provider: str, model: str, day: str, arrivals: Sequence[Arrival], *, flex: bool = False
) -> Prices:
    """The standard rates in USD, and how much of them batch and flex cost over the tokens of this log. Where a long input has a price of
    its own, the usual one stands for all.

    Raises:
        InputError: the model's standard or batch price is unknown, or its price in the flex tier, if `flex` is used.
    """
    standard, batch, in_flex = (ledger.card(provider, model, mode, day) for mode in ("standard", "batch", "flex"))
    for mode, card in (("standard", standard), ("batch", batch)):
        if card is None:
            raise InputError(
                f"the {mode} price of {provider}/{model} is unknown; set it, as in --set prices.{provider}/{model}.input=2.50 and "
                "….output=10, or leave out --model to compare without dollars"
            )
    if flex and in_flex is None:
        raise InputError(
            f"the flex price of {provider}/{model} is unknown: perhaps it has no such tier; set it, as in "
            f"--set prices.{provider}/{model}.flex.input=1.25 and ….flex.output=5, or leave out bide+flex"
        )
    assert standard is not None
    rates = standard.tiers[0][1]
    full = _cost(standard, arrivals)
    return Prices(
        rates.input / RATE_DOLLAR,
        rates.output / RATE_DOLLAR,
        _cost(batch, arrivals) / full if full else 1.0,
        _cost(in_flex, arrivals) / full if full and in_flex else 1.0,
    )


def _cost(card: RateCard | None, arrivals: Sequence[Arrival]) -> int:
    """What the whole log costs at a card's first tier, in 1e-15 USD."""
    if card is None:
        return 0
    rates = card.tiers[0][1]
    return sum(one.input_tokens * rates.input + one.output_tokens * rates.output for one in arrivals)


def whole(arrivals: Sequence[Arrival], priced: Prices) -> float:
    """What calling everything costs."""
    return sum(map(priced.call, arrivals))
