import pytest
from tests.lanes.hours.test_window import at

from bide.core.clock import DAY, HOUR, MINUTE
from bide.core.errors import SettingError
from bide.lanes.hours.timetable import LATE, Due, Missed, Timetable, check, due, nightly, weekly

BERLIN = "Europe/Berlin"
NIGHTLY = Timetable("0 2 * * *", BERLIN)


@pytest.mark.parametrize(
    ("cron", "now", "instants"),
    [
        pytest.param("0 2 * * *", "2026-11-21T12:00", ["2026-11-22T02:00", "2026-11-23T02:00"], id="every night"),
        pytest.param("0 2 * * *", "2026-11-21T02:00", ["2026-11-22T02:00"], id="after, not at"),
        pytest.param("0 2 * * *", "2027-03-27T12:00", ["2027-03-28T03:00", "2027-03-29T02:00"], id="a time that is skipped is the moment after"),
        pytest.param("30 2 * * *", "2027-03-27T12:00", ["2027-03-28T03:00", "2027-03-29T02:30"], id="within the skipped hour"),
        pytest.param("30 2 * * *", "2026-10-24T12:00", ["2026-10-25T00:30Z", "2026-10-26T02:30"], id="a time that comes twice is the first"),
        pytest.param("0 * * * *", "2027-03-28T01:30", ["2027-03-28T03:00", "2027-03-28T04:00"], id="every hour, one skipped"),
        pytest.param("0 * * * *", "2026-10-25T00:30Z", ["2026-10-25T01:00Z", "2026-10-25T02:00Z"], id="every hour, one twice"),
        pytest.param("0 2 * * 6,0", "2026-11-19T12:00", ["2026-11-21T02:00", "2026-11-22T02:00", "2026-11-28T02:00"], id="weekends"),
        pytest.param("0 0 29 2 *", "2026-11-19T12:00", ["2028-02-29T00:00"], id="a leap day"),
    ],
)  # fmt: skip
def test_the_instants(cron: str, now: str, instants: list[str]) -> None:
    timetable, moment = Timetable(cron, BERLIN), at(now)
    for instant in instants:
        moment = timetable.after(moment)
        assert moment == at(instant)


@pytest.mark.parametrize(
    ("missed", "now", "expected"),
    [
        pytest.param(Missed.RUN_ONCE, "2026-11-21T02:00", ("2026-11-21T02:00", 0, "2026-11-22T02:00"), id="on time"),
        pytest.param(Missed.SKIP, "2026-11-21T02:10", ("2026-11-21T02:00", 0, "2026-11-22T02:00"), id="a little late"),
        pytest.param(Missed.SKIP, "2026-11-21T02:11", (None, 1, "2026-11-22T02:00"), id="missed, and skipped"),
        pytest.param(Missed.RUN_ONCE, "2026-11-21T09:00", ("2026-11-21T02:00", 0, "2026-11-22T02:00"), id="missed, and made up for"),
        pytest.param(Missed.RUN_ONCE, "2026-11-24T09:00", ("2026-11-24T02:00", 3, "2026-11-25T02:00"), id="four missed, and one made up for"),
        pytest.param(Missed.SKIP, "2026-11-24T09:00", (None, 4, "2026-11-25T02:00"), id="four skipped"),
        pytest.param(Missed.SKIP, "2026-11-24T02:01", ("2026-11-24T02:00", 3, "2026-11-25T02:00"), id="three missed, and one in time"),
    ],
)  # fmt: skip
def test_what_is_due(missed: Missed, now: str, expected: tuple[str | None, int, str]) -> None:
    run, skipped, following = expected
    first = at("2026-11-21T02:00")

    assert due(NIGHTLY, first, missed, at(now)) == Due(run and at(run), skipped, first, at(following))  # type: ignore[arg-type]


def test_a_year_of_minutes_that_were_missed_is_made_up_for_at_once() -> None:
    minutes = Timetable("* * * * *", "UTC")
    first = at("2025-11-21T02:00Z")
    found = due(minutes, first, Missed.RUN_ONCE, first + 365 * DAY + MINUTE // 2)

    assert (found.run, found.following) == (first + 365 * DAY, first + 365 * DAY + MINUTE)
    assert found.skipped >= 5_000


@pytest.mark.parametrize(
    ("written", "cron"),
    [
        pytest.param(nightly("02:00"), "0 2 * * *", id="nightly"),
        pytest.param(nightly("6:05"), "5 6 * * *", id="one digit"),
        pytest.param(weekly("sat 02:00"), "0 2 * * 6", id="weekly"),
        pytest.param(weekly("Sun, mon 18:30"), "30 18 * * 0,1", id="two days"),
        pytest.param(weekly("mon-fri 18:30"), "30 18 * * 1,2,3,4,5", id="days from one to another"),
        pytest.param(weekly("fri-mon, wed 18:30"), "30 18 * * 5,6,0,1,3", id="over the weekend, and one more"),
    ],
)
def test_words_for_expressions(written: str, cron: str) -> None:
    assert written == cron
    assert check(Timetable(cron, "UTC"), 0) > 0


@pytest.mark.parametrize(
    "words", ["", "02:00", "saturday 02:00", "mon-funday 02:00", "mon foo 02:00", "sat", "sat 25:00", "sat 2"]
)
def test_what_is_no_time_of_the_week_is_said(words: str) -> None:
    with pytest.raises(SettingError):
        weekly(words)


@pytest.mark.parametrize(
    ("cron", "zone", "says"),
    [
        pytest.param("nonsense", "UTC", "is not understood", id="no expression"),
        pytest.param("61 2 * * *", "UTC", "is not understood", id="no minute"),
        pytest.param("0 0 2 * * *", "UTC", "has not five fields", id="seconds"),
        pytest.param("0 2 * * *", "Europe/Berlim", "no time zone 'Europe/Berlim'", id="no zone"),
        pytest.param("0 2 31 2 *", "UTC", "cron expression '0 2 31 2", id="no such day"),
    ],
)
def test_what_is_no_timetable_is_said(cron: str, zone: str, says: str) -> None:
    with pytest.raises(SettingError, match=says.replace("*", r"\*")):
        check(Timetable(cron, zone), 0)


def test_late_is_long_after_any_worker_would_have_come() -> None:
    assert MINUTE < LATE < HOUR
