"""How much may be asked for in a minute."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.core.clock import MINUTE, SECOND
from bide.lanes.arrival.allowance import Allowance, Rate

NOW = 1_800_000_000 * SECOND


def drained(rate: Rate, units: int = 1, start: int = NOW, most: int = 10_000) -> tuple[int, Allowance]:
    """How often so many units are had at one instant, and what is left then."""
    bucket = Allowance()
    for count in range(most):
        if bucket.wait(units, rate, start):
            return count, bucket
        bucket = bucket.taken(units, rate, start)
    raise AssertionError


@pytest.mark.parametrize("per_minute", [1, 7, 60, 61, 5_000])
def test_a_full_bucket_holds_a_minutes_worth(per_minute: int) -> None:
    count, bucket = drained(Rate(per_minute))
    assert count == per_minute
    assert bucket.left(Rate(per_minute), NOW) == 0


def test_it_refills_evenly_and_no_further_than_full() -> None:
    rate = Rate(60)
    _, bucket = drained(rate)
    assert bucket.wait(1, rate, NOW) == SECOND
    assert bucket.wait(3, rate, NOW + SECOND) == 2 * SECOND
    assert bucket.wait(1, rate, NOW + SECOND) == 0
    assert [bucket.left(rate, NOW + later * SECOND) for later in (1, 10, 60, 600)] == [1, 10, 60, 60]
    assert bucket.reset(NOW + 20 * SECOND) == 40 * SECOND


def test_users_divide_it() -> None:
    assert drained(Rate(60, users=3))[0] == 20
    assert Allowance().left(Rate(60, users=3), NOW) == 20


def test_what_is_more_than_the_bucket_needs_a_full_one_and_is_owed() -> None:
    rate = Rate(100)
    bucket = Allowance().taken(1, rate, NOW)
    assert bucket.wait(250, rate, NOW) == rate.time(1)
    bucket = Allowance().taken(250, rate, NOW)
    assert bucket.wait(1, rate, NOW) == MINUTE + MINUTE // 2 + rate.time(1)


def test_who_joins_begins_with_nothing() -> None:
    rate = Rate(60, users=2)
    bucket = Allowance().taken(1, rate, NOW).emptied(NOW)
    assert bucket.wait(1, rate, NOW) == 2 * SECOND


@given(
    per_minute=st.integers(1, 500),
    asks=st.lists(st.tuples(st.integers(0, 20 * SECOND), st.integers(1, 30)), max_size=60),
)
def test_no_stretch_of_time_gives_more_than_a_bucket_and_what_refills_in_it(
    per_minute: int, asks: list[tuple[int, int]]
) -> None:
    rate, bucket, now = Rate(per_minute), Allowance(), NOW
    had: list[tuple[int, int]] = []
    for pause, units in asks:
        now += pause
        units = min(units, per_minute)
        if not bucket.wait(units, rate, now):
            bucket = bucket.taken(units, rate, now)
            had.append((now, units))
    for begin, (start, _) in enumerate(had):
        total = 0
        for at, units in had[begin:]:
            total += units
            assert total <= per_minute + per_minute * (at - start) / MINUTE + 1
