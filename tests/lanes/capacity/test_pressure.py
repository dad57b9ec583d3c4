from typing import Any

import pytest
from tests.lanes.given import NOW, a_bucket
from tests.lanes.looking import calls, look

from bide.core.bucket import Tally
from bide.core.clock import HOUR, MINUTE, SECOND
from bide.lanes.capacity.capacity import Capacity, latency_bound
from bide.lanes.capacity.pressure import HORIZON, Load, is_endangered, is_pressed, is_too_late

FIFTEEN = Capacity(15, None, True)
"""A call every four seconds: 225 in the window of a burst."""


@pytest.mark.parametrize(
    ("peak", "capacity", "pressed"),
    [
        pytest.param(180, FIFTEEN, False, id="four fifths of what may be called"),
        pytest.param(181, FIFTEEN, True, id="more than that"),
        pytest.param(181, Capacity(500, None, True), False, id="there is room enough"),
        pytest.param(181, Capacity(15, None, False), False, id="nobody knows the limit"),
        pytest.param(0, FIFTEEN, False, id="nothing came"),
    ],
)
def test_a_burst_presses_that_takes_four_fifths_of_what_may_be_called(
    peak: int, capacity: Capacity, pressed: bool
) -> None:
    assert is_pressed(Load(Tally(peak, 0)), capacity) is pressed


CALL: dict[str, Any] = {"gathers_until": NOW - SECOND}


def test_single_calls_with_little_time_are_endangered() -> None:
    assert is_endangered(a_bucket(deadline=NOW + HORIZON - 1, **CALL), NOW)
    assert not is_endangered(a_bucket(deadline=NOW + HORIZON, **CALL), NOW)
    assert not is_endangered(a_bucket(deadline=NOW + HORIZON - 1), NOW), "those of a file are a burst themselves"


def test_what_is_in_batches_is_called_ahead_of_a_burst() -> None:
    bucket = a_bucket(batched=5, deadline=NOW + HOUR, **CALL)

    assert calls(look(bucket, capacity=FIFTEEN)) == []
    assert calls(look(bucket, capacity=FIFTEEN, load=Load(Tally(500, 0)))) == [(1, 5)]


def test_what_has_hours_stays_in_its_batch_under_pressure() -> None:
    bucket = a_bucket(batched=5, deadline=NOW + 8 * HOUR, **CALL)

    assert calls(look(bucket, capacity=FIFTEEN, load=Load(Tally(500, 0)))) == []


def test_one_looks_again_when_a_burst_begins_to_endanger_it() -> None:
    bucket = a_bucket(batched=5, deadline=NOW + 3 * HOUR, **CALL)
    found = look(bucket, capacity=FIFTEEN, load=Load(Tally(500, 0)))

    assert found.next_at == NOW + HOUR + 1
    assert calls(look(bucket, capacity=FIFTEEN, load=Load(Tally(500, 0)), now=found.next_at)) == [(1, 5)]


def test_what_is_late_anyway_does_not_make_others_late() -> None:
    late = a_bucket(1, waiting=1, deadline=NOW + SECOND)
    in_time = a_bucket(2, waiting=1, deadline=NOW + MINUTE)
    assert is_too_late(late, NOW)
    assert not is_too_late(a_bucket(deadline=NOW + latency_bound(0) // 3), NOW)

    assert [bucket for bucket, _ in calls(look(late, in_time))] == [2, 1]


def test_what_is_late_has_its_turn_after_an_hour() -> None:
    late = a_bucket(2, waiting=1, deadline=NOW - HOUR)
    in_time = a_bucket(1, waiting=1, deadline=NOW + MINUTE)

    assert [bucket for bucket, _ in calls(look(late, in_time))] == [2, 1]
