from fractions import Fraction

import pytest

from bide.advise.calculator.quantity import quantity
from bide.advise.calculator.unit import DAY, HOUR, MONTH, NUMBER, REQUEST, TOKEN, USD, UnitError, parse_unit


@pytest.mark.parametrize(
    ("text", "unit", "scale"),
    [
        pytest.param("USD per 1M tokens", USD / TOKEN, Fraction(1, 10**6), id="a million"),
        pytest.param("USD per 1K tokens", USD / TOKEN, Fraction(1, 10**3), id="a thousand"),
        pytest.param("usd/million tokens", USD / TOKEN, Fraction(1, 10**6), id="in words"),
        pytest.param("$ per token", USD / TOKEN, Fraction(1), id="one"),
        pytest.param("USD per hour", USD / HOUR, Fraction(1), id="an hour"),
        pytest.param("requests per day", REQUEST / DAY, Fraction(1), id="requests"),
        pytest.param("million tokens", TOKEN, Fraction(10**6), id="tokens"),
        pytest.param("1 / hour", NUMBER / HOUR, Fraction(1), id="how often"),
    ],
)
def test_units_in_words(text: str, unit: object, scale: Fraction) -> None:
    assert parse_unit(text) == (unit, scale)


@pytest.mark.parametrize("text", ["", "EUR per token", "USD per 2M tokens", "USD per", "USD/", "very many tokens"])
def test_what_is_no_unit_is_refused_with_how_to_write_it(text: str) -> None:
    with pytest.raises(UnitError, match="USD per 1M tokens"):
        parse_unit(text)


def test_a_price_per_thousand_is_not_one_per_million() -> None:
    assert quantity("0.003", "USD per 1K tokens") == quantity(3, "USD per 1M tokens")
    assert quantity("0.003", "USD per 1M tokens") != quantity(3, "USD per 1M tokens")


def test_units_multiply_and_cancel() -> None:
    assert (USD / TOKEN) * (TOKEN / REQUEST) * (REQUEST / DAY) == USD / DAY
    assert USD / USD == NUMBER
    assert str(USD / DAY) == "USD per day"
    assert str(NUMBER / HOUR) == "1 per hour"
    assert str(NUMBER) == "a plain number"


def test_what_cannot_be_mixed_is_refused_by_name() -> None:
    month, hour = quantity(1030, USD / MONTH), quantity("1.41", USD / HOUR)

    with pytest.raises(UnitError, match=r"USD per hour cannot be added to USD per month: .*hours a month"):
        _ = month + hour
    with pytest.raises(UnitError, match="a plain number cannot be subtracted from USD per month"):
        _ = month - quantity(1)
    with pytest.raises(UnitError, match="the price is in USD per hour and has to be in USD per token"):
        hour.of(USD / TOKEN, "the price")
