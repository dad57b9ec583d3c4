"""The course of a batch as arithmetic."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.core.clock import DAY, HOUR, MINUTE
from bide.simulator.behaviour import Behaviour
from bide.simulator.chance import Chance, Spread
from bide.simulator.outages import Interval, Standstill
from bide.simulator.schedule import NEVER, Schedule, draw, draw_failure

CREATED = 10 * DAY


def course(rows: int = 10, standstill: Standstill | None = None, **behaviour: object) -> Schedule:
    """A schedule without chance: validation 1 min, turnaround 1 h, finalizing 5 min, unless said otherwise."""
    usual: dict[str, object] = {
        "validation": Spread(MINUTE),
        "turnaround": Spread(HOUR),
        "finalizing": Spread(5 * MINUTE),
        "begins": 0.5,
    }
    made = Behaviour(**usual | behaviour)  # pyright: ignore[reportArgumentType]
    return draw(made, Chance(1), 0.0, rows, CREATED, standstill or Standstill())


def statuses(schedule: Schedule, *minutes: float) -> list[str]:
    return [schedule.status(CREATED + round(minute * MINUTE)) for minute in minutes]


def test_the_course_of_a_good_batch() -> None:
    schedule = course()
    assert statuses(schedule, 0, 0.9, 1, 59, 60, 64, 65, 10_000) == [
        *["validating"] * 2,
        *["in_progress"] * 2,
        *["finalizing"] * 2,
        *["completed"] * 2,
    ]
    done = [schedule.done(CREATED + minute * MINUTE) for minute in (0, 30, 33, 45, 59, 60, 600)]
    assert done == [0, 0, 1, 5, 9, 10, 10]


def test_a_batch_that_takes_no_time_is_validating_when_it_is_created_and_done_right_after() -> None:
    schedule = course(turnaround=Spread(0), validation=Spread(0), finalizing=Spread(0))
    assert schedule.status(CREATED) == "validating"
    assert (schedule.status(CREATED + 1), schedule.done(CREATED + 1)) == ("completed", 10)


@pytest.mark.parametrize(
    ("behaviour", "ends_at", "outcome", "done"),
    [
        pytest.param({"turnaround": Spread(2 * DAY), "begins": 0.0}, DAY, "expired", 4, id="too slow"),
        pytest.param({"turnaround": Spread(2 * DAY)}, DAY, "expired", 0, id="too slow to begin"),
        pytest.param({"turnaround": Spread(DAY)}, DAY + 5 * MINUTE, "completed", 10, id="just in time"),
        pytest.param({"expires": 0.5}, DAY, "expired", 5, id="expires with half"),
        pytest.param({"expires": 0.0}, DAY, "expired", 0, id="expires with nothing"),
        pytest.param({"expires": 1.0}, DAY, "expired", 10, id="expires with everything"),
        pytest.param({"expires": 0.5, "turnaround": Spread(9 * DAY)}, DAY, "expired", 5, id="expires, begun too late"),
        pytest.param({"window": 30 * MINUTE}, 30 * MINUTE, "expired", 0, id="a short window"),
        pytest.param({"stuck": "validating"}, NEVER - CREATED, "completed", 0, id="stuck in validation"),
        pytest.param({"stuck": "in_progress"}, NEVER - CREATED, "completed", 5, id="stuck in progress"),
        pytest.param({"stuck": "finalizing"}, NEVER - CREATED, "completed", 10, id="stuck while finalizing"),
    ],
)
def test_ends(behaviour: dict[str, Any], ends_at: int, outcome: str, done: int) -> None:
    schedule = course(**behaviour)
    assert (schedule.ends_at - CREATED, schedule.outcome) == (ends_at, outcome)
    late = min(CREATED + ends_at, CREATED + 300 * DAY)
    assert schedule.done(late) == schedule.done(late + 30 * DAY) == done
    if "stuck" in behaviour:
        assert schedule.status(late) == behaviour["stuck"]


def test_an_expiring_batch_has_done_its_share_only_at_the_end() -> None:
    schedule = course(rows=1_000, expires=0.5)
    assert schedule.done(CREATED + 12 * HOUR) == pytest.approx(250, abs=10)
    assert schedule.done(schedule.ends_at - 1) == 499
    assert schedule.done(schedule.ends_at) == 500


def test_a_standstill_delays_everything_but_the_window() -> None:
    schedule = course(standstill=Standstill([Interval(CREATED + 40 * MINUTE, CREATED + 10 * HOUR)]))
    assert schedule.ends_at == CREATED + 10 * HOUR + 25 * MINUTE
    assert schedule.done(CREATED + 40 * MINUTE) == schedule.done(CREATED + 9 * HOUR) == 3
    endless = course(standstill=Standstill([Interval(CREATED + 40 * MINUTE, NEVER)]))
    assert (endless.ends_at, endless.outcome, endless.done(NEVER)) == (CREATED + DAY, "expired", 3)


def test_a_failing_batch() -> None:
    schedule = draw_failure(Behaviour(validation=Spread(MINUTE)), Chance(1), CREATED, Standstill())
    assert statuses(schedule, 0, 0.9, 1, 999) == ["validating", "validating", "failed", "failed"]
    assert schedule.done(NEVER - 1) == 0


behaviours = st.fixed_dictionaries(
    {
        "turnaround": st.integers(0, 3 * DAY).map(Spread),
        "validation": st.integers(0, HOUR).map(Spread),
        "finalizing": st.integers(0, HOUR).map(Spread),
        "begins": st.floats(0, 1),
        "expires": st.none() | st.floats(0, 1),
        "stuck": st.sampled_from([None, None, "validating", "in_progress", "finalizing"]),
    }
)
stills = st.lists(
    st.tuples(st.integers(0, DAY), st.integers(1, DAY)).map(
        lambda pair: Interval(CREATED + pair[0], CREATED + pair[0] + pair[1])
    ),
    max_size=2,
).map(Standstill)


@given(behaviours, stills, st.integers(1, 40))
def test_rows_and_status_only_ever_move_forward(behaviour: dict[str, Any], standstill: Standstill, rows: int) -> None:
    schedule = course(rows, standstill, **behaviour)
    instants = range(CREATED, CREATED + 2 * DAY, DAY // 50)
    done = [schedule.done(instant) for instant in instants]
    assert done == sorted(done)
    assert done[-1] <= schedule.doable <= rows
    order = ["validating", "in_progress", "finalizing", "completed", "expired"]
    seen = [order.index(schedule.status(instant)) for instant in instants]
    assert seen == sorted(seen)
    assert done[0] == 0
    if schedule.status(instants[-1]) == "completed":
        assert done[-1] == rows


@given(behaviours, stills, st.integers(1, 40))
def test_a_row_is_finished_at_the_first_instant_that_counts_it(
    behaviour: dict[str, Any], standstill: Standstill, rows: int
) -> None:
    schedule = course(rows, standstill, **behaviour)
    for rank in range(schedule.done(schedule.ends_at)):
        finished_at = schedule.finished_at(rank)
        assert schedule.done(finished_at) >= rank + 1
        assert schedule.done(finished_at - 1) <= rank
