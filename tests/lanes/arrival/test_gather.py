from hypothesis import given
from hypothesis import strategies as st

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.lanes.arrival.gather import LONGEST, SHARE, slot

NOW = 1_763_700_000 * SECOND


@given(slack=st.integers(1, 30 * DAY), at=st.integers(0, DAY))
def test_no_call_is_planned_later_than_it_is_wanted(slack: int, at: int) -> None:
    now = NOW + at
    found = slot(now + slack, now)
    assert now < found.deadline <= now + slack


@given(slack=st.integers(2 * MINUTE, 30 * DAY), at=st.integers(0, DAY))
def test_gathering_takes_a_small_part_of_the_time(slack: int, at: int) -> None:
    now = NOW + at
    found = slot(now + slack, now)
    most = max(SECOND, min(LONGEST, slack // SHARE))
    assert now < found.gathers_until <= now + most
    assert now + slack - found.deadline < most


def test_calls_of_like_patience_meet() -> None:
    first, second = slot(NOW + HOUR, NOW), slot(NOW + SECOND + HOUR, NOW + SECOND)
    assert first == second
    assert slot(NOW + 2 * HOUR, NOW) != first
