"""How fast the flex tier is asked: slots that fill, cool and come back."""

import pytest

from bide.core.clock import MINUTE, SECOND
from bide.lanes.capacity.scarcity import OFF_FOR, FlexPace, backoff, tries

NOW = 1_800_000_000 * SECOND


@pytest.mark.parametrize(
    ("refusals", "jitter", "seconds"),
    [
        pytest.param(0, 0.5, 10.0, id="the first"),
        pytest.param(1, 0.5, 17.0, id="the second"),
        pytest.param(3, 0.5, 49.13, id="the fourth"),
        pytest.param(0, 0.0, 7.5, id="spread to a quarter less"),
        pytest.param(0, 1.0, 12.5, id="and a quarter more"),
        pytest.param(90, 0.5, 300.0, id="never more than five minutes"),
    ],
)
def test_each_refusal_in_a_row_waits_longer(refusals: int, jitter: float, seconds: float) -> None:
    assert backoff(refusals, jitter) / SECOND == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("slack", "count"),
    [
        pytest.param(-SECOND, 0, id="none"),
        pytest.param(0, 1, id="one at once"),
        pytest.param(5 * MINUTE - 1, 1, id="before the second"),
        pytest.param(5 * MINUTE, 2, id="with five minutes between them"),
        pytest.param(30 * MINUTE, 7, id="half an hour"),
    ],
)
def test_how_often_there_is_time_to_try(slack: int, count: int) -> None:
    assert tries(slack) == count


def test_a_slot_that_was_turned_away_stays_empty_for_its_back_off() -> None:
    pace = FlexPace().started(8)
    assert pace.room(NOW) == 0
    pace = pace.refused(0.5, NOW)
    assert (pace.in_flight, pace.slots, pace.room(NOW), pace.next_room(NOW)) == (7, 6.4, 0, NOW + 10 * SECOND)
    pace = pace.refused(0.5, NOW)
    assert pace.next_room(NOW) == NOW + 10 * SECOND
    assert pace.next_room(NOW + 10 * SECOND) == NOW + 17 * SECOND
    for _ in range(6):
        pace = pace.answered(NOW + 11 * SECOND)
    assert (pace.in_flight, pace.in_a_row) == (0, 0)
    assert pace.room(NOW + 11 * SECOND) == 11 - 1


def test_the_provider_s_own_time_is_kept_to() -> None:
    assert FlexPace().started(1).refused(0.5, NOW, 99 * SECOND).next_room(NOW) == NOW + 99 * SECOND


def test_where_everything_is_turned_away_one_slot_goes_on_asking() -> None:
    pace, now, asked = FlexPace(), NOW, 0
    while now < NOW + 60 * MINUTE:
        room = pace.room(now)
        pace = pace.started(room)
        for _ in range(room):
            pace = pace.refused(0.5, now)
        asked += room
        now = pace.next_room(now)
    assert pace.slots == 1.0
    assert 12 <= asked <= 30, "a handful at first, and then one in five minutes"


def test_a_tier_that_is_not_granted_is_left_alone_for_an_hour() -> None:
    pace = FlexPace().started(1).not_granted(NOW)
    assert (pace.room(NOW), pace.next_room(NOW), pace.room(NOW + OFF_FOR)) == (0, NOW + OFF_FOR, 8)
