import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE, from_datetime, to_datetime
from bide.core.errors import SettingError
from bide.lanes.hours.window import DAYS, EXACT, SIGHT, Window, daily, parse_window

BERLIN = "Europe/Berlin"


def at(text: str) -> int:
    """The instant of ISO 8601; without an offset, of clocks in Berlin."""
    moment = datetime.datetime.fromisoformat(text)
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(BERLIN)))


NIGHT = parse_window(f"02:00-06:00 {BERLIN}")


@pytest.mark.parametrize(
    ("text", "now", "opens", "closes"),
    [
        pytest.param("02:00-06:00 UTC", "2026-11-21T01:00Z", "2026-11-21T02:00Z", "2026-11-21T06:00Z", id="tonight"),
        pytest.param("02:00-06:00 UTC", "2026-11-21T02:00Z", "2026-11-21T02:00Z", "2026-11-21T06:00Z", id="it opens now"),
        pytest.param("02:00-06:00 UTC", "2026-11-21T05:59:59Z", "2026-11-21T05:59:59Z", "2026-11-21T06:00Z", id="the last second"),
        pytest.param("02:00-06:00 UTC", "2026-11-21T06:00Z", "2026-11-22T02:00Z", "2026-11-22T06:00Z", id="it has just closed"),
        pytest.param("night UTC", "2026-11-21T12:00Z", "2026-11-22T02:00Z", "2026-11-22T06:00Z", id="the preset night"),
        pytest.param(f"night {BERLIN}", "2026-11-21T12:00Z", "2026-11-22T01:00Z", "2026-11-22T05:00Z", id="a zone east"),
        pytest.param("weekend UTC", "2026-11-20T12:00Z", "2026-11-21T00:00Z", "2026-11-23T00:00Z", id="two days are one window"),
        pytest.param("sat, sun 02:00-06:00 UTC", "2026-11-21T07:00Z", "2026-11-22T02:00Z", "2026-11-22T06:00Z", id="times on days"),
        pytest.param("fri 22:00-06:00 UTC", "2026-11-21T03:00Z", "2026-11-21T03:00Z", "2026-11-21T06:00Z", id="over midnight, from yesterday"),
        pytest.param("mon-fri 22:00-06:00 UTC", "2026-11-21T07:00Z", "2026-11-23T22:00Z", "2026-11-24T06:00Z", id="a range of days"),
        pytest.param("sun-tue UTC", "2026-11-21T07:00Z", "2026-11-22T00:00Z", "2026-11-25T00:00Z", id="a range over the end of the week"),
        pytest.param("22:00-24:00 UTC; 00:00-03:00 UTC", "2026-11-21T23:00Z", "2026-11-21T23:00Z", "2026-11-22T03:00Z", id="two that touch are one"),
        pytest.param("16:30-00:30 UTC", "2026-11-21T12:00Z", "2026-11-21T16:30Z", "2026-11-22T00:30Z", id="off-peak over midnight"),
    ],
)  # fmt: skip
def test_when_it_opens_and_closes(text: str, now: str, opens: str, closes: str) -> None:
    window = parse_window(text)

    assert (window.opens_at(at(now)), window.closes_at(at(now))) == (at(opens), at(closes))
    assert window.is_open(at(now)) == (at(opens) == at(now))


@pytest.mark.parametrize(
    ("text", "day", "spans"),
    [
        pytest.param(f"02:00-06:00 {BERLIN}", "2027-03-28", [("2027-03-28T01:00Z", "2027-03-28T04:00Z")], id="clocks go forward: three hours"),
        pytest.param(f"02:00-06:00 {BERLIN}", "2026-10-25", [("2026-10-25T00:00Z", "2026-10-25T05:00Z")], id="clocks go back: five hours"),
        pytest.param(f"02:15-02:45 {BERLIN}", "2027-03-28", [], id="inside the hour that is skipped"),
        pytest.param(f"02:30-03:30 {BERLIN}", "2027-03-28", [("2027-03-28T01:00Z", "2027-03-28T01:30Z")], id="it begins in the hour that is skipped"),
        pytest.param(f"01:30-02:30 {BERLIN}", "2027-03-28", [("2027-03-28T00:30Z", "2027-03-28T01:00Z")], id="it ends in the hour that is skipped"),
        pytest.param(f"02:15-02:45 {BERLIN}", "2026-10-25", [("2026-10-25T00:15Z", "2026-10-25T00:45Z"), ("2026-10-25T01:15Z", "2026-10-25T01:45Z")], id="inside the hour that comes twice"),
        pytest.param(f"02:00-03:00 {BERLIN}", "2026-10-25", [("2026-10-25T00:00Z", "2026-10-25T02:00Z")], id="the hour that comes twice, whole"),
        pytest.param(f"sun {BERLIN}", "2027-03-28", [("2027-03-27T23:00Z", "2027-03-28T21:59Z")], id="a day of 23 hours"),
        pytest.param(f"sun {BERLIN}", "2026-10-25", [("2026-10-24T22:00Z", "2026-10-25T22:59Z")], id="a day of 25 hours"),
    ],
)  # fmt: skip
def test_the_days_on_which_clocks_change(text: str, day: str, spans: list[tuple[str, str]]) -> None:
    found = parse_window(text).spans(at(f"{day}T00:00"), at(f"{day}T23:59"))

    assert list(found) == [(at(since), at(until)) for since, until in spans]


