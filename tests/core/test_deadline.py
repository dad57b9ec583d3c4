import datetime
import time
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE, SECOND, from_datetime, to_datetime
from bide.core.deadline import OnMiss, Priority, may_be_same, parse_deadline, priority_deadline
from bide.core.errors import DeadlineError


def at(text: str) -> int:
    """The instant of ISO 8601 with an offset."""
    return from_datetime(datetime.datetime.fromisoformat(text))


NOW = at("2026-11-21T12:34:56Z")

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo")


@pytest.mark.parametrize(
    ("words", "duration"),
    [
        pytest.param("15m", 15 * MINUTE, id="minutes"),
        pytest.param("8h", 8 * HOUR, id="hours"),
        pytest.param("1h30m", 90 * MINUTE, id="hours and minutes"),
        pytest.param("7d", 7 * DAY, id="days"),
        pytest.param(" 8h ", 8 * HOUR, id="spaces around"),
        pytest.param("0.5s", SECOND // 2, id="half a second"),
    ],
)
def test_so_long_from_now(words: str, duration: int) -> None:
    assert parse_deadline(words, NOW, datetime.UTC) == NOW + duration


@pytest.mark.parametrize(
    ("zone", "now", "words", "means"),
    [
        pytest.param("UTC", "2026-11-21T12:34:56Z", "18:00", "2026-11-21T18:00Z", id="later today"),
        pytest.param("UTC", "2026-11-21T12:34:56Z", "06:00", "2026-11-22T06:00Z", id="passed, so tomorrow"),
        pytest.param("UTC", "2026-11-21T12:34:56Z", "6:00", "2026-11-22T06:00Z", id="one digit"),
        pytest.param("UTC", "2026-11-21T18:00:00Z", "18:00", "2026-11-22T18:00Z", id="this very minute is tomorrow's"),
        pytest.param("UTC", "2026-11-21T17:59:59Z", "18:00", "2026-11-21T18:00Z", id="in a second"),
        pytest.param("UTC", "2026-11-21T12:34:56Z", "00:00", "2026-11-22T00:00Z", id="midnight"),
        pytest.param("UTC", "2026-11-21T12:34:56Z", "today 18:00", "2026-11-21T18:00Z", id="today"),
        pytest.param("UTC", "2026-11-21T12:34:56Z", "tomorrow 18:00", "2026-11-22T18:00Z", id="tomorrow"),
        pytest.param("UTC", "2026-11-21T12:34:56Z", "Tomorrow  06:00", "2026-11-22T06:00Z", id="a capital, two spaces"),
        pytest.param("UTC", "2026-12-31T23:59:00Z", "tomorrow 00:00", "2027-01-01T00:00Z", id="next year"),
        pytest.param("UTC", "2028-02-28T12:00:00Z", "06:00", "2028-02-29T06:00Z", id="a leap day"),
        pytest.param("Europe/Berlin", "2026-11-21T12:34:56Z", "18:00", "2026-11-21T17:00Z", id="an hour east"),
        pytest.param("Europe/Berlin", "2026-11-21T23:30:00Z", "tomorrow 06:00", "2026-11-23T05:00Z", id="there it is tomorrow already"),
        pytest.param("America/New_York", "2026-11-22T03:00:00Z", "06:00", "2026-11-22T11:00Z", id="there it is yesterday still"),
        pytest.param("Asia/Kolkata", "2026-11-21T12:34:56Z", "06:00", "2026-11-22T00:30Z", id="half an hour's offset"),
    ],
)  # fmt: skip
def test_a_time_of_day(zone: str, now: str, words: str, means: str) -> None:
    assert parse_deadline(words, at(now), ZoneInfo(zone)) == at(means)


# In 2026 Berlin skips 02:00 to 03:00 on 29 March and has it twice on 25 October; New York on 8 March and 1 November. Lord Howe
# shifts by half an hour: it skips 02:00 to 02:30 on 4 October and has 01:30 to 02:00 twice on 5 April. In 2018 São Paulo
# skipped the first hour of 4 November.
@pytest.mark.parametrize(
    ("zone", "now", "words", "means"),
    [
        pytest.param("Europe/Berlin", "2026-03-28T20:00+01:00", "06:00", "2026-03-29T06:00+02:00", id="a night of ten hours less one"),
        pytest.param("Europe/Berlin", "2026-10-24T20:00+02:00", "06:00", "2026-10-25T06:00+01:00", id="a night of ten hours and one"),
        pytest.param("Europe/Berlin", "2026-03-28T20:00+01:00", "02:30", "2026-03-29T03:30+02:00", id="skipped: the time with the offset before"),
        pytest.param("Europe/Berlin", "2026-03-28T20:00+01:00", "02:00", "2026-03-29T03:00+02:00", id="the first minute that is skipped"),
        pytest.param("Europe/Berlin", "2026-03-28T20:00+01:00", "01:59", "2026-03-29T01:59+01:00", id="the last minute before"),
        pytest.param("Europe/Berlin", "2026-03-28T20:00+01:00", "03:00", "2026-03-29T03:00+02:00", id="the first minute after"),
        pytest.param("Europe/Berlin", "2026-10-24T20:00+02:00", "02:30", "2026-10-25T02:30+02:00", id="twice: the first"),
        pytest.param("Europe/Berlin", "2026-10-25T02:29+02:00", "02:30", "2026-10-25T02:30+02:00", id="twice: the first is a minute away"),
        pytest.param("Europe/Berlin", "2026-10-25T02:30+02:00", "02:30", "2026-10-25T02:30+01:00", id="twice: the first is now, so the second"),
        pytest.param("Europe/Berlin", "2026-10-25T02:10+01:00", "02:30", "2026-10-25T02:30+01:00", id="twice: the second is twenty minutes away"),
        pytest.param("Europe/Berlin", "2026-10-25T02:10+01:00", "today 02:30", "2026-10-25T02:30+01:00", id="twice: today's second"),
        pytest.param("Europe/Berlin", "2026-10-25T02:30+01:00", "02:30", "2026-10-26T02:30+01:00", id="twice: both have passed"),
        pytest.param("Europe/Berlin", "2026-10-24T20:00+02:00", "2026-10-25T02:30", "2026-10-25T02:30+02:00", id="twice, by its date: the first"),
        pytest.param("Europe/Berlin", "2026-10-25T02:10+01:00", "2026-10-25T02:30", "2026-10-25T02:30+01:00", id="twice, by its date: the second"),
        pytest.param("Europe/Berlin", "2026-03-28T20:00+01:00", "2026-03-29T02:30", "2026-03-29T03:30+02:00", id="skipped, by its date"),
        pytest.param("America/New_York", "2026-03-07T20:00-05:00", "02:30", "2026-03-08T03:30-04:00", id="New York skips"),
        pytest.param("America/New_York", "2026-10-31T20:00-04:00", "01:30", "2026-11-01T01:30-04:00", id="New York repeats"),
        pytest.param("Australia/Lord_Howe", "2026-10-03T20:00+10:30", "02:15", "2026-10-04T02:45+11:00", id="Lord Howe skips half an hour"),
        pytest.param("Australia/Lord_Howe", "2026-04-04T20:00+11:00", "01:45", "2026-04-05T01:45+11:00", id="Lord Howe repeats half an hour"),
        pytest.param("Australia/Lord_Howe", "2026-04-05T01:40+10:30", "01:45", "2026-04-05T01:45+10:30", id="Lord Howe, the second time"),
        pytest.param("America/Sao_Paulo", "2018-11-03T20:00-03:00", "00:30", "2018-11-04T01:30-02:00", id="São Paulo skips midnight"),
        pytest.param("Europe/Berlin", "2026-03-28T20:00+01:00", "8h", "2026-03-29T05:00+02:00", id="eight hours are eight hours"),
    ],
)  # fmt: skip
def test_the_nights_when_clocks_change(zone: str, now: str, words: str, means: str) -> None:
    assert parse_deadline(words, at(now), ZoneInfo(zone)) == at(means)


@pytest.mark.parametrize(
    ("words", "means"),
    [
        pytest.param("2026-12-01T06:00+01:00", "2026-12-01T05:00Z", id="an offset"),
        pytest.param("2026-12-01T06:00Z", "2026-12-01T06:00Z", id="UTC"),
        pytest.param("2026-12-01T06:00-09:30", "2026-12-01T15:30Z", id="west"),
        pytest.param("2026-12-01T06:00", "2026-12-01T05:00Z", id="no offset: the caller's wall clock"),
        pytest.param("2026-12-01 06:00", "2026-12-01T05:00Z", id="a space for the T"),
        pytest.param("2026-12-01T06:00:00.25", "2026-12-01T05:00:00.25Z", id="a quarter of a second"),
        pytest.param("2026-12-01", "2026-11-30T23:00Z", id="a date: when that day begins"),
        pytest.param("20261201T0600", "2026-12-01T05:00Z", id="the basic format"),
        pytest.param("2027-07-01T06:00", "2027-07-01T04:00Z", id="the offset of that day, not of today"),
    ],
)
def test_iso_8601_in_berlin(words: str, means: str) -> None:
    assert parse_deadline(words, NOW, ZoneInfo("Europe/Berlin")) == at(means)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param("", "is not understood; write 15m", id="empty"),
        pytest.param("soon", "is not understood; write 15m", id="a word"),
        pytest.param("8", "is not understood; write 15m", id="no unit"),
        pytest.param("6:0", "is not understood; write 15m", id="one digit of minutes"),
        pytest.param("at 06:00", "is not understood; write 15m", id="a word before the time"),
        pytest.param("yesterday 06:00", "is not understood; write 15m", id="a day that has passed"),
        pytest.param("2026-02-30T06:00", "is not understood; write 15m", id="no such day"),
        pytest.param("24:00", "hours go from 00 to 23", id="an hour too late"),
        pytest.param("06:60", "minutes from 00 to 59", id="a minute too many"),
        pytest.param("0m", "leaves no time; the priority urgent", id="no time"),
        pytest.param("2026-11-21T12:34:56Z", "(2026-11-21 12:34 UTC) passed 0s ago", id="now"),
        pytest.param("2026-11-21T09:34:56Z", "(2026-11-21 09:34 UTC) passed 3h ago", id="three hours ago"),
        pytest.param("today 06:00", "(2026-11-21 06:00 UTC) passed 6h 34m ago", id="today's has passed"),
        pytest.param("2026-11-21", "(2026-11-21 00:00 UTC) passed 12h 34m ago", id="the beginning of today"),
        pytest.param("0001-01-01T00:00Z", "passed 739940d 12h ago", id="the first moment there is"),
        pytest.param("0001-01-01T00:00+14:00", "lies beyond the calendar", id="before the first moment"),
        pytest.param("9999-12-31T23:59:59Z", "lies beyond the calendar", id="for ever"),
        pytest.param("9999-12-31T23:59-05:00", "lies beyond the calendar", id="after the last moment"),
        pytest.param("9999999w", "lies beyond the calendar", id="two hundred thousand years"),
        pytest.param("9" * 400 + "h", "lies beyond the calendar", id="a number beyond floats"),
    ],
)  # fmt: skip
def test_what_is_refused_and_what_to_write_instead(words: str, says: str) -> None:
    with pytest.raises(DeadlineError) as caught:
        parse_deadline(words, NOW, datetime.UTC)

    assert says in str(caught.value)


