"""From when on what is over may go."""

from datetime import UTC, datetime

import pytest

from bide.core.clock import DAY, FAR_FUTURE, from_datetime
from bide.lanes.outcome.retention import Horizon, horizon, month_start


def instant(month: int, day: int, hour: int = 0) -> int:
    return from_datetime(datetime(2026, month, day, hour, tzinfo=UTC))


@pytest.mark.parametrize(
    ("kept", "now", "before"),
    [
        pytest.param(30 * DAY, instant(11, 30, 12), instant(10, 31, 12), id="as long as was said"),
        pytest.param(2 * DAY, instant(11, 21), instant(11, 1), id="nothing of this month"),
        pytest.param(0, instant(11, 1), instant(11, 1), id="on its first day"),
        pytest.param(FAR_FUTURE, instant(11, 21), 0, id="never"),
    ],
)
def test_what_carries_money_stays_for_its_month(kept: int, now: int, before: int) -> None:
    found = horizon(kept, kept, kept, kept, now)
    assert (found.jobs, found.passages, found.ledger, found.month) == (before, before, before, month_start(now))
    assert found.events == max(0, now - kept)


def test_a_horizon_is_empty_when_nothing_may_go() -> None:
    assert Horizon(0, 0, 0, 0, 5).is_empty
    assert not Horizon(0, 1, 0, 0, 5).is_empty
