"""What a log costs in dollars."""

import pytest
from tests.whatif.given import asked

from bide.core.clock import HOUR
from bide.core.errors import InputError
from bide.ledger import prices
from bide.whatif.tariff import tariff

OWN = {"house/small": {"input": "2", "output": "10", "batch": {"input": "1", "output": "2"}}}
ARRIVALS = [asked(0, HOUR, 100, input_tokens=1_000), asked(0, HOUR, 300, input_tokens=3_000)]


def test_the_rates_are_those_of_the_ledger_and_batch_is_its_part_of_this_very_log() -> None:
    found = tariff(prices.Prices(OWN), "house", "small", "2026-11-21", ARRIVALS)

    assert sum(map(found.call, ARRIVALS)) == pytest.approx((4_000 * 2 + 400 * 10) / 1e6)
    assert found.batch == pytest.approx((4_000 * 1 + 400 * 2) / (4_000 * 2 + 400 * 10))
    assert found.flex == 1.0  # it has no price, so nothing is gained


def test_the_flex_tier_has_a_price_of_its_own() -> None:
    own = {"house/small": {**OWN["house/small"], "flex": {"input": "1.5", "output": "3"}}}

    found = tariff(prices.Prices(own), "house", "small", "2026-11-21", ARRIVALS, flex=True)

    assert found.flex == pytest.approx((4_000 * 1.5 + 400 * 3) / (4_000 * 2 + 400 * 10))


def test_who_asks_for_a_flex_tier_without_a_price_is_told() -> None:
    with pytest.raises(InputError, match=r"the flex price of house/small is unknown.*--set prices\.house/small\.flex"):
        tariff(prices.Prices(OWN), "house", "small", "2026-11-21", ARRIVALS, flex=True)


def test_half_is_half() -> None:
    found = tariff(prices.Prices(), "openai", "gpt-4.1", "2026-11-21", ARRIVALS)

    assert found.batch == pytest.approx(0.5)
    assert sum(map(found.call, ARRIVALS)) == pytest.approx((4_000 * 2 + 400 * 8) / 1e6)


def test_an_unknown_price_is_said_with_the_setting_for_it() -> None:
    with pytest.raises(
        InputError, match=r"the standard price of house/large is unknown; set it, as in --set prices\.house"
    ):
        tariff(prices.Prices(OWN), "house", "large", "2026-11-21", ARRIVALS)
