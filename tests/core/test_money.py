from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bide.core.money import (
    DOLLAR,
    RATE_DOLLAR,
    RateCard,
    Rates,
    format_money,
    from_decimal,
    to_decimal,
)
from bide.core.usage import Usage

# 0.25, 0.025, 0.30 and 2.00 USD per million tokens.
MINI = Rates(input=250_000_000, cached=25_000_000, cache_write=300_000_000, output=2_000_000_000)
HOURLY = replace(MINI, cache_write_1h=500_000_000)
LONG = Rates(input=500_000_000, cached=50_000_000, cache_write=600_000_000, output=3_000_000_000)


def card(*tiers: tuple[int, Rates]) -> RateCard:
    return RateCard("openai", "gpt-5-mini", "standard", "2026-11-21", tiers or ((0, MINI),), "by hand", "sure")


def test_a_rate_is_a_price_per_million_tokens() -> None:
    assert MINI.input * 1_000_000 == RATE_DOLLAR // 4


@pytest.mark.parametrize(
    ("usage", "charge"),
    [
        pytest.param(Usage(), 0, id="nothing"),
        pytest.param(Usage(input=1_000), 250_000_000_000, id="input"),
        pytest.param(Usage(output=1_000), 2_000_000_000_000, id="output"),
        pytest.param(Usage(input=1_000, cached=1_000), 25_000_000_000, id="all of it cached"),
        pytest.param(Usage(input=1_000, cached=600), 115_000_000_000, id="cached tokens are part of the input"),
        pytest.param(Usage(input=1_000, cache_write=1_000), 300_000_000_000, id="written to the cache"),
        pytest.param(
            Usage(input=1_000, cached=600, cache_write=300), 130_000_000_000, id="read, written and plain: 600, 300, 100"
        ),
        pytest.param(Usage(output=1_000, reasoning=900), 2_000_000_000_000, id="reasoning is part of the output"),
        pytest.param(
            Usage(input=100, cached=200), 5_000_000_000, id="more cached than read: no input is negative"
        ),
    ],
)  # fmt: skip
def test_a_charge(usage: Usage, charge: int) -> None:
    assert MINI.charge(usage) == HOURLY.charge(usage) == charge


@pytest.mark.parametrize(
    ("usage", "charge"),
    [
        pytest.param(Usage(input=1_000, cache_write=1_000, cache_write_1h=1_000), 500_000_000_000, id="all for an hour"),
        pytest.param(
            Usage(input=1_000, cached=500, cache_write=400, cache_write_1h=300), 217_500_000_000, id="every kind: 500, 100, 300, 100"
        ),
        pytest.param(
            Usage(input=100, cache_write=100, cache_write_1h=200), 100_000_000_000, id="more than was written: nothing is negative"
        ),
    ],
)  # fmt: skip
def test_a_write_for_an_hour_has_its_own_price_or_none(usage: Usage, charge: int) -> None:
    assert HOURLY.charge(usage) == charge
    assert MINI.charge(usage) is None, "not the price of a shorter write"
    assert card((0, MINI)).cost(usage) is None


def test_the_tier_decides_whether_a_price_is_known() -> None:
    tiered = card((0, HOURLY), (1_000, LONG))
    written = Usage(input=1_000, cache_write=1, cache_write_1h=1)

    assert tiered.cost(written) is not None
    assert tiered.cost(written._replace(input=1_001)) is None


@pytest.mark.parametrize(
    ("tokens", "rates"),
    [
        pytest.param(0, MINI, id="none"),
        pytest.param(272_000, MINI, id="the last of the first tier"),
        pytest.param(272_001, LONG, id="the first of the second"),
        pytest.param(10**9, LONG, id="far beyond"),
    ],
)
def test_the_tier_that_is_reached(tokens: int, rates: Rates) -> None:
    assert card((0, MINI), (272_000, LONG)).rates(tokens) is rates


def test_the_highest_of_three_tiers() -> None:
    highest = Rates(1, 1, 1, 1)

    assert card((0, MINI), (100, LONG), (200, highest)).rates(201) is highest


def test_the_whole_request_is_charged_at_its_tier() -> None:
    tiered = card((0, MINI), (1_000, LONG))

    # 1,001 x 0.5 + 10 x 3 USD per million tokens.
    assert tiered.cost(Usage(input=1_001, output=10)) == 530_500_000