@given(
    now=st.integers(at("1990-01-01T00:00Z"), at("2036-01-01T00:00Z")),
    zone=st.sampled_from(ZONES),
    minutes=st.integers(0, 1_439),
)
def test_a_time_of_day_is_the_next_such_moment(now: int, zone: str, minutes: int) -> None:
    local = ZoneInfo(zone)
    hour, minute = divmod(minutes, 60)

    deadline = parse_deadline(f"{hour:02}:{minute:02}", now, local)

    shown = to_datetime(deadline).astimezone(local)
    if (shown.hour, shown.minute) != (hour, minute):
        skipped = datetime.datetime.combine(shown.date(), datetime.time(hour, minute), local)
        assert skipped.astimezone(datetime.UTC).astimezone(local) == shown, "only a skipped time is shown as another"
    assert now < deadline <= now + 25 * HOUR
    earlier = [now + step for step in range(-now % MINUTE, deadline - now, MINUTE)]
    clocks = (to_datetime(instant).astimezone(local) for instant in earlier if instant > now)
    assert not any((one.hour, one.minute) == (hour, minute) for one in clocks), "and none comes before it"


BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
"""The rules of the machine's own zone, as ``TZ`` has them."""


@pytest.fixture
def live_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def move(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("zone", "now", "words", "means"),
    [
        pytest.param("UTC0", "2026-11-21T12:00Z", "06:00", "2026-11-22T06:00Z", id="UTC"),
        pytest.param(BERLIN, "2026-11-21T12:00Z", "06:00", "2026-11-22T05:00Z", id="winter"),
        pytest.param(BERLIN, "2026-07-21T12:00Z", "06:00", "2026-07-22T04:00Z", id="summer"),
        pytest.param(BERLIN, "2026-07-21T12:00Z", "2026-12-01T06:00", "2026-12-01T05:00Z", id="the winter to come"),
        pytest.param(BERLIN, "2026-03-28T19:00Z", "02:30", "2026-03-29T03:30+02:00", id="skipped"),
        pytest.param(BERLIN, "2026-10-24T19:00Z", "02:30", "2026-10-25T02:30+02:00", id="twice: the first"),
        pytest.param(BERLIN, "2026-10-25T01:10Z", "02:30", "2026-10-25T02:30+01:00", id="twice: the second"),
        pytest.param("<-03>3", "2026-11-21T01:00Z", "tomorrow 06:00", "2026-11-21T09:00Z", id="yesterday still"),
        pytest.param(
            BERLIN, "2026-11-21T12:00Z", "2026-12-01T06:00:00.25", "2026-12-01T05:00:00.25Z", id="to the microsecond"
        ),
    ],
)
def test_without_a_zone_the_machines_wall_clock_counts(
    live_in: Callable[[str], None], zone: str, now: str, words: str, means: str
) -> None:
    live_in(zone)

    assert parse_deadline(words, at(now)) == at(means)


