"""How much time a log stands for."""

from tests.audit.given import MONDAY, days, record

from bide.audit.extent import extent
from bide.audit.profiling import profile_of
from bide.core.clock import DAY, HOUR, MINUTE


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
