"""The time that a report is about: from which instant up to which, and by whose clocks its days begin."""

import datetime
import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from bide.core.clock import DAY, FAR_FUTURE, MICROSECOND, SECOND, from_datetime, to_datetime
from bide.core.duration import parse_duration
from bide.core.errors import SettingError
from bide.store.costs import Stretch

_MONTH = re.compile(r"\d{4}-\d{2}")


def instant_of(name: str, text: str, now: int, zone: datetime.tzinfo) -> int:
    """The instant that somebody means: ``2026-11`` and ``2026-11-01`` begin at midnight in `zone`, ``7d`` is that long ago.

    Raises:
        SettingError: it is none of these, nor ISO 8601; `name` is what asked for it.
    """
    found = _ago(text, now)
    if found is None:
        found = _moment(text, zone)
    if found is None or not 0 <= found <= FAR_FUTURE:
        raise SettingError(
            f"{name} {text!r} is no instant; write a month as 2026-11, a day as 2026-11-01, an instant as"
            " 2026-11-01T06:00+01:00, or how long ago it was, as in 7d"
        )
    return found


def _ago(text: str, now: int) -> int | None:
    try:
        return now - parse_duration(text)
    except ValueError:
        return None


def _moment(text: str, zone: datetime.tzinfo) -> int | None:
    try:
        moment = datetime.datetime.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text)
        return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        return None


def stretches(since: int, until: int, zone: ZoneInfo) -> Iterator[Stretch]:
    """A time, cut where the clocks of a zone change: within each stretch all days are equally long."""
    while since < until:
        offset, end = _offset(since, zone), since
        while end < until:
            later = min(end + DAY, until)
            if _offset(later, zone) != offset:
                end = _change(end, later, zone)
                break
            end = later
        yield Stretch(since, end, offset)
        since = end


def _change(before: int, after: int, zone: ZoneInfo) -> int:
    """The instant between two at which the clocks change, on the second as all of them do."""
    offset = _offset(before, zone)
    low, high = before // SECOND, -(-after // SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle * SECOND, zone) == offset:
            low = middle
        else:
            high = middle
    return high * SECOND


def _offset(instant: int, zone: ZoneInfo) -> int:
    """By how much the zone's clocks are ahead of UTC, in microseconds."""
    ahead = to_datetime(instant).astimezone(zone).utcoffset() or datetime.timedelta()
    return ahead // datetime.timedelta(microseconds=MICROSECOND)
