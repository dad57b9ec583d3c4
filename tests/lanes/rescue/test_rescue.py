import itertools
import math
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tests.lanes.given import NOW

from bide.core.bucket import Tally
from bide.core.clock import HOUR, SECOND
from bide.lanes.capacity.capacity import Capacity, latency_bound
from bide.lanes.rescue.rescue import (
    Demand,
    Margins,
    Start,
    last_call,
    starts,
)

SIXTY = Capacity(60, None, True)
"""A request a second."""

EXACT = Margins(head_room=1.0, safety=0)
"""The whole rate and not a second to spare: sums can be done in the head. A call without output takes 12 s."""


def owed(bucket: int, seconds: int, requests: int, longest: int = 0, tokens: int = 0) -> Demand:
    """A demand whose last call must start `seconds` from `NOW`."""
    return Demand(bucket, NOW + seconds * SECOND + latency_bound(longest), longest, Tally(requests, tokens))


# When to start


@pytest.mark.parametrize(
    ("demands", "margins", "begin"),
    [
        pytest.param([], EXACT, {}, id="nothing"),
        pytest.param([owed(1, 100, 10)], EXACT, {1: 90}, id="one bucket: its work before its last call"),
        pytest.param([owed(1, 100, 0)], EXACT, {1: 100}, id="an empty bucket"),
        pytest.param([owed(1, 100, 10)], Margins(0.5, 0), {1: 80}, id="half the rate: twice the time"),
        pytest.param([owed(1, 100, 10)], Margins(1.0, 30 * SECOND), {1: 60}, id="with time to spare"),
        pytest.param([owed(1, 100, 10), owed(2, 200, 10)], EXACT, {1: 90, 2: 190}, id="two that do not touch"),
        pytest.param([owed(1, 100, 10), owed(2, 105, 10)], EXACT, {1: 85, 2: 95}, id="the later pushes the earlier forward"),
        pytest.param([owed(2, 105, 10), owed(1, 100, 10)], EXACT, {1: 85, 2: 95}, id="in whichever order they are named"),
        pytest.param([owed(1, 100, 10), owed(2, 100, 20)], EXACT, {1: 70, 2: 80}, id="the same deadline: the older goes first"),
        pytest.param([owed(1, 30, 10), owed(2, 100, 90)], EXACT, {1: 0, 2: 10}, id="not a second left"),
        pytest.param([owed(1, 30, 10), owed(2, 100, 91)], EXACT, {1: -1, 2: 9}, id="a request too many"),
        pytest.param([owed(1, 9, 10)], EXACT, {1: -1}, id="too late"),
        pytest.param([owed(1, 5, 1), owed(2, 6, 1), owed(3, 7, 1)], EXACT, {1: 4, 2: 5, 3: 6}, id="three in a row"),
    ],
)  # fmt: skip
def test_the_latest_safe_start(demands: list[Demand], margins: Margins, begin: dict[int, int]) -> None:
    found = starts(demands, SIXTY, margins)

    assert {bucket: (start.at - NOW) / SECOND for bucket, start in found.items()} == begin


def test_a_long_answer_has_to_be_asked_for_earlier() -> None:
    by_noon = [
        Demand(bucket, NOW + HOUR, longest, Tally(10, 0)) for bucket, longest in ((1, 0), (2, 43_750))
    ]  # a thousand seconds of output

    found = starts(by_noon, SIXTY, EXACT)

    assert [NOW + HOUR - found[bucket].at for bucket in (1, 2)] == [22 * SECOND, 1_022 * SECOND]


def test_the_order_is_that_of_last_calls_not_of_deadlines() -> None:
    later_deadline = Demand(1, NOW + 600 * SECOND, 21_875, Tally(10, 0))  # 500 s of output: last call at 88 s
    earlier_deadline = Demand(2, NOW + 500 * SECOND, 0, Tally(10, 0))  # last call at 488 s

    found = starts([later_deadline, earlier_deadline], SIXTY, EXACT)

    assert [(found[bucket].at - NOW) // SECOND for bucket in (1, 2)] == [78, 478]


def test_the_slower_limit_decides() -> None:
    capacity = Capacity(60, 600, True)

    found = starts([owed(1, 1_000, 10, tokens=6_000)], capacity, EXACT)

    assert found[1] == Start(NOW + 400 * SECOND, 600 * SECOND, 10)


demands = st.lists(
    st.builds(
        owed,
        bucket=st.just(0),
        seconds=st.integers(-50, 400),
        requests=st.integers(0, 120),
        longest=st.sampled_from([0, 0, 437, 4_375]),
    ),
    max_size=6,
).map(lambda found: [Demand(place, one.deadline, one.longest, one.outstanding) for place, one in enumerate(found, 1)])


def feasible(wanted: Sequence[Demand], capacity: Capacity, margins: Margins, now: int) -> bool:
    """Whether some order of the buckets starts every call in time, tried one by one."""
    for order in itertools.permutations(wanted):
        at = now
        for demand in order:
            at += math.ceil(capacity.work(demand.outstanding) / margins.head_room)
            if at > demand.last_call(margins):
                break
        else:
            return True
    return False


@given(demands, st.sampled_from([Margins(1.0, 0), Margins(0.9, 30 * SECOND), Margins(0.4, 10 * SECOND)]))
def test_whoever_starts_in_time_is_in_time_and_no_order_of_buckets_could_start_later(
    wanted: list[Demand], margins: Margins
) -> None:
    assume(wanted)
    latest = min(start.at for start in starts(wanted, SIXTY, margins).values())

    assert feasible(wanted, SIXTY, margins, latest)
    assert not feasible(wanted, SIXTY, margins, latest + 1)


@given(demands)
def test_the_parts_of_the_schedule_do_not_overlap(wanted: list[Demand]) -> None:
    found = starts(wanted, SIXTY, EXACT)
    booked = sorted((start.at, start.at + start.work) for start in found.values())

    assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(booked))
    assert all(found[one.bucket].at + found[one.bucket].work <= one.last_call(EXACT) for one in wanted)


