"""How much time a log stands for."""

from dataclasses import replace

from tests.audit.given import MONDAY, bounds, days, record

from bide.audit.evidence.extent import extent, extents, missing
from bide.audit.evidence.month import Pricing
from bide.audit.levers.judging import Basis
from bide.audit.plan.audit import audit
from bide.audit.profile.profile import Silence
from bide.audit.profile.profiling import profile_of
from bide.audit.views.wording import facts
from bide.core.clock import DAY, HOUR, MINUTE
from bide.ledger.prices import Prices


def test_nightly_runs_stand_for_whole_days() -> None:
    rows = [record(MONDAY + day * DAY + 2 * HOUR + call * MINUTE) for day in range(14) for call in range(10)]

    assert extent(profile_of(rows)) == 14 * DAY


def test_single_nightly_calls_stand_for_whole_days() -> None:
    assert extent(profile_of(record(MONDAY + day * DAY + 2 * HOUR) for day in range(14))) == 14 * DAY


def test_office_hours_stand_for_whole_days() -> None:
    assert (
        extent(profile_of(record(MONDAY + day * DAY + hour * HOUR) for day in range(5) for hour in range(8, 18)))
        == 5 * DAY
    )


def test_what_never_stops_stands_for_what_was_seen() -> None:
    rows = [record(MONDAY + 15 * HOUR + minute * 10 * MINUTE) for minute in range(7 * 24 * 6 + 1)]

    assert extent(profile_of(rows)) == 7 * DAY
    assert extent(profile_of(rows[:200])) == 199 * 10 * MINUTE


def test_sums_of_days_stand_for_these_days() -> None:
    assert extent(profile_of(days()[:9])) == 9 * DAY


def test_a_moment_stands_for_nothing() -> None:
    assert extent(profile_of([record(MONDAY)])) == 0


def test_days_of_which_a_file_is_missing_are_not_covered() -> None:
    """Nightly runs of five days, four days of which nobody speaks, and five more."""
    nights = (*range(5), *range(9, 14))
    profile = profile_of(record(MONDAY + day * DAY + 2 * HOUR + call * MINUTE) for day in nights for call in range(60))
    gap = Silence("a", "b", MONDAY + 4 * DAY + 3 * HOUR, MONDAY + 9 * DAY + 2 * HOUR)

    assert extent(replace(profile, silences=[gap])) == 14 * DAY
    known = replace(gap, missing=True)
    assert (extent(replace(profile, silences=[known])), missing(replace(profile, silences=[known] * 2))) == (
        10 * DAY,
        4 * DAY,
    )
    assert extents(replace(profile, silences=[known])) == {(profile.first, profile.end): 10 * DAY}


def test_kinds_of_files_stand_for_their_own_time() -> None:
    profile = profile_of([record(MONDAY + day * DAY, period=DAY, workflow="long") for day in range(28)])
    week = profile_of([record(MONDAY + day * DAY, period=DAY, workflow="short") for day in range(7)])
    both = replace(profile, groups=[*profile.groups, *week.groups])

    assert extents(both) == {(MONDAY, MONDAY + 28 * DAY): 28 * DAY, (MONDAY, MONDAY + 7 * DAY): 7 * DAY}


def test_a_week_beside_four_is_reckoned_to_a_month_by_itself() -> None:
    """A million tokens a day at 2 USD: 28 days and 7 days make 30 × 2 each."""
    known = {"input": 1_000_000, "output": 0, "period": DAY}
    four, one = (
        profile_of([record(MONDAY + day * DAY, workflow=name, **known) for day in range(count)])
        for name, count in (("long", 28), ("short", 7))
    )
    prices = Prices()
    basis = Basis(pricing=Pricing(prices, "2026-11-21", prices.checked_on))
    of = audit(replace(four, groups=[*four.groups, *one.groups]), basis)

    assert {workflow.name: bounds(workflow.now) for workflow in of.workflows} == {"long": ("60",), "short": ("60",)}
    assert "some files cover 7d of the 28d: each kind is reckoned to a month by its own time" in of.notes


def test_a_month_is_not_made_cheaper_by_days_of_which_a_file_is_missing() -> None:
    """A million tokens a day at 2 USD on twenty days with ten between them: 30 × 2."""
    days_known = (*range(10), *range(20, 30))
    rows = [record(MONDAY + day * DAY, input=1_000_000, output=0, period=DAY) for day in days_known]
    gap = Silence("one.csv", "two.csv", MONDAY + 10 * DAY, MONDAY + 20 * DAY, missing=True)
    prices = Prices()
    basis = Basis(pricing=Pricing(prices, "2026-11-21", prices.checked_on))
    of = audit(replace(profile_of(rows), silences=[gap]), basis)

    assert [bounds(workflow.now) for workflow in of.workflows] == [("60",)]
    assert any(
        "one.csv and two.csv nothing is known of 10d" in note and "do not count as covered" in note for note in of.notes
    )
    assert dict(facts(of))["covers"].startswith("20d, ")
    assert ", without 10d between files; a month is 30 days, 1.5 times that" in dict(facts(of))["covers"]
