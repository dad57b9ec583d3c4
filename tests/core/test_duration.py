import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bide.core.clock import DAY, HOUR, MILLISECOND, MINUTE, SECOND
from bide.core.duration import exact_duration, format_duration, parse_duration

SECOND_LARGEST = ((DAY, HOUR), (HOUR, MINUTE), (SECOND, SECOND), (0, MILLISECOND))
"""From which size on a duration is shown to which unit."""


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        pytest.param("250ms", 250 * MILLISECOND, id="milliseconds"),
        pytest.param("90s", 90 * SECOND, id="seconds"),
        pytest.param("15m", 15 * MINUTE, id="minutes"),
        pytest.param("8h", 8 * HOUR, id="hours"),
        pytest.param("7d", 7 * DAY, id="days"),
        pytest.param("2w", 14 * DAY, id="weeks"),
        pytest.param("1h30m", 90 * MINUTE, id="two units"),
        pytest.param("1h 30m", 90 * MINUTE, id="two units apart"),
        pytest.param(" 1 h  30 m ", 90 * MINUTE, id="spaces everywhere"),
        pytest.param("6m0s", 6 * MINUTE, id="as rate headers write it"),
        pytest.param("1H30M", 90 * MINUTE, id="capitals"),
        pytest.param("0.2s", 200 * MILLISECOND, id="a fraction"),
        pytest.param("59.834s", 59_834 * MILLISECOND, id="a long fraction"),
        pytest.param("1.5h", 90 * MINUTE, id="a fraction of an hour"),
        pytest.param("0s", 0, id="nothing"),
        pytest.param("0.001ms", 1, id="a microsecond"),
        pytest.param("9007199254740993.000001s", 9007199254740993 * SECOND + 1, id="more digits than a float has"),
    ],
)
def test_a_duration_is_read(text: str, duration: int) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" ", id="blank"),
        pytest.param("15", id="no unit"),
        pytest.param("m", id="no number"),
        pytest.param("15 min", id="a word for a unit"),
        pytest.param("-5m", id="negative"),
        pytest.param("1,5h", id="a comma"),
        pytest.param(".5h", id="no digit before the point"),
        pytest.param("5.h", id="no digit after the point"),
        pytest.param("1h30", id="a unit missing at the end"),
        pytest.param("1e3s", id="an exponent"),
        pytest.param("06:00", id="a time of day"),
        pytest.param("8h later", id="more words"),
    ],
)
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="write 250ms, 90s, 15m, 1h30m or 7d") as caught:
        parse_duration(text)

    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        pytest.param(0, "0s", id="nothing"),
        pytest.param(999, "0ms", id="under a millisecond"),
        pytest.param(250 * MILLISECOND, "250ms", id="milliseconds"),
        pytest.param(SECOND - 1, "999ms", id="just under a second"),
        pytest.param(SECOND, "1s", id="a second"),
        pytest.param(MINUTE - 1, "59s", id="cut off, not rounded"),
        pytest.param(75 * SECOND, "1m 15s", id="two units"),
        pytest.param(HOUR, "1h", id="a round hour"),
        pytest.param(HOUR + 59 * SECOND, "1h", id="the second unit is empty"),
        pytest.param(3 * HOUR + 12 * MINUTE + 59 * SECOND, "3h 12m", id="the two largest of three"),
        pytest.param(36 * HOUR, "1d 12h", id="days"),
        pytest.param(DAY + 59 * MINUTE, "1d", id="days and nothing to speak of"),
        pytest.param(-75 * SECOND, "-1m 15s", id="negative"),
        pytest.param(-250 * MILLISECOND, "-250ms", id="negative and short"),
    ],
)
def test_a_duration_for_people(duration: int, text: str) -> None:
    assert format_duration(duration) == text


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        pytest.param(0, "0s", id="nothing"),
        pytest.param(1, "0.001ms", id="a microsecond"),
        pytest.param(20 * MILLISECOND, "20ms", id="milliseconds"),
        pytest.param(1_500 * MILLISECOND, "1s 500ms", id="what people are not shown"),
        pytest.param(HOUR + 5 * SECOND, "1h 5s", id="a unit left out"),
        pytest.param(DAY + HOUR + MINUTE + SECOND + 1_250, "1d 1h 1m 1s 1.25ms", id="every unit"),
    ],
)
def test_a_duration_without_loss(duration: int, text: str) -> None:
    assert exact_duration(duration) == text


@given(st.integers(0, 400 * DAY))
@example(1)
@example(100_000)
def test_what_is_written_without_loss_is_read_back(duration: int) -> None:
    assert parse_duration(exact_duration(duration)) == duration


@given(st.integers(0, 400 * DAY))
def test_what_people_are_shown_lacks_less_than_its_last_unit(duration: int) -> None:
    last = next(unit for size, unit in SECOND_LARGEST if duration >= size)

    assert 0 <= duration - parse_duration(format_duration(duration)) < last