@given(demands, st.data())
def test_one_request_less_never_makes_anybody_start_earlier(wanted: list[Demand], data: st.DataObject) -> None:
    assume(any(one.outstanding.requests for one in wanted))
    lighter = data.draw(st.sampled_from([one for one in wanted if one.outstanding.requests]))
    before = starts(wanted, SIXTY, EXACT)

    after = starts(
        [
            Demand(one.bucket, one.deadline, one.longest, Tally(one.outstanding.requests - (one is lighter), 0))
            for one in wanted
        ],
        SIXTY,
        EXACT,
    )

    assert all(after[bucket].at >= start.at for bucket, start in before.items())


# How many by now


@pytest.mark.parametrize(
    ("after", "due", "next_due"),
    [
        pytest.param(-1, 0, 0, id="a microsecond before"),
        pytest.param(0, 1, 2 * SECOND, id="the first at the start"),
        pytest.param(2 * SECOND - 1, 1, 2 * SECOND, id="just before the second"),
        pytest.param(2 * SECOND, 2, 4 * SECOND, id="the second"),
        pytest.param(18 * SECOND, 10, 20 * SECOND, id="the last"),
        pytest.param(60 * SECOND, 31, 62 * SECOND, id="late: the rate goes on, the caller has the count"),
    ],
)
def test_calls_drip(after: int, due: int, next_due: int) -> None:
    start = Start(NOW, 20 * SECOND, 10)

    assert (start.due(NOW + after), start.next_due(NOW + after) - NOW) == (due, next_due)


any_start = st.builds(Start, st.just(NOW), st.integers(1, 10**12), st.integers(1, 10**6))


@given(any_start, st.integers(-(10**9), 10**13))
@example(Start(NOW, 4_115_039_448, 83_453), 1_452_351_923)  # where floats lose a call
def test_the_next_call_is_due_when_it_is_said_to_be_and_not_a_microsecond_sooner(start: Start, after: int) -> None:
    now = NOW + after
    then = start.next_due(now)

    assert then > now, "whoever sleeps until then sleeps"
    assert start.due(then) > start.due(now)
    assert start.due(then - 1) == start.due(now)


@given(any_start)
def test_the_last_call_is_due_within_the_work(start: Start) -> None:
    assert start.due(start.at + start.work - 1) <= start.requests <= start.due(start.at + start.work)


@given(any_start, st.integers(0, 10**6))
def test_so_many_calls_span_their_part_of_the_work(start: Start, calls: int) -> None:
    exact = Fraction(start.work * calls, start.requests)

    assert exact <= start.span(calls) < exact + 1


def test_a_drip_ends_when_the_last_call_must_start() -> None:
    """Calling exactly what falls due, the schedule is met to the call: with each call less is outstanding."""
    left, now, called = 500, NOW, list[int]()
    while left:
        start = starts([owed(1, 1_000, left)], SIXTY, EXACT)[1]
        due = min(left, start.due(now))
        called += [now] * due
        left -= due
        now = starts([owed(1, 1_000, left)], SIXTY, EXACT)[1].next_due(now) if left else now

    assert (called[0] - NOW, called[-1] - NOW) == (500 * SECOND, 999 * SECOND)
    assert {later - one for one, later in itertools.pairwise(called)} == {SECOND}


# From which batch first


# Where calls have been seen to be slow


def test_calls_that_take_longer_than_assumed_start_earlier() -> None:
    slow = EXACT.slowed(2.0)

    assert last_call(NOW + HOUR, 4_375, EXACT) == NOW + HOUR - 112 * SECOND
    assert last_call(NOW + HOUR, 4_375, slow) == NOW + HOUR - 224 * SECOND


def test_calls_that_were_quick_are_no_promise() -> None:
    assert EXACT.slowed(0.5) is EXACT
