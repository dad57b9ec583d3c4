"""Reports that wait for their transaction: as they came, in their order."""

import pytest

from bide.core.span import Span
from bide.core.states import AttemptState
from bide.core.usage import Usage
from bide.store.reports import PACK, Price, Report, Reports


def report(attempt: int) -> Report:
    """One that has everything, one in three only what it must have."""
    if attempt % 3 == 0:
        return Report(attempt, AttemptState.LOST)
    price = Price(Usage(118, 0, 5, attempt, 1, 3), 1, None if attempt % 2 else attempt, -attempt)
    return Report(
        attempt,
        AttemptState.ERRORED,
        True,
        429,
        "slow_down",
        "later\u2028please",
        Span(-1, attempt, 600, -(1 << 63)),
        b"\x00\xff",
        price,
        True,
        1,
        2,
        1 << 51,
    )


@pytest.mark.parametrize("count", [0, 1, PACK - 1, PACK, PACK + 1, 3 * PACK + 7])
def test_reports_come_back_as_they_went_in(count: int) -> None:
    waiting, given = Reports(), [report(attempt) for attempt in range(count)]
    for one in given:
        waiting.append(one)
    assert (len(waiting), list(waiting)) == (count, given)
    assert list(waiting) == given, "and as often as they are asked for"
    assert (report(0) in waiting) == (count > 0)
