from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from bide.advise.calculator.quantity import Quantity, exact, given, quantity, rounded
from bide.core.errors import InputError


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, Fraction(3)),
        (Decimal("0.1"), Fraction(1, 10)),
        ("0.1", Fraction(1, 10)),
        ("10M", Fraction(10**7)),
        ("250K", Fraction(250_000)),
        ("2.5k", Fraction(2_500)),
        ("5B", Fraction(5 * 10**9)),
        ("40%", Fraction(2, 5)),
        ("-25%", Fraction(-1, 4)),
        ("52/12", Fraction(13, 3)),
        ("1,234_000", Fraction(1_234_000)),
    ],
)
def test_numbers_are_exact(value: Any, number: Fraction) -> None:
    assert exact(value) == number


@pytest.mark.parametrize(
    "value", ["", "ten", "1/0", "1e9999999", "0x10", "M", "%", "9" * 50, "٣", "1/-3", ".", 0.1, True, Decimal("NaN")]
)
def test_what_is_no_exact_number_is_refused(value: Any) -> None:
    with pytest.raises(InputError):
        exact(value)


def test_ranges_as_people_write_them() -> None:
    assert given("10-20%") == given("10%-20%") == quantity(("10%", "20%"))
    assert given("15%") == quantity("15%")
    assert given("0.16-0.63").is_range
    assert not given("15%").is_range
    assert given("2M - 5M") == quantity(("2M", "5M"))
    with pytest.raises(InputError, match="as in 2M-5M"):
        given("2-5M")


def test_the_cases_stay_together() -> None:
    """What is input in one case is output in the other: the difference of the sums is not the sum of the differences' bounds."""
    tokens, price = quantity(("100", "0")), quantity(("1", "4"))

    assert tokens * price == quantity(("100", "0"))
    assert (tokens * price).bounds == (0, 100)
    assert quantity(("10", "6")) - quantity(("4", "2")) == quantity(("6", "4"))


def test_what_is_shown_is_rounded_half_up_and_nothing_is_divided_by_zero() -> None:
    assert rounded(Fraction(1, 3), 4) == Decimal("0.3333")
    assert rounded(Fraction(5, 1000), 2) == Decimal("0.01")
    assert rounded(Fraction(10**30, 3), 2) == Decimal("333333333333333333333333333333.33")
    assert str(rounded(10**70 + Fraction(1, 2), 0)) == f"1{'0' * 69}1"
    assert [str(rounded(Fraction(end, 200), 2)) for end in (-3, -1, 1)] == ["-0.02", "-0.01", "0.01"]
    assert str(rounded(Fraction(-1, 1000), 2)) == "0.00"
    with pytest.raises(ZeroDivisionError):
        _ = quantity(1) / Quantity(Fraction(0), Fraction(1))