def test_a_window_in_the_skipped_hour_opens_on_the_next_day() -> None:
    assert parse_window(f"02:15-02:45 {BERLIN}").opens_at(at("2027-03-28T01:00")) == at("2027-03-29T02:15")


def test_one_in_the_skipped_hour_of_its_only_day_opens_a_week_later() -> None:
    assert parse_window(f"sun 02:15-02:45 {BERLIN}").opens_at(at("2027-03-22T00:00")) == at("2027-04-04T02:15")


def test_it_opens_twice_in_the_hour_that_comes_twice() -> None:
    window = parse_window(f"02:15-02:45 {BERLIN}")

    assert window.opens_at(at("2026-10-25T00:50Z")) == at("2026-10-25T01:15Z")


@pytest.mark.parametrize("text", ["always", "mon-sun UTC", "00:00-12:00 UTC; 12:00-24:00 UTC", f"mon-sun {BERLIN}"])
def test_what_never_closes(text: str) -> None:
    window = parse_window(text)

    assert (window.opens_at(0), window.closes_at(0), (~window).opens_at(0)) == (0, FAR_FUTURE, FAR_FUTURE)
    assert (~window).later(0, 1) == FAR_FUTURE
    assert (~window).earlier(DAY, HOUR) == DAY - HOUR, "it counts as open, lest a reckoning never end"


def test_open_time_adds_up_over_months() -> None:
    assert NIGHT.open_time(at("2026-10-01T00:00"), at("2027-04-01T00:00")) == 4 * HOUR * 182, "one hour more, one less"
    assert NIGHT.open_time(at("2026-10-01T00:00"), at("2027-03-01T00:00")) == 4 * HOUR * 151 + HOUR
    assert NIGHT.open_time(at("2026-10-02T00:00"), at("2026-10-01T00:00")) == 0


@pytest.mark.parametrize(
    ("end", "duration", "since"),
    [
        pytest.param("2026-11-21T05:00", HOUR, "2026-11-21T04:00", id="within"),
        pytest.param("2026-11-21T12:00", 4 * HOUR, "2026-11-21T02:00", id="all of last night"),
        pytest.param("2026-11-21T12:00", 5 * HOUR, "2026-11-20T05:00", id="an hour of the night before"),
        pytest.param("2026-11-21T12:00", 0, "2026-11-21T12:00", id="nothing"),
        pytest.param("2026-11-21T12:00", 4 * HOUR * 30, "2026-10-23T03:00", id="thirty nights, the one of 25 October longer"),
    ],
)  # fmt: skip
def test_when_something_must_begin(end: str, duration: int, since: str) -> None:
    found = NIGHT.earlier(at(end), duration)

    assert (found, NIGHT.open_time(found, at(end))) == (at(since), duration)


@pytest.mark.parametrize(
    ("start", "duration", "until"),
    [
        pytest.param("2026-11-21T01:00", HOUR, "2026-11-21T03:00", id="within"),
        pytest.param("2026-11-21T03:00", 0, "2026-11-21T03:00", id="nothing, open"),
        pytest.param("2026-11-21T12:00", 0, "2026-11-22T02:00", id="nothing, closed"),
        pytest.param("2026-11-21T01:00", 4 * HOUR, "2026-11-22T02:00", id="all of a night ends when the next begins"),
        pytest.param("2026-11-21T01:00", 5 * HOUR, "2026-11-22T03:00", id="an hour of the next night"),
    ],
)
def test_when_so_much_time_has_been_open(start: str, duration: int, until: str) -> None:
    assert NIGHT.later(at(start), duration) == at(until)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param("Europe/Berlin", "neither days nor times", id="a zone alone"),
        pytest.param("02:00-02:00", "ends when it begins", id="no time at all"),
        pytest.param("25:00-26:00", "hours go from 00", id="no hour"),
        pytest.param("02:00-03:60", "hours go from 00", id="no minute"),
        pytest.param("02:00-24:30", "hours go from 00", id="past midnight"),
        pytest.param("02:00-06:00 Europe/Berlim", "'Europe/Berlim' is neither", id="no zone"),
        pytest.param("02:00-06:00 10:00-12:00", "a ; between", id="two times"),
        pytest.param("saturday 02:00-06:00", "'saturday' is neither", id="no day"),
        pytest.param("02:00", "'02:00' is none of its words", id="half of a window"),
        pytest.param("02:00-06:00 UTC UTC", "'UTC' is none", id="two zones"),
    ],
)
def test_what_is_no_window_is_said(text: str, says: str) -> None:
    with pytest.raises(SettingError, match=says) as raised:
        parse_window(text)
    assert "write it as in 02:00-06:00 Europe/Berlin" in str(raised.value)


