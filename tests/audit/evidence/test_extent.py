"""How much time a log stands for."""

from dataclasses import replace

from tests.audit.given import MONDAY, bounds, days, record

from bide.audit.evidence.extent import extent, extents
from bide.audit.evidence.month import Pricing
from bide.audit.levers.judging import Basis
from bide.audit.plan.audit import audit
from bide.audit.profile.profiling import profile_of
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
