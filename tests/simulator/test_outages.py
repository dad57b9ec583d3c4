"""Time that does not count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.core.clock import FAR_FUTURE
from bide.simulator.faults import Site
from bide.simulator.outages import Interval, Outage, Outages, Standstill

STILL = Standstill([Interval(100, 200), Interval(150, 250), Interval(400, 500)])


def test_intervals_that_touch_are_one() -> None:
    assert STILL.intervals == (Interval(100, 250), Interval(400, 500))


@pytest.mark.parametrize(
    ("since", "until", "worked"),
    [
        pytest.param(0, 100, 100, id="before"),
        pytest.param(0, 180, 100, id="into an interval"),
        pytest.param(120, 240, 0, id="within one"),
        pytest.param(0, 600, 350, id="over both"),
        pytest.param(300, 200, 0, id="backwards"),
    ],
)
def test_worked(since: int, until: int, worked: int) -> None:
    assert STILL.worked(since, until) == worked


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        pytest.param(0, 100, 100, id="done as it begins"),
        pytest.param(0, 101, 251, id="one microsecond more"),
        pytest.param(120, 0, 120, id="nothing to do"),
        pytest.param(120, 1, 251, id="begun within one"),
        pytest.param(0, 300, 550, id="over both"),
        pytest.param(600, 5, 605, id="after all"),
    ],
)
def test_after(start: int, duration: int, end: int) -> None:
    assert STILL.after(start, duration) == end


intervals = st.lists(
    st.tuples(st.integers(0, 1_000), st.integers(1, 200)).map(lambda pair: Interval(pair[0], pair[0] + pair[1])),
    max_size=6,
)


@given(intervals, st.integers(0, 1_200), st.integers(1, 500))
def test_after_is_the_first_instant_with_so_much_work(found: list[Interval], start: int, duration: int) -> None:
    still = Standstill(found)
    end = still.after(start, duration)
    assert still.worked(start, end) == duration
    assert still.worked(start, end - 1) == duration - 1


def test_work_that_meets_an_endless_outage_is_never_done() -> None:
    outages = Outages([Outage(from_=50)], 1_000)
    assert outages.standstill.after(1_000, 51) == FAR_FUTURE
    assert outages.standstill.after(1_000, 50) == 1_050


def test_only_what_is_named_is_refused_and_only_meanwhile() -> None:
    outages = Outages([Outage(from_=10, to=20, stops=("calls",), refusal="no_credit")], 1_000)
    assert outages.refusal(Site.CALL, 1_009) is None
    assert (refused := outages.refusal(Site.CALL, 1_010)) is not None
    assert refused.type == "insufficient_quota"
    assert outages.refusal(Site.CREATE, 1_010) is None
    assert outages.refusal(Site.CALL, 1_020) is None
    assert outages.standstill.intervals == ()
