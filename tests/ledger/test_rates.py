from decimal import Decimal

import pytest

from bide.core.money import Rates
from bide.ledger.prices import Prices
from bide.ledger.rates import UNKNOWN, PerKind, flat, mode_of, rate, scaled


@pytest.mark.parametrize(
    ("dollars", "expected"),
    [
        pytest.param("0.01", 10_000_000, id="one cent per million"),
        pytest.param("2.50", 2_500_000_000, id="GPT-4o's input"),
        pytest.param("0.01875", 18_750_000, id="five decimals"),
        pytest.param("0.000000001", 1, id="the finest price there is"),
        pytest.param("150", 150_000_000_000, id="o1-pro's input"),
        pytest.param("0", 0, id="free of charge"),
    ],
)
def test_a_price_becomes_a_rate(dollars: str, expected: int) -> None:
    assert rate(Decimal(dollars)) == expected


@pytest.mark.parametrize(
    "dollars", ["-1", "NaN", "Infinity", "0.0000000001", "1.0000000000000000000000000000000000001"]
)
def test_what_is_no_exact_price_is_refused(dollars: str) -> None:
    with pytest.raises(ValueError):
        rate(Decimal(dollars))


def test_a_kind_without_its_own_price_is_an_input_token() -> None:
    tiers = flat(PerKind(Decimal("2"), Decimal("8")))

    assert tiers == ((0, Rates(2_000_000_000, 2_000_000_000, 2_000_000_000, 8_000_000_000)),)


def test_a_multiplier_treats_the_kinds_apart_and_keeps_the_tiers() -> None:
    standard = ((0, Rates(2_000, 500, 2_500, 8_000)), (272_000, Rates(4_000, 1_000, 5_000, 12_000)))
    half_but_cached = PerKind(Decimal("0.5"), Decimal("0.5"), Decimal(1), Decimal("0.5"))

    assert scaled(standard, half_but_cached) == (
        (0, Rates(1_000, 500, 1_250, 4_000)),
        (272_000, Rates(2_000, 1_000, 2_500, 6_000)),
    )


def test_a_kind_without_its_own_multiplier_costs_what_input_costs() -> None:
    standard = ((0, Rates(2_000, 500, 2_500, 8_000)),)

    assert scaled(standard, PerKind(Decimal("0.5"), Decimal("0.5"))) == ((0, Rates(1_000, 1_000, 1_000, 4_000)),)


@pytest.mark.parametrize(
    ("listed", "multiplier", "expected"),
    [
        pytest.param(4_000, "0.5", 2_000, id="half"),
        pytest.param(4_000, None, None, id="the mode has no price for it"),
        pytest.param(None, "0.5", None, id="half of what nobody knows"),
    ],
)
def test_a_write_for_an_hour_is_multiplied_by_its_own_number_or_unknown(
    listed: int | None, multiplier: str | None, expected: int | None
) -> None:
    half = PerKind(*[Decimal("0.5")] * 4, cache_write_1h=Decimal(multiplier) if multiplier else None)

    tiers = scaled(((0, Rates(2_000, 200, 2_500, 8_000, listed)),), half)

    assert tiers == ((0, Rates(1_000, 100, 1_250, 4_000, expected)),)


def test_a_product_that_is_too_fine_is_refused() -> None:
    with pytest.raises(ValueError, match="finer"):
        scaled(((0, Rates(1, 1, 1, 1)),), PerKind(Decimal("0.5"), Decimal(1)))


def test_a_tier_that_nobody_knows_has_no_price() -> None:
    prices = Prices({"openai/gpt-5": {"input": "1", "output": "2", "batch": "0.5"}})
    assert mode_of("scale") == mode_of("batch") == UNKNOWN
    assert [prices.card("openai", model, UNKNOWN, "2026-11-21") for model in ("gpt-5", "gpt-4.1")] == [None, None]
