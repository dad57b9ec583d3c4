"""Time-to-finish: what the estimate says after batches that ended, were cancelled or still run."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.lanes.forecast.evidence import EDGES, Evidence, bin_of
from bide.lanes.forecast.turnaround import NEVER, Turnaround, share

NOW = 1_800_000_000 * SECOND


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        pytest.param(0, 0.0, id="nothing is done at once"),
        pytest.param(7 * MINUTE, 0.50, id="half within 7 minutes"),
        pytest.param(15 * MINUTE, 0.68, id="68 % within 15 minutes"),
        pytest.param(HOUR, 0.90, id="nine of ten within the hour"),
        pytest.param(348 * MINUTE, 0.99, id="99 % within 5.8 hours"),
        pytest.param(DAY, 0.9993, id="all but 0.07 % within a day"),
    ],
)
def test_a_fresh_installation_believes_what_was_published(age: int, expected: float) -> None:
    assert Turnaround.prior().finished(age) == pytest.approx(expected, abs=0.01)


def test_what_is_not_done_yet_has_less_hope_than_what_was_just_submitted() -> None:
    prior = Turnaround.prior()

    assert prior.chance(0, 15 * MINUTE) == pytest.approx(0.68, abs=0.01)
    assert prior.chance(HOUR, 15 * MINUTE) == pytest.approx((0.919 - 0.90) / 0.10, abs=0.03)


@given(st.integers(1, DAY), st.floats(0.01, 0.99), st.lists(st.integers(0, 2 * DAY), max_size=20))
def test_a_quantile_is_the_age_at_which_the_share_is_reached(age: int, part: float, ages: Sequence[int]) -> None:
    estimate = Turnaround.prior()
    for number, seen in enumerate(ages):
        estimate = estimate.observe(seen, 1, NOW) if number % 3 else estimate.censor(seen, 1, NOW)

    found = estimate.quantile(part, age)

    assert age <= found
    if found < NEVER:
        assert estimate.chance(age, found - age) == pytest.approx(part, abs=1e-3)


@given(st.lists(st.tuples(st.integers(0, 2 * DAY), st.booleans()), max_size=30))
def test_it_is_a_distribution_whatever_was_seen(seen: Sequence[tuple[int, bool]]) -> None:
    estimate = Turnaround.prior()
    for age, is_done in seen:
        estimate = estimate.observe(age, 5, NOW) if is_done else estimate.censor(age, 5, NOW)

    curve = [estimate.finished(age) for age in (0, SECOND, *EDGES, 2 * DAY)]

    assert curve == sorted(curve)
    assert all(0.0 <= value <= 1.0 for value in curve)


def test_without_a_prior_it_is_the_share_of_what_was_seen() -> None:
    estimate = Turnaround((1.0,) * len(EDGES), 0.0)
    for age in (MINUTE, 10 * MINUTE, HOUR, 3 * HOUR):
        estimate = estimate.observe(age, 1, NOW)

    assert [estimate.finished(age) for age in (30 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, DAY)] == pytest.approx(
        [0, 0.25, 0.5, 0.75, 1]
    )


def test_a_cancelled_one_says_that_it_took_longer_and_no_more() -> None:
    """Kaplan-Meier's own way: of ten, five end at 2 min, three are cancelled at 10 min, one of the last two ends at an hour."""
    estimate = Turnaround((1.0,) * len(EDGES), 0.0)
    estimate = estimate.observe(2 * MINUTE, 5, NOW).censor(10 * MINUTE, 3, NOW)
    estimate = estimate.observe(HOUR, 1, NOW).observe(5 * HOUR, 1, NOW)

    assert estimate.finished(5 * MINUTE) == pytest.approx(0.5)
    assert estimate.finished(2 * HOUR) == pytest.approx(1 - 0.5 * 0.5)


def test_batches_that_run_count_with_their_present_age() -> None:
    """Without them a bout of congestion shows only when its first batches end."""
    seen = Turnaround.prior()
    for _ in range(20):
        seen = seen.observe(5 * MINUTE, 1, NOW)

    bout = seen.with_running([(HOUR, 1)] * 30)

    assert seen.finished(15 * MINUTE) > 0.8
    assert bout.finished(15 * MINUTE) < 0.55


def test_what_is_known_to_lie_between_two_ages_is_spread_as_expected() -> None:
    seen = Turnaround.prior(weight=1e-9)
    end = EDGES[bin_of(HOUR)]
    between = seen.observe(end, 20, NOW, since=0)

    assert between.finished(end) == pytest.approx(1, abs=1e-6)
    assert between.finished(7 * MINUTE) == pytest.approx(seen.finished(7 * MINUTE) / seen.finished(end), abs=1e-3)
    assert between.weight == pytest.approx(20)


def test_known_to_lie_in_one_bin_is_known() -> None:
    seen = Turnaround.prior().observe(HOUR, 4, NOW, since=HOUR - SECOND)

    assert seen.evidence.ended[bin_of(HOUR)] == pytest.approx(4)


def test_one_batch_counts_no_more_than_twenty_requests() -> None:
    assert Turnaround.prior().observe(HOUR, 50_000, NOW).weight == 20
    assert share(50_000) * 50_000 == pytest.approx(20)
    assert share(3) == 1


def test_what_was_seen_counts_half_after_six_hours() -> None:
    seen = Turnaround.prior().observe(HOUR, 16, NOW)

    assert seen.at(NOW + 6 * HOUR).weight == pytest.approx(8)
    assert seen.observe(HOUR, 1, NOW + 12 * HOUR).weight == pytest.approx(5)
    assert seen.at(NOW - HOUR).weight == 16, "a clock that goes back forgets nothing"


def test_a_part_shrinks_to_the_whole() -> None:
    """A model of which little was seen is believed to be like its account; one of which much was seen is what it is."""
    account = Turnaround.prior()
    for _ in range(500):
        account = account.observe(2 * HOUR, 1, NOW)
    little = account.under(Evidence()).observe(MINUTE, 1, NOW)
    much = account.under(Evidence())
    for _ in range(500):
        much = much.observe(MINUTE, 1, NOW)

    assert little.finished(HOUR) == pytest.approx(account.finished(HOUR), abs=0.05)
    assert much.finished(2 * MINUTE) > 0.9


def test_never_is_said_where_a_day_is_not_enough() -> None:
    stuck = Turnaround.prior()
    for _ in range(300):
        stuck = stuck.censor(2 * DAY, 1, NOW)

    assert stuck.quantile(0.95) == NEVER
    assert stuck.finished(7 * DAY) == stuck.finished(DAY) < 0.2
    assert stuck.chance(2 * DAY, DAY) == 0


def test_evidence_of_two_processes_is_added_in_any_order() -> None:
    one = Evidence().added([(3, 1.0)], [(5, 2.0)], NOW)
    other = Evidence().added([(3, 1.0)], (), NOW + HOUR)

    assert one.joined(other) == other.joined(one)
    assert one.joined(other).weight == pytest.approx(1 + 3 * 0.5 ** (1 / 6))