@pytest.mark.parametrize(
    ("charge", "cost"),
    [
        pytest.param(0, 0, id="nothing"),
        pytest.param(499, 0, id="below half"),
        pytest.param(500, 1, id="half goes up"),
        pytest.param(1_499, 1, id="below one and a half"),
        pytest.param(1_500, 2, id="one and a half goes up"),
        pytest.param(2_500, 3, id="two and a half goes up too: not to the even one"),
    ],
)
def test_a_cost_is_rounded_half_up(charge: int, cost: int) -> None:
    assert card((0, Rates(charge, 0, 0, 0))).cost(Usage(input=1)) == cost


def test_a_cost_is_rounded_once() -> None:
    odd = card((0, Rates(input=300, cached=0, cache_write=0, output=300)))

    assert odd.cost(Usage(input=1, output=1)) == 1, "300 and 300 are each nothing by themselves"


@given(
    st.tuples(*[st.integers(0, 10**11)] * 5),
    st.tuples(*[st.integers(0, 10**7)] * 5),
)
def test_a_cost_is_exact_to_half_a_unit(prices: tuple[int, int, int, int, int], tokens: tuple[int, ...]) -> None:
    plain, cached, short, output, longer = tokens
    written = short + longer
    cost = card((0, Rates(*prices))).cost(Usage(plain + cached + written, cached, written, output, 0, longer))

    assert cost is not None
    exact = sum(Fraction(price, 1_000) * count for price, count in zip(prices, tokens, strict=True))
    assert -Fraction(1, 2) < cost - exact <= Fraction(1, 2)


@given(st.integers(-(10**40), 10**40))
@example(10**30 + 1)
def test_an_amount_survives_the_way_through_dollars(amount: int) -> None:
    dollars = to_decimal(amount)

    assert Fraction(dollars) == Fraction(amount, DOLLAR)
    if abs(amount) < 10**30:
        assert from_decimal(dollars) == amount


@pytest.mark.parametrize(
    ("dollars", "amount"),
    [
        pytest.param("2.50", 2_500_000_000_000, id="cents"),
        pytest.param("0.000000000001", 1, id="the least"),
        pytest.param("1E+3", 1_000 * DOLLAR, id="an exponent"),
        pytest.param("-1", -DOLLAR, id="negative"),
        pytest.param("0.00", 0, id="nothing"),
    ],
)
def test_dollars_are_an_amount(dollars: str, amount: int) -> None:
    assert from_decimal(Decimal(dollars)) == amount


@pytest.mark.parametrize(
    ("dollars", "says"),
    [
        pytest.param("0.0000000000001", "finer than 1e-12", id="too fine"),
        pytest.param("1." + "0" * 39 + "1", "finer than 1e-12", id="too fine after forty digits"),
        pytest.param("NaN", "no amount", id="not a number"),
        pytest.param("Infinity", "no amount", id="infinite"),
        pytest.param("1e999999", "no amount", id="beyond all money"),
    ],
)
def test_what_is_no_amount(dollars: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        from_decimal(Decimal(dollars))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        pytest.param(None, "unknown", id="unknown"),
        pytest.param(0, "$0.00", id="nothing"),
        pytest.param(12_340_000_000_000, "$12.34", id="dollars"),
        pytest.param(1_234_567 * DOLLAR, "$1,234,567.00", id="thousands"),
        pytest.param(DOLLAR, "$1.00", id="a dollar"),
        pytest.param(500_000_000_000, "$0.50", id="cents"),
        pytest.param(12_000_000_000, "$0.012", id="two digits below ten cents"),
        pytest.param(4_200_000_000, "$0.0042", id="two digits below a cent"),
        pytest.param(4_260_000_000, "$0.0043", id="rounded to two digits"),
        pytest.param(999_000_000_000, "$1.00", id="just under a dollar"),
        pytest.param(1, "$0.000000000001", id="the least"),
        pytest.param(-12_340_000_000_000, "$-12.34", id="negative"),
    ],
)
def test_money_for_people(amount: int | None, text: str) -> None:
    assert format_money(amount) == text
