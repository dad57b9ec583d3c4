import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lanes.given import NOW, a_batch

from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.states import BatchState
from bide.lanes.copies import LEAST_GAIN, NO_COPIES, PRIOR, Efficacy, gain, may_be_copied, worth
from bide.lanes.turnaround import MEDIAN, PRIOR_WEIGHT, SIGMA, Turnaround

FRESH = Turnaround.prior(MEDIAN, SIGMA, PRIOR_WEIGHT)
"""Half of all batches are done within seven minutes."""

chances = st.floats(0, 1)


@given(first=chances, second=chances)
def test_with_luck_of_its_own_a_copy_pays_where_the_first_comes_in_less_than_half_of_all_cases(
    first: float, second: float
) -> None:
    assert (gain(first, second) > 1e-12) == (first < 0.5 - 1e-9 and second * (0.5 - first) > 1e-12)


@given(first=chances, second=chances, factor=chances)
def test_a_copy_is_worth_less_the_less_copies_have_achieved(first: float, second: float, factor: float) -> None:
    assert gain(first, second, factor) <= gain(first, second)


def test_what_copies_achieve_is_believed_until_it_is_seen() -> None:
    assert NO_COPIES.factor == 1.0
    assert Efficacy(won=0, expected=PRIOR).factor == 0.5
    assert Efficacy(won=9, expected=3).factor == 1.0, "better than expected is no reason to hope for more"


@pytest.mark.parametrize(
    ("fields", "may"),
    [
        pytest.param({}, True, id="one request, under way"),
        pytest.param({"requests": 2}, False, id="two requests: one of them may be done"),
        pytest.param({"state": BatchState.SEALED}, False, id="not submitted yet"),
        pytest.param({"cancel_asked": True}, False, id="being cancelled"),
        pytest.param({"copied": True}, False, id="it has a copy"),
        pytest.param({"copy_of": 7}, False, id="it is one"),
    ],
)
def test_which_batches_may_have_a_copy(fields: dict[str, object], may: bool) -> None:
    assert may_be_copied(a_batch(**({"requests": 1} | fields))) is may


def test_a_copy_is_made_when_the_first_is_overdue_and_a_second_still_has_time() -> None:
    overdue, young = a_batch(requests=1, age=HOUR), a_batch(requests=1, age=SECOND)

    assert worth(overdue, NOW + 10 * MINUTE, FRESH, NO_COPIES, NOW) == pytest.approx(FRESH.finished(10 * MINUTE))
    assert worth(young, NOW + 10 * MINUTE, FRESH, NO_COPIES, NOW) is None, "the first has every chance itself"
    assert worth(overdue, NOW + SECOND, FRESH, NO_COPIES, NOW) is None, "the second has none"


def test_where_bad_luck_is_shared_copies_are_given_up() -> None:
    overdue = a_batch(requests=1, age=HOUR)
    useless = Efficacy(won=0, expected=100 * PRIOR)

    assert worth(overdue, NOW + 10 * MINUTE, FRESH, useless, NOW) is None
    assert 0.5 * FRESH.finished(10 * MINUTE) > LEAST_GAIN
