"""What the calculator's page is told of prices is what the ledger knows, and nothing else."""

import datetime
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from bide.advise.calculator.catalogue import Catalogue, Rates, Row, Tier, catalogue
from bide.advise.calculator.tariff import LANES
from bide.core.money import RateCard
from bide.ledger.infrastructure import LISTED
from bide.ledger.prices import Prices
from bide.ledger.sheet import per_million

DAY = datetime.date(2026, 11, 21)
OWN = {"off_peak": {"hours": "22:00-06:00 UTC", "times": "0.4"}, "input": "1", "output": "4", "batch": "0.5"}


@pytest.fixture(scope="module")
def prices() -> Prices:
    return Prices({"local/mine": OWN})


@pytest.fixture(scope="module")
def made(prices: Prices) -> Catalogue:
    return catalogue(prices, DAY)


def row(of: Catalogue, provider: str, model: str) -> Row:
    return next(each for each in of.models if (each.provider, each.model) == (provider, model))


def tiers(card: RateCard) -> Sequence[Tier]:
    return [
        Tier(above, *(per_million(rate) for rate in (one.input, one.cached, one.cache_write, one.output)))
        for above, one in card.tiers
    ]


def test_every_model_has_the_prices_of_the_ledger_and_those_that_are_unknown_are_not_there(
    prices: Prices, made: Catalogue
) -> None:
    assert len({(each.provider, each.model) for each in made.models}) == len(made.models) > 1_000
    for each in made.models:
        for mode in LANES.values():
            rates: Rates | None = getattr(each, mode)
            card = prices.card(each.provider, each.model, mode, DAY.isoformat())
            assert (rates is None) == (card is None)
            if rates is not None and card is not None:
                origin = made.origins[rates.origin]
                assert (origin.source, origin.confidence) == (card.source, card.confidence)
                assert list(rates.tiers) == tiers(card)
    assert row(made, "openrouter", "openai/gpt-4.1").batch is None


def test_cheap_hours_are_beside_the_dear_ones(prices: Prices, made: Catalogue) -> None:
    mine = row(made, "local", "mine").standard
    cheap = prices.card("local", "mine", "standard", f"{DAY}T22:00")

    assert mine is not None
    assert cheap is not None
    assert (mine.hours, list(mine.cheap)) == ("22:00-06:00 UTC", tiers(cheap))
    assert [tier.input for tier in (*mine.tiers, *mine.cheap)] == ["1", "0.4"]
    always = row(made, "openai", "gpt-4.1").standard
    assert always is not None
    assert (always.hours, always.cheap, always.tiers) == ("", (), (Tier(0, "2", "0.5", "2", "8"),))


def test_what_is_old_is_marked_and_what_is_gone_is_said(prices: Prices, made: Catalogue) -> None:
    assert [each for each in made.origins if each.stale] == []
    later = catalogue(prices, DAY, today=DAY + datetime.timedelta(days=91))
    assert {each.source for each in later.origins if not each.stale} == {"user", "user × user"}
    gone = row(made, "anthropic", "claude-3-haiku").retired
    assert gone is not None
    assert len(made.infrastructure) == len(LISTED.prices())


def test_it_fits_into_a_page(made: Catalogue) -> None:
    text = msgspec.json.encode(made)

    assert len(text) < 300_000
    assert msgspec.json.decode(text, type=Catalogue) == made
    read: Any = msgspec.json.decode(text)
    assert [each for each in read["models"] if None in each.values()] == []
