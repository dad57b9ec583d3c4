import datetime

import pytest

from bide.core.budget import BudgetExhaustedError, PriceUnknownError, Span, Standing, period_of, renewal
from bide.core.clock import from_datetime
from bide.core.money import DOLLAR


def at(text: str) -> int:
    return from_datetime(datetime.datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("instant", "day", "month"),
    [
        pytest.param("2026-11-21T12:00:00Z", "2026-11-21", "2026-11", id="noon"),
        pytest.param("2026-11-21T00:00:00Z", "2026-11-21", "2026-11", id="the first instant of a day"),
        pytest.param("2026-11-30T23:59:59.999999Z", "2026-11-30", "2026-11", id="the last of a month"),
        pytest.param("2026-12-01T00:30:00+01:00", "2026-11-30", "2026-11", id="a clock of another zone"),
    ],
)
def test_periods_are_those_of_utc(instant: str, day: str, month: str) -> None:
    assert (period_of(Span.DAY, at(instant)), period_of(Span.MONTH, at(instant))) == (day, month)


@pytest.mark.parametrize(
    ("instant", "day", "month"),
    [
        pytest.param("2026-11-21T12:34:56.789Z", "2026-11-22T00:00Z", "2026-12-01T00:00Z", id="in the middle"),
        pytest.param("2026-11-21T00:00Z", "2026-11-22T00:00Z", "2026-12-01T00:00Z", id="at a beginning"),
        pytest.param("2026-12-31T23:59Z", "2027-01-01T00:00Z", "2027-01-01T00:00Z", id="the end of a year"),
        pytest.param("2028-02-29T01:00Z", "2028-03-01T00:00Z", "2028-03-01T00:00Z", id="a leap day"),
    ],
)
def test_when_a_budget_begins_anew(instant: str, day: str, month: str) -> None:
    assert (renewal(Span.DAY, at(instant)), renewal(Span.MONTH, at(instant))) == (at(day), at(month))


@pytest.mark.parametrize(
    ("budget", "left"),
    [
        pytest.param(10, 3, id="some"),
        pytest.param(5, 0, id="waste went beyond it"),
        pytest.param(None, None, id="no limit"),
    ],
)
def test_what_is_left(budget: int | None, left: int | None) -> None:
    assert Standing(Span.DAY, "2026-11-21", budget, 3, 4, 0).left == left


def test_a_refusal_says_which_budget_what_is_left_and_when_it_begins_anew() -> None:
    standing = Standing(Span.DAY, "2026-11-21", 5 * DOLLAR, DOLLAR, 3 * DOLLAR, at("2026-11-22T00:00Z"))

    error = BudgetExhaustedError("key_kq3", standing, 2 * DOLLAR)

    assert error.code == "budget_exhausted"
    assert str(error) == (
        "the day budget of key_kq3 does not suffice: $1.00 of $5.00 is left in 2026-11-21 (UTC; $3.00 spent, $1.00 reserved),"
        " and this may cost $2.00; it begins anew at 2026-11-22T00:00:00Z. Ask for less output (max_tokens), wait, or ask for"
        " a larger budget"
    )


def test_an_unknown_price_is_refused_with_what_to_do_about_it() -> None:
    error = PriceUnknownError("key_kq3")

    assert error.code == "price_unknown"
    assert "name one under `prices`" in str(error)
