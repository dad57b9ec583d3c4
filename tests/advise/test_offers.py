"""The same work at several models: prices of the ledger, by the hour where they depend on it."""

from dataclasses import replace
from fractions import Fraction

import pytest

from bide.advise.calculator.listing import Listed, listed_tariff
from bide.advise.calculator.offers import Asked, Offer, offers, routed_offer
from bide.advise.calculator.quantity import given, quantity
from bide.advise.calculator.tariff import by_hand
from bide.advise.calculator.unit import REQUEST, TOKEN, USD
from bide.advise.calculator.workload import Workload
from bide.core.errors import InputError
from bide.ledger.prices import Prices

DAY = "2026-11-21"
OWN = {"off_peak": {"hours": "22:00-06:00 UTC", "times": "0.4"}, "input": "1", "output": "4", "batch": "0.5"}
WORK = Workload(input_tokens=quantity("10M", TOKEN), output_tokens=quantity("5M", TOKEN))
MINE = Listed("local/mine", "local", "mine")


@pytest.fixture(scope="module")
def prices() -> Prices:
    return Prices({"local/mine": OWN})


def cost(offer: Offer, lane: str) -> tuple[Fraction, Fraction]:
    assert offer.comparison is not None
    return offer.comparison.lane(lane).cost.value.bounds


def test_a_price_that_depends_on_the_hour_is_a_range_and_its_hours_are_said(prices: Prices) -> None:
    (found,) = offers(Asked(WORK, DAY), [MINE], prices)

    assert cost(found, "realtime") == (12, 30)
    assert cost(found, "batch") == (6, 15)
    assert found.comparison is not None
    assert "the price depends on the hour: it is lowest at 22:00-06:00 UTC" in found.comparison.derivation.notes[0]
    assert listed_tariff(prices, Listed("openai/gpt-4.1", "openai", "gpt-4.1"), DAY, (0, 0)).prices["batch"].hours == ""


def test_a_price_that_is_a_range_from_the_start() -> None:
    price = by_hand("USD per 1M tokens", ("0.16", "0.63"))

    assert price.input.bounds == (Fraction(16, 10**8), Fraction(63, 10**8))
    assert (price.input * quantity("1M", TOKEN)).bounds == (Fraction("0.16"), Fraction("0.63"))


def test_unknown_lanes_are_named_and_half_a_mix_has_no_price(prices: Prices) -> None:
    known, unknown = offers(Asked(WORK, DAY), [MINE, Listed("x/y", "x", "y")], prices)
    mixed = routed_offer(Asked(WORK, DAY), [(MINE, given("50%")), (Listed("x/y", "x", "y"), given("50%"))], prices)

    assert list(known.unknown) == ["flex", "priority"]
    assert (unknown.comparison, mixed.comparison) == (None, None)
    assert "realtime" in mixed.unknown


def test_a_hybrid_of_a_mix_adds_up(prices: Prices) -> None:
    listed = [Listed(f"openai/{name}", "openai", name) for name in ("gpt-4.1", "gpt-4.1-mini")]
    mix = [(listed[0], given("40%")), (listed[1], given("60%"))]
    asked = Asked(WORK, DAY, batch_share=given("90%"))

    whole = [cost(offer, "hybrid")[0] for offer in offers(asked, listed, prices)]
    assert cost(routed_offer(asked, mix, prices), "hybrid")[0] == whole[0] * Fraction(2, 5) + whole[1] * Fraction(3, 5)
    with pytest.raises(InputError, match="batch_share is a share"):
        offers(replace(asked, batch_share=given("110%")), listed, prices)


def test_the_tier_is_that_of_the_tokens_as_the_model_cuts_them(prices: Prices) -> None:
    """150,000 tokens of OpenAI's are up to 271,500 with Claude Sonnet 4.5, which costs twice as much above 200,000."""
    each, nothing = quantity(150_000, TOKEN / REQUEST), quantity(0, TOKEN / REQUEST)
    work = Workload(requests=quantity(1, REQUEST), input_tokens=each, output_tokens=nothing)
    (found,) = offers(Asked(work, DAY, "gpt-4o"), [Listed("c", "anthropic", "claude-sonnet-4-5")], prices)

    assert found.comparison is not None
    request = found.comparison.lane("realtime").request
    assert request is not None
    assert request.value == quantity(("0.531", "1.629"), USD / REQUEST)
