"""Amounts that are ranges: read, compared, refused."""

from math import inf

import pytest

from bide.advise.span import Span, amount, duration, share
from bide.core.clock import MINUTE, SECOND


@pytest.mark.parametrize(
    ("text", "span"),
    [
        (12, Span(12, 12)),
        ("12M", Span(12e6, 12e6)),
        ("1.5k", Span(1500, 1500)),
        ("<100k", Span(0, 100e3, open_high=True)),
        (">1M", Span(1e6, inf, open_low=True)),
        ("50-100", Span(50, 100)),
        ("100-50", Span(50, 100)),
    ],
)
def test_an_amount_is_read(text: int | str, span: Span) -> None:
    assert amount(text) == span


def test_times_are_microseconds_and_parts_may_be_per_cent() -> None:
    assert duration("<5s") == Span(0, 5 * SECOND, open_high=True)
    assert duration("5m") == Span(5 * MINUTE, 5 * MINUTE)
    assert (share("45%"), share(0.5)) == (Span(0.45, 0.45), Span(0.5, 0.5))


@pytest.mark.parametrize("text", ["", "many", "1e6", "-5", "50-", "<", "12m", -1, float("nan"), float("inf")])
def test_what_is_no_amount_is_refused(text: str | float) -> None:
    with pytest.raises(ValueError, match="write"):
        amount(text)


def test_more_than_all_is_no_part() -> None:
    with pytest.raises(ValueError, match="45%"):
        share("1.5")


@pytest.mark.parametrize(
    ("text", "below", "within", "reaches", "above"),
    [
        ("99", True, True, False, False),
        ("100", False, True, True, False),
        ("101", False, False, True, True),
        ("<100", True, True, False, False),
        (">100", False, False, True, True),
        ("50-150", False, False, False, False),
    ],
)
def test_a_comparison_holds_for_every_value(text: str, below: bool, within: bool, reaches: bool, above: bool) -> None:
    span = amount(text)
    assert (span.below(100), span.within(100), span.reaches(100), span.above(100)) == (below, within, reaches, above)
