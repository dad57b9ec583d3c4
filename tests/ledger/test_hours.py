"""Prices that depend on the hour, with the library that lists them as the judge."""

import datetime
from decimal import Decimal

import pytest
from genai_prices import Usage as Counted
from genai_prices import calc_price
from genai_prices.data import providers
from genai_prices.types import TimeOfDateConstraint

from bide.core.clock import HOUR, MINUTE, from_datetime, to_datetime
from bide.core.errors import SettingError
from bide.core.money import to_decimal
from bide.core.usage import Usage
from bide.ledger.catalogue import LISTINGS
from bide.ledger.prices import Prices

DAY = "2026-11-21"
MIDNIGHT = from_datetime(datetime.datetime.fromisoformat(f"{DAY}T00:00Z"))
HOURLY = ("deepseek-chat", "deepseek-reasoner", "deepseek-flash", "deepseek-v4-flash", "deepseek-v4-pro")


@pytest.fixture(scope="module")
def prices() -> Prices:
    return Prices()


@pytest.mark.parametrize("model", HOURLY)
def test_an_answer_costs_what_it_does_at_its_instant(prices: Prices, model: str) -> None:
    usage = Usage(input=100_000, cached=20_000, output=7_000)
    seen: set[Decimal] = set()
    for instant in range(MIDNIGHT, MIDNIGHT + 24 * HOUR, 15 * MINUTE):
        card = prices.card("deepseek", model, "standard", prices.when("deepseek", model, instant))
        assert card is not None
        cost = card.cost(usage)
        assert cost is not None
        counted = Counted(input_tokens=usage.input, cache_read_tokens=usage.cached, output_tokens=usage.output)
        listed = calc_price(counted, model, provider_id="deepseek", genai_request_timestamp=to_datetime(instant))
        assert to_decimal(cost) == listed.total_price
        seen.add(listed.total_price)
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("model", "window"),
    [
        pytest.param("deepseek-chat", "16:30-00:30 UTC", id="over midnight"),
        pytest.param("deepseek-v4-pro", "04:00-06:00 UTC; 10:00-01:00 UTC", id="between two peaks, and after them"),
    ],
)
def test_the_cheap_hours(prices: Prices, model: str, window: str) -> None:
    found = prices.cheap_hours("deepseek", model, "standard", DAY)

    assert found is not None
    assert found.text == window
    open_at = [minute for minute in range(0, 24 * 60, 15) if found.is_open(MIDNIGHT + minute * MINUTE)]
    low = [minute for minute in range(0, 24 * 60, 15) if _input_rate(prices, model, minute) == _least(prices, model)]
    assert open_at == low


def _input_rate(prices: Prices, model: str, minute: int) -> int:
    card = prices.card("deepseek", model, "standard", prices.when("deepseek", model, MIDNIGHT + minute * MINUTE))
    assert card is not None
    return card.tiers[0][1].input


def _least(prices: Prices, model: str) -> int:
    return min(_input_rate(prices, model, minute) for minute in range(0, 24 * 60, 15))


def test_the_price_of_the_day_is_the_dearest(prices: Prices) -> None:
    card = prices.card("deepseek", "deepseek-chat", "standard", DAY)

    assert card is not None
    assert (card.day, card.tiers[0][1].input) == (DAY, 270_000_000)


def test_a_card_says_since_when_it_holds_and_can_be_taken_up_again(prices: Prices) -> None:
    when = prices.when("deepseek", "deepseek-chat", MIDNIGHT + 17 * HOUR)
    card = prices.card("deepseek", "deepseek-chat", "standard", when)

    assert when == f"{DAY}T16:30"
    assert card is not None
    later = Prices()
    assert later.restore(prices.encode(card))
    assert later.card("deepseek", "deepseek-chat", "standard", when) == card


