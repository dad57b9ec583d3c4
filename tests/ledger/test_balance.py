"""What entries come to: unknown is never less than known, and what was suspected and taken back is nothing."""

from typing import Any

import pytest

from bide.core.usage import Usage
from bide.ledger.balance import balance, percent
from bide.store.ledger import Total

TOKENS = Usage(input=10, output=5, reasoning=2)


def total(kind: str, entries: int = 1, amount: int = 0, listed: int = 0, **changes: Any) -> Total:
    """Entries of a kind."""
    values: dict[str, Any] = {"lane": "batch", "reason": None, "unpriced": 0, "usage": TOKENS}
    return Total(kind=kind, entries=entries, amount=amount, listed=listed, **(values | changes))


def test_what_was_saved_is_the_list_price_less_everything_spent() -> None:
    found = balance([total("paid", 3, 30, 60), total("paid", 1, 20, 20), total("waste", 2, 7, 14)])
    assert (found.requests, found.paid, found.listed, found.wasted, found.saved) == (4, 50, 80, 7, 23)
    assert found.usage == TOKENS.plus(TOKENS)


@pytest.mark.parametrize(
    ("unknown", "paid", "listed", "saved"),
    [
        pytest.param(total("paid", 2, 5, 10, unpriced=1), None, None, None, id="an answer without a price"),
        pytest.param(total("waste", 1, 0, 0, unpriced=1), None, None, None, id="waste without a price"),
        pytest.param(total("paid", 1, 5, 0, unlisted=1), 35, None, None, id="an answer without a list price"),
        pytest.param(total("suspected", 1, 0, 0, unpriced=1), 30, 60, 30, id="a suspicion is no spending"),
    ],
)
def test_what_is_unknown_makes_its_sum_unknown(
    unknown: Total, paid: int | None, listed: int | None, saved: int | None
) -> None:
    found = balance([total("paid", 3, 30, 60), unknown])
    assert (found.paid, found.listed, found.saved) == (paid, listed, saved)
    assert found.known >= 30


def test_a_suspicion_that_was_taken_back_is_no_call() -> None:
    said = total("suspected", 3, 90, reason="no reply came", unpriced=1)
    back = total("suspected", 2, -60, reason="it was answered", unpriced=1)
    found = balance([said, back])
    assert (found.suspected, found.suspected_calls, found.suspected_unpriced) == (30, 1, 0)


@pytest.mark.parametrize(
    ("part", "whole", "found"), [(1, 3, 33.33), (-1, 2, -50.0), (None, 2, None), (1, None, None), (0, 0, None)]
)
def test_a_share_is_in_per_cent(part: int | None, whole: int | None, found: float | None) -> None:
    assert percent(part, whole) == found
