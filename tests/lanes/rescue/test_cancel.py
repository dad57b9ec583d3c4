from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lanes.given import NOW, a_batch

from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE, SECOND
from bide.core.states import BatchState
from bide.lanes.rescue.cancel import LAST_LOOK, LONGEST_LEAD, cancel_age, endings
from bide.lanes.rescue.carrier import Carrier
from bide.lanes.rescue.rescue import Start


def cancels(
    carriers: Mapping[int, Sequence[Carrier]], waiting: Mapping[int, int], found: Mapping[int, Start], now: int
) -> tuple[dict[int, str], int]:
    """The cancels alone, and when to look again."""
    what = endings(carriers, waiting, found, now)
    return what.cancels, what.next_at


@pytest.mark.parametrize(
    ("needed", "age"),
    [
        pytest.param(0, 0, id="at once"),
        pytest.param(6 * MINUTE, 5 * MINUTE, id="a young batch: a fifth of its age before"),
        pytest.param(18 * MINUTE, 15 * MINUTE, id="the lead has grown to three minutes"),
        pytest.param(HOUR, 57 * MINUTE, id="three minutes for long"),
        pytest.param(153 * MINUTE, 150 * MINUTE, id="where a fiftieth of the age is three minutes"),
        pytest.param(255 * MINUTE, 250 * MINUTE, id="an older batch: a fiftieth of its age before"),
        pytest.param(510 * MINUTE, 500 * MINUTE, id="the lead has grown to ten minutes"),
        pytest.param(23 * HOUR, 23 * HOUR - 10 * MINUTE, id="ten minutes for ever"),
        pytest.param(-HOUR, -HOUR, id="needed before it was submitted"),
    ],
)
def test_the_older_a_batch_the_earlier_it_is_cancelled(needed: int, age: int) -> None:
    assert cancel_age(max(0, needed)) == max(0, age)
    assert cancel_age(needed) <= max(0, age)


@given(st.integers(0, 2 * DAY))
def test_a_cancel_comes_as_soon_as_age_and_lead_reach_the_need(needed: int) -> None:
    def lead(age: int) -> Fraction:
        return max(min(Fraction(180 * SECOND), Fraction(age, 5)), min(Fraction(600 * SECOND), Fraction(age, 50)))

    age = cancel_age(needed)

    assert age + lead(age) >= needed
    assert age == 0 or age - 1 + lead(age - 1) < needed


PACE = Start(NOW + HOUR, HOUR, 3_600)
"""From an hour on a request a second."""