def test_a_year_that_the_machines_zone_does_not_know(live_in: Callable[[str], None]) -> None:
    live_in(BERLIN)

    with pytest.raises(DeadlineError, match="lies beyond the calendar"):
        parse_deadline("0001-01-01", NOW)


@pytest.mark.parametrize(
    ("priority", "window"),
    [
        pytest.param(Priority.URGENT, 0, id="urgent: now"),
        pytest.param(Priority.STANDARD, 15 * MINUTE, id="standard: a quarter of an hour"),
        pytest.param(Priority.LOW, 24 * HOUR, id="low: a day"),
    ],
)
def test_a_priority_is_a_deadline(priority: Priority, window: int) -> None:
    assert priority_deadline(priority, NOW) == NOW + window


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        pytest.param(8 * HOUR, 9 * HOUR, True, id="as far away an hour later"),
        pytest.param(8 * HOUR, 8 * HOUR, True, id="the same instant an hour later"),
        pytest.param(8 * HOUR, 9 * HOUR + 24 * MINUTE, True, id="a file was read for minutes"),
        pytest.param(8 * HOUR, 9 * HOUR + 27 * MINUTE, False, id="more than a twentieth"),
        pytest.param(8 * HOUR, 5 * HOUR, False, id="four hours instead of eight"),
        pytest.param(8 * HOUR, HOUR, False, id="at once instead"),
        pytest.param(0, HOUR, True, id="at once both times"),
    ],
)
def test_a_deadline_may_be_said_in_the_words_of_another(before: int, after: int, same: bool) -> None:
    assert may_be_same(NOW + before, NOW, NOW + after, NOW + HOUR) is same


def test_words_for_a_miss() -> None:
    assert list(OnMiss) == ["rescue", "late", "expire"]


def test_never_is_no_deadline() -> None:
    with pytest.raises(DeadlineError, match="beyond the calendar"):
        parse_deadline("1s", FAR_FUTURE - SECOND, datetime.UTC)
