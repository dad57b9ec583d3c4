"""Instants and durations as logs write them."""

import datetime

import pytest

from bide.core.clock import HOUR, MINUTE, SECOND
from bide.logs.moment import ORIGIN, instant, span

NOW = 1_800_000_000 * SECOND


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("0.5", ORIGIN + SECOND // 2, id="since the log began"),
        pytest.param(1_800_000_000, NOW, id="seconds"),
        pytest.param("1800000000.25", NOW + SECOND // 4, id="seconds, with a fraction"),
        pytest.param(1_800_000_000_000, NOW, id="milliseconds"),
        pytest.param(1_800_000_000_000_000, NOW, id="microseconds"),
        pytest.param(1_800_000_000_000_000_000, NOW, id="nanoseconds"),
        pytest.param("2027-01-15T08:00:00Z", NOW, id="ISO 8601"),
        pytest.param("2027-01-15 08:00:00", NOW, id="without a zone"),
        pytest.param("2027-01-15T09:00:00+01:00", NOW, id="another zone"),
        pytest.param(datetime.datetime(2027, 1, 15, 8, tzinfo=datetime.UTC), NOW, id="typed"),
        pytest.param(datetime.date(2027, 1, 15), NOW - 8 * HOUR, id="a typed day"),
        pytest.param("2027-01-15", NOW - 8 * HOUR, id="a day"),
        pytest.param("1e-3", ORIGIN + SECOND // 1_000, id="a number that looks like a date"),
    ],
)
def test_an_instant_is_told_from_its_size_or_its_words(value: object, expected: int) -> None:
    assert instant(value) == expected


@pytest.mark.parametrize("value", ["soon", "", "-1", "1234-5", "nan", "inf", 1e21, None, True])
def test_what_is_no_instant_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="is no instant"):
        instant(value)


def test_durations_are_seconds_or_words() -> None:
    assert span(90) == span("90") == span("1m30s") == span(datetime.timedelta(seconds=90)) == MINUTE * 3 // 2
    for value in ("soon", "-1", "nan", None):
        with pytest.raises(ValueError, match="is no duration"):
            span(value)
