"""The bound of a call's time, corrected by what was seen."""

import pytest

from bide.core.clock import SECOND
from bide.lanes.capacity.capacity import latency_bound
from bide.lanes.forecast.latency import ENOUGH, FLOOR, Latency

NOW = 1_800_000_000 * SECOND


def after(durations: list[tuple[int, int]]) -> Latency:
    latency = Latency()
    for duration, tokens in durations:
        latency = latency.observe(duration, tokens, NOW)
    return latency


def test_until_two_hundred_calls_were_seen_the_bound_is_assumed() -> None:
    few = after([(300 * SECOND, 100)] * (ENOUGH - 1))

    assert few.bound(700) == latency_bound(700) == 12 * SECOND + 16 * SECOND


def test_slow_calls_raise_it_and_quick_ones_lower_it_no_further_than_the_floor() -> None:
    slow = after([(3 * latency_bound(500), 500)] * ENOUGH)
    quick = after([(SECOND, 500)] * ENOUGH)

    assert slow.bound(1000) == pytest.approx(3 * latency_bound(1000), rel=0.18)
    assert quick.bound(1000) == round(FLOOR * latency_bound(1000))


def test_one_slow_call_of_three_hundred_is_within_the_bound() -> None:
    """A p99.9 of 300 calls is the slowest of them: the bound holds for it too."""
    seen = after([(5 * SECOND, 100)] * 299 + [(2 * latency_bound(100), 100)])

    assert seen.bound(100) >= 1.8 * latency_bound(100)


@pytest.mark.parametrize(("hung", "most"), [(1, 3.0), (2, 3.0), (3, 24.0)])
def test_a_call_or_two_that_hung_raise_it_threefold_at_most(hung: int, most: float) -> None:
    seen = after([(3 * SECOND, 20)] * 900 + [(300 * SECOND, 20)] * hung)

    assert seen.factor() == most
