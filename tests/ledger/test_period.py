"""Of which time a report tells: what people write, and days that are not equally long."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bide.core.clock import DAY, EPOCH, HOUR, MINUTE, from_datetime
from bide.core.errors import SettingError
from bide.ledger.period import instant_of, stretches
from bide.store.costs import Stretch

BERLIN, CHATHAM = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Chatham")


def at(text: str) -> int:
    """An instant of UTC."""
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


NOW = at("2026-11-21T12:00")


@pytest.mark.parametrize(
    ("text", "zone", "means"),
    [
        pytest.param("2026-11", UTC, "2026-11-01T00:00", id="a month"),
        pytest.param("2026-11", BERLIN, "2026-10-31T23:00", id="a month elsewhere"),
        pytest.param("2026-07-01", BERLIN, "2026-06-30T22:00", id="a day in summer"),
        pytest.param("2026-11-01T06:00", BERLIN, "2026-11-01T05:00", id="a moment on its clocks"),
        pytest.param("2026-11-01T06:00+02:00", BERLIN, "2026-11-01T04:00", id="a moment with its offset"),
        pytest.param("2026-11-01T06:00Z", BERLIN, "2026-11-01T06:00", id="a moment of UTC"),
        pytest.param("7d", BERLIN, "2026-11-14T12:00", id="so long ago"),
        pytest.param("1h30m", UTC, "2026-11-21T10:30", id="a little while ago"),
    ],
)
def test_what_people_write(text: str, zone: ZoneInfo, means: str) -> None:
    assert instant_of("--since", text, NOW, zone) == at(means)


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13", "2026-02-30", "26-1-1", "7", "0001-01-01T00:00+23:00", "90000d"]
)
def test_what_is_no_instant(text: str) -> None:
    with pytest.raises(SettingError, match=r"--until '.*' is no instant; write a month as 2026-11"):
        instant_of("--until", text, NOW, UTC)


def test_a_time_is_cut_where_the_clocks_change() -> None:
    since, until = at("2026-03-01T00:00"), at("2026-11-01T00:00")
    summer, winter = at("2026-03-29T01:00"), at("2026-10-25T01:00")
    assert list(stretches(since, until, BERLIN)) == [
        Stretch(since, summer, HOUR),
        Stretch(summer, winter, 2 * HOUR),
        Stretch(winter, until, HOUR),
    ]


@pytest.mark.parametrize(
    ("since", "until", "zone", "offsets"),
    [
        pytest.param("2026-06-01T00:00", "2026-06-01T00:00", BERLIN, [], id="no time at all"),
        pytest.param("2026-06-02T00:00", "2026-06-01T00:00", BERLIN, [], id="less than none"),
        pytest.param("2026-03-29T00:59", "2026-03-29T01:00", BERLIN, [60], id="up to the change"),
        pytest.param("2026-03-29T01:00", "2026-03-29T01:01", BERLIN, [120], id="from the change on"),
        pytest.param("2026-04-01T00:00", "2026-04-08T00:00", CHATHAM, [825, 765], id="a quarter of an hour"),
        pytest.param("2020-01-01T00:00", "2026-01-01T00:00", ZoneInfo("Asia/Tokyo"), [540], id="never"),
    ],
)
def test_stretches_follow_each_other_without_a_gap(since: str, until: str, zone: ZoneInfo, offsets: list[int]) -> None:
    found = list(stretches(at(since), at(until), zone))
    assert [one.offset // MINUTE for one in found] == offsets
    assert [one.until for one in found[:-1]] == [one.since for one in found[1:]]
    for one in found:
        for instant in (one.since, one.until - 1):
            local = datetime.fromtimestamp(instant / 1e6, UTC).astimezone(zone)
            assert (instant + one.offset) // DAY == local.toordinal() - EPOCH.toordinal()