@pytest.mark.parametrize(
    ("provider", "model"), [("openai", "gpt-4.1"), ("anthropic", "claude-sonnet-4-5"), ("local", "m")]
)
def test_others_have_one_price_a_day(prices: Prices, provider: str, model: str) -> None:
    assert prices.when(provider, model, MIDNIGHT + 17 * HOUR) == DAY
    assert prices.cheap_hours(provider, model, "standard", DAY) is None


def test_every_list_with_hourly_prices_is_marked() -> None:
    hourly = {
        provider.id
        for provider in providers
        for model in provider.models
        if isinstance(model.prices, list)
        for each in model.prices
        if isinstance(each.constraint, TimeOfDateConstraint)
    }
    assert hourly == {listing.library for listings in LISTINGS.values() for listing in listings if listing.hourly}


OWN = {"input": "1", "output": "4", "batch": "0.5"}


@pytest.mark.parametrize(
    ("off_peak", "instant", "rate"),
    [
        pytest.param({"hours": "22:00-06:00 Europe/Berlin", "times": "0.4"}, f"{DAY}T22:00Z", 400_000_000, id="a multiple, at night"),
        pytest.param({"hours": "22:00-06:00 Europe/Berlin", "times": "0.4"}, f"{DAY}T20:59Z", 1_000_000_000, id="a minute before"),
        pytest.param({"hours": "22:00-06:00 Europe/Berlin", "times": "0.4"}, f"{DAY}T05:00Z", 1_000_000_000, id="when it ends, by Berlin's clocks"),
        pytest.param({"hours": "weekend UTC", "input": "0.1", "output": "0.2"}, f"{DAY}T12:00Z", 100_000_000, id="a price of its own, on a Saturday"),
        pytest.param({"hours": "weekend UTC", "input": "0.1", "output": "0.2"}, "2026-11-23T12:00Z", 1_000_000_000, id="and on a Monday"),
    ],
)  # fmt: skip
def test_prices_of_ones_own_by_the_hour(off_peak: dict[str, str], instant: str, rate: int) -> None:
    prices = Prices({"local/m": {**OWN, "off_peak": off_peak}})
    at = from_datetime(datetime.datetime.fromisoformat(instant))
    standard, batch = (prices.card("local", "m", mode, prices.when("local", "m", at)) for mode in ("standard", "batch"))

    assert standard is not None
    assert batch is not None
    assert (standard.tiers[0][1].input, batch.tiers[0][1].input) == (rate, rate // 2)
    cheap = prices.cheap_hours("local", "m", "standard", instant[:10])
    assert cheap is not None
    assert (cheap.text, cheap.is_open(at)) == (off_peak["hours"], rate < 1_000_000_000)


def test_dearer_hours_of_ones_own_are_stayed_away_from() -> None:
    prices = Prices({"local/m": {**OWN, "off_peak": {"hours": "08:00-18:00 UTC", "times": "3"}}})
    cheap = prices.cheap_hours("local", "m", "standard", DAY)

    assert cheap is not None
    assert [cheap.is_open(MIDNIGHT + hour * HOUR) for hour in (7, 8, 17, 18)] == [True, False, False, True]


@pytest.mark.parametrize(
    ("off_peak", "says"),
    [
        pytest.param({"times": "0.4"}, r"off_peak\.hours is missing", id="no hours"),
        pytest.param({"hours": "tonight", "times": "0.4"}, r"off_peak\.hours: the window 'tonight'", id="no window"),
        pytest.param({"hours": "night", "times": "0.4", "input": "1"}, "both times and prices", id="both"),
        pytest.param({"hours": "night", "input": "1"}, r"off_peak\.output is missing", id="half a price"),
        pytest.param({"hours": "night", "time": "1"}, "did you mean times", id="misspelt"),
        pytest.param("0.4", "write a table", id="no table"),
    ],
)
def test_what_cannot_be_used_is_said(off_peak: object, says: str) -> None:
    with pytest.raises(SettingError, match=says):
        Prices({"local/m": {**OWN, "off_peak": off_peak}})