def test_without_a_zone_it_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        assert parse_window("02:00-06:00 ").opens_at(at("2031-05-05T12:00Z")) == at("2031-05-05T20:30Z")
    finally:
        monkeypatch.undo()
        time.tzset()


ZONES = ("UTC", BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia")

STARTS = [at(text) for text in ("2026-10-24T12:00Z", "2027-03-27T12:00Z", "2026-10-03T06:00Z", "2011-12-29T00:00Z")] + [
    at("2027-03-13T20:00Z"),
    at("2026-06-10T00:00Z"),
]

parts = st.tuples(
    st.sets(st.sampled_from(DAYS)),
    st.integers(0, 24 * 60 - 1),
    st.integers(0, 24 * 60 - 1),
    st.sampled_from(ZONES),
).filter(lambda part: part[1] != part[2])


def written(part: tuple[set[str], int, int, str]) -> str:
    days, start, end, zone = part
    return f"{' '.join(sorted(days))} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02} {zone}"


def shows(part: tuple[set[str], int, int, str], minute: int) -> bool:
    """Whether wall clocks show a time within a part: what `Window` says it is, one minute at a time."""
    days, start, end, zone = part
    local = to_datetime(minute).astimezone(ZoneInfo(zone))
    time = local.hour * 60 + local.minute
    today, yesterday = DAYS[local.weekday()], DAYS[local.weekday() - 1]
    if start < end:
        return start <= time < end and (not days or today in days)
    return (time >= start and (not days or today in days)) or (time < end and (not days or yesterday in days))


@settings(max_examples=25, deadline=None)
@given(st.lists(parts, min_size=1, max_size=3), st.sampled_from(STARTS), st.integers(0, 47), st.booleans())
def test_it_is_what_clocks_show_minute_by_minute(
    written_parts: list[tuple[set[str], int, int, str]], start: int, shift: int, inverse: bool
) -> None:
    window = parse_window("; ".join(map(written, written_parts)))
    window = ~window if inverse else window
    start += shift * HOUR
    minutes = range(start, start + 30 * HOUR, MINUTE)
    open_minutes = [any(shows(part, minute) for part in written_parts) != inverse for minute in minutes]

    assert [window.is_open(minute) for minute in minutes] == open_minutes
    assert window.open_time(start, start + 30 * HOUR) == sum(open_minutes) * MINUTE
    first = next((minute for minute, is_open in zip(minutes, open_minutes, strict=True) if is_open), None)
    opens = window.opens_at(start)
    assert opens == first if first is not None else opens >= start + 30 * HOUR
    if first is not None:
        shut = next((m for m, is_open in zip(minutes, open_minutes, strict=True) if m > first and not is_open), None)
        closes = window.closes_at(start)
        assert closes == shut if shut is not None else closes >= start + 30 * HOUR


@settings(max_examples=60, deadline=None)
@given(st.lists(parts, min_size=1, max_size=2), st.sampled_from(STARTS), st.integers(0, 20 * DAY))
def test_earlier_and_later_undo_open_time(
    written_parts: list[tuple[set[str], int, int, str]], instant: int, duration: int
) -> None:
    window = parse_window("; ".join(map(written, written_parts)))
    reach = EXACT - SIGHT  # beyond it every window is reckoned as open always
    assume(min(window.open_time(instant - reach, instant), window.open_time(instant, instant + reach)) > duration)

    since, until = window.earlier(instant, duration), window.later(instant, duration)
    assert window.open_time(since, instant) == duration == window.open_time(instant, until)
    assert window.is_open(until)
    assert window.open_time(since + 1, instant) < duration or not duration


def test_a_part_of_every_day() -> None:
    assert Window((daily(16 * 60 + 30, 30),)).opens_at(at("2026-11-21T12:00Z")) == at("2026-11-21T16:30Z")
