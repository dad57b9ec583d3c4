import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.lanes.given import NOW

from bide.core.bucket import Tally
from bide.core.clock import HOUR, MINUTE, SECOND
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.rescue.admission import Admission, explain, fits, room
from bide.lanes.rescue.rescue import Demand, Margins, starts

SIXTY = Capacity(60, None, True)

EXACT = Margins(head_room=1.0, safety=0)

LATENCY = 12 * SECOND
"""Of a call without output."""


def owed(bucket: int, seconds: int, requests: int, longest: int = 0) -> Demand:
    """A promise of `requests` with a deadline that leaves `seconds` for starting calls without output."""
    return Demand(bucket, NOW + seconds * SECOND + LATENCY, longest, Tally(requests, 0))


@pytest.mark.parametrize(
    ("promised", "margins", "seconds"),
    [
        pytest.param([], EXACT, 100, id="nothing was promised before"),
        pytest.param([], Margins(0.4, 0), 40, id="four tenths of the rate"),
        pytest.param([], Margins(1.0, 30 * SECOND), 70, id="half a minute to spare"),
        pytest.param([], Margins(1.0, 2 * MINUTE), 0, id="nothing is left of it"),
        pytest.param([owed(1, 50, 30)], EXACT, 70, id="what comes earlier is taken off"),
        pytest.param([owed(1, 100, 30)], EXACT, 70, id="so is what comes at the same time"),
        pytest.param([owed(1, 500, 30)], EXACT, 100, id="what comes much later is no matter"),
        pytest.param([owed(1, 110, 30)], EXACT, 80, id="what comes later keeps its time"),
        pytest.param([owed(1, 110, 30), owed(2, 50, 20)], EXACT, 60, id="earlier and later ones"),
        pytest.param([owed(1, 110, 30), owed(2, 115, 40)], EXACT, 45, id="two later ones that push each other"),
        pytest.param([owed(1, 50, 500)], EXACT, 0, id="more was promised than there is"),
        pytest.param(
            [owed(1, 120, 30, longest=1_750)], EXACT, 70, id="later by its deadline, earlier by its last call"
        ),
    ],
)
def test_how_much_is_free(promised: list[Demand], margins: Margins, seconds: int) -> None:
    assert room(promised, NOW + 100 * SECOND + LATENCY, 0, SIXTY, margins, NOW) == seconds * SECOND


def test_long_answers_leave_less() -> None:
    assert room([], NOW + 100 * SECOND + LATENCY, 875, SIXTY, EXACT, NOW) == 80 * SECOND


@pytest.mark.parametrize(
    ("tally", "does"),
    [
        pytest.param(Tally(60, 0), True, id="exactly"),
        pytest.param(Tally(61, 0), False, id="one too many"),
        pytest.param(Tally(1, 1_000), True, id="tokens, exactly"),
        pytest.param(Tally(1, 1_001), False, id="a token too many"),
        pytest.param(Tally(), True, id="nothing"),
    ],
)
def test_what_fits(tally: Tally, does: bool) -> None:
    assert fits(tally, MINUTE, Capacity(60, 1_000, True)) is does


promises = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60), st.sampled_from([0, 437, 4_375])), max_size=5)


@given(
    promises,
    st.integers(1, 300),
    st.sampled_from([0, 437]),
    st.sampled_from([EXACT, Margins(0.9, 30 * SECOND), Margins(0.4, 0)]),
    st.sampled_from([SIXTY, Capacity(500, None, True), Capacity(7, None, True)]),
)
def test_exactly_what_is_admitted_can_still_be_answered_in_time(
    promised: list[tuple[int, int, int]], seconds: int, longest: int, margins: Margins, capacity: Capacity
) -> None:
    before = [owed(bucket, *one) for bucket, one in enumerate(promised, 1)]
    deadline = NOW + seconds * SECOND + LATENCY
    grain = len(before) + 2
    """Every bucket's work is rounded up to the next microsecond."""

    def first(requests: int) -> int:
        """When the first call must start, were so many admitted beside the rest."""
        new = Demand(99, deadline, longest, Tally(requests, 0))
        return min(start.at for start in starts([*before, new], capacity, margins).values())

    assume(not before or min(start.at for start in starts(before, capacity, margins).values()) >= NOW)
    free = room(before, deadline, longest, capacity, margins, NOW)
    admitted = free * capacity.requests_per_minute // MINUTE

    assert fits(Tally(admitted, 0), free, capacity)
    assert not fits(Tally(admitted + 1, 0), free, capacity)
    assert admitted == 0 or first(admitted) >= NOW - grain
    assert first(admitted + 1) < NOW + grain


def test_the_arithmetic_is_shown() -> None:
    capacity, margins = Capacity(500, 2_000_000, True), Margins(0.9, 30 * SECOND)
    free = room([], NOW + 8 * HOUR, 1_024, capacity, margins, NOW)

    told = explain(Tally(300_000, 0), Tally(215_509, 0), NOW + 8 * HOUR, 1_024, capacity, margins, NOW, free)

    assert told == Admission(
        requests=300_000,
        guaranteed=215_509,
        known=True,
        arithmetic=(
            "(8h - 1m 5s for the last call) x 500 requests/min and 2,000,000 tokens/min x 0.9; "
            "479 min of it are free, enough for 215,509 of 300,000"
        ),
        drain=40_000 * SECOND,
    )  # fmt: skip
    assert fits(Tally(told.guaranteed, 0), free, capacity)
    assert not fits(Tally(told.guaranteed + 1, 0), free, capacity)


def test_without_a_token_limit_none_is_shown() -> None:
    told = explain(Tally(1, 0), Tally(1, 0), NOW + HOUR, 0, SIXTY, EXACT, NOW, 3_588 * SECOND)

    assert (
        told.arithmetic
        == "(1h - 12s for the last call) x 60 requests/min x 1; 60 min of it are free, enough for 1 of 1"
    )


def test_nothing_is_guaranteed_at_a_limit_that_is_only_assumed() -> None:
    told = explain(Tally(90, 0), Tally(90, 0), NOW + HOUR, 0, Capacity(60, None, False), EXACT, NOW, HOUR)

    assert told == Admission(
        90, 0, False, "the account's rate limit is not known yet; 60 requests/min is assumed until the first call tells", 90 * SECOND
    )  # fmt: skip