@pytest.mark.parametrize(
    ("batch", "requests", "waiting", "at"),
    [
        pytest.param(a_batch(requests=1), 1, 0, HOUR - MINUTE, id="a batch of one: as long before as most cancels take"),
        pytest.param(a_batch(), 600, 0, HOUR, id="nothing to read: no lead"),
        pytest.param(a_batch(), 100, 300, HOUR + 300 * SECOND, id="those that wait are needed before it"),
        pytest.param(a_batch(completed_count=1), 100, 0, HOUR - 3 * MINUTE, id="something to read: three minutes before"),
        pytest.param(
            a_batch(age=10 * HOUR, completed_count=1), 100, 0, HOUR - 10 * MINUTE, id="an old batch: ten minutes before"
        ),
        pytest.param(a_batch(), 601, 0, None, id="a large group that shows nothing is left alone"),
        pytest.param(
            a_batch(completed_count=1), 601, 0, 601 * 100 * SECOND - HOUR, id="one in a hundred is done: not for long"
        ),
        pytest.param(a_batch(completed_count=50), 3_600, 0, HOUR, id="half is done: twice the drain after its submission"),
        pytest.param(a_batch(completed_count=90), 3_600, 0, HOUR - 3 * MINUTE, id="most is done: before it is needed"),
        pytest.param(
            a_batch(completed_count=200), 3_600, 0, HOUR - 3 * MINUTE, id="more is done than there is: counters lie"
        ),
        pytest.param(a_batch(rescued=3_000), 3_600, 0, HOUR, id="what has been rescued is no longer needed"),
        pytest.param(
            a_batch(rescued=1_000, output_rows=2_000), 3_600, 0, HOUR, id="nor is what it has answered while it runs"
        ),
        pytest.param(a_batch(rescued=9_000), 3_600, 0, HOUR, id="rescued more than once"),
        pytest.param(a_batch(state=BatchState.SEALED), 100, 0, HOUR, id="it was never submitted"),
        pytest.param(a_batch(cancel_asked=True), 100, 0, None, id="asked for already"),
        pytest.param(a_batch(state=BatchState.CANCELLING), 100, 0, None, id="under way already"),
        pytest.param(a_batch(state=BatchState.ENDED), 100, 0, None, id="it has ended"),
    ],
)  # fmt: skip
def test_when_a_batch_is_cancelled(batch: Any, requests: int, waiting: int, at: int | None) -> None:
    def asked(now: int) -> tuple[list[int], int]:
        found, look = cancels({1: [Carrier(batch, requests)]}, {1: waiting}, {1: PACE}, now)
        return list(found), look

    if at is None:
        assert asked(NOW + DAY) == ([], FAR_FUTURE)
    else:
        assert asked(NOW + at - 1) == ([], NOW + at), "it says when to look again"
        assert asked(NOW + at) == ([batch.id], FAR_FUTURE)


def test_a_group_is_cancelled_at_once_when_what_is_left_is_needed_within_a_cancels_time() -> None:
    left = LONGEST_LEAD // SECOND

    for requests, asked in ((left, [1]), (left + 1, [])):
        found, _ = cancels({1: [Carrier(a_batch(), requests)]}, {}, {1: PACE}, NOW + HOUR)
        assert list(found) == asked


def test_batches_are_needed_one_after_the_other() -> None:
    batches = [Carrier(a_batch(1), 400), Carrier(a_batch(2), 400)]

    assert cancels({1: batches}, {1: 10}, {1: PACE}, NOW + HOUR + 9 * SECOND) == ({}, NOW + HOUR + 10 * SECOND)
    found, look = cancels({1: batches}, {1: 10}, {1: PACE}, NOW + HOUR + 10 * SECOND)
    assert (list(found), look) == ([2], NOW + HOUR + 410 * SECOND)


def test_a_bucket_that_nobody_rescues_cancels_nothing() -> None:
    assert cancels({1: [Carrier(a_batch(), 1)]}, {}, {}, NOW + DAY) == ({}, FAR_FUTURE)


def test_a_batch_is_cancelled_for_the_first_of_its_buckets() -> None:
    batch = a_batch()
    later = Start(NOW + 2 * HOUR, HOUR, 3_600)

    found, _ = cancels({1: [Carrier(batch, 50)], 2: [Carrier(batch, 50)]}, {}, {1: later, 2: PACE}, NOW + HOUR)

    assert list(found) == [batch.id]


@pytest.mark.parametrize(
    ("due_at", "now", "look"),
    [
        pytest.param(HOUR - 4 * SECOND, HOUR - MINUTE, True, id="the next poll comes too late"),
        pytest.param(HOUR - 6 * SECOND, HOUR - MINUTE, False, id="the next poll comes in time"),
        pytest.param(
            2 * HOUR, HOUR - 5 * SECOND, False, id="the instant has come: whoever polled then does not poll again"
        ),
    ],
)
def test_a_batch_is_looked_at_once_more_before_its_requests_are_called(due_at: int, now: int, look: bool) -> None:
    batch = a_batch(due_at=NOW + due_at)

    what = endings({1: [Carrier(batch, 5)]}, {}, {1: PACE}, NOW + now)

    assert what.looks == ({batch.id: NOW + HOUR - LAST_LOOK} if look else {})
