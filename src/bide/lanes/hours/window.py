"""Windows: the hours in which something is wanted or not, as days and local times with a time zone.

    02:00-06:00 Europe/Berlin            every night
    sat sun UTC                          whole days
    mon-fri 22:00-06:00 Europe/Berlin    over midnight: the day is the one on which it begins
    night America/New_York               a preset: 02:00-06:00; `weekend` is sat sun
    00:30-08:30 UTC; sat sun UTC         one or the other
    always                               no restriction

A window is open while wall clocks in its zone show a time within it, on one of its days. So 02:00-06:00 lasts three hours
where clocks go forward at 02:00 and five where they go back at 03:00; 02:15-02:45 is never open on the first of these days and
twice on the second. Without a zone it is the machine's.
"""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bide.core.clock import DAY, EPOCH, FAR_FUTURE, HOUR, MINUTE, to_datetime
from bide.core.errors import SettingError

PRESETS = {"night": "02:00-06:00", "weekend": "sat sun", "always": "00:00-24:00"}
"""The words of a window that stand for others."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))

SIGHT = 21 * DAY
"""How far one looks for the next change: a week, and two more in which it may fall into an hour that clocks skip."""

EXACT = 420 * DAY
"""How far open time is counted day by day: whoever reckons with more has time enough."""

FARTHEST_OFFSET = 16 * HOUR
"""Further from UTC no zone has ever been."""

DAY_MINUTES = 24 * 60

_TIMES = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")

Span = tuple[int, int]
"""From an instant on, until before another."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some days, counted from Monday 0, and times of day in minutes; `end` is past 1440 where it is on the next day.

    `zone` is the name of a time zone, None for the machine's.
    """

    days: frozenset[int]
    start: int
    end: int
    zone: str | None


@dataclass(frozen=True, slots=True)
class Window:
    """Open in any of its parts; where `inverse`, in none of them. `text` is what it was written as."""

    parts: tuple[Part, ...]
    text: str = ""
    inverse: bool = False

    def __invert__(self) -> "Window":
        """The hours outside it."""
        return replace(self, inverse=not self.inverse)

    def is_open(self, now: int) -> bool:
        """Whether it is open at an instant."""
        return bool(self.spans(now, now + 1))

    def opens_at(self, now: int) -> int:
        """`now` where it is open, else when it opens next; `FAR_FUTURE` for never."""
        return next((start for start, _ in self.spans(now, now + SIGHT)), FAR_FUTURE)

    def closes_at(self, now: int) -> int:
        """When it closes, or will have closed after it has opened next; `FAR_FUTURE` for never."""
        opens = self.opens_at(now)
        return opens if opens == FAR_FUTURE else (~self).opens_at(opens)

    def open_time(self, start: int, end: int) -> int:
        """Microseconds between two instants in which it is open: of the first `EXACT` to the microsecond, after that in proportion."""
        near = min(end, start + EXACT)
        found = sum(until - since for piece in _pieces(start, near) for since, until in self.spans(*piece))
        return found + (end - near) * found // EXACT if near < end else found

    def later(self, start: int, duration: int) -> int:
        """When it will have been open for so long since `start`: the first such instant that is open itself."""
        at, left = start, duration
        while spans := self.spans(at, at + SIGHT):
            for since, until in spans:
                if until - since > left:
                    return since + left
                left -= until - since
            at += SIGHT
        return FAR_FUTURE

    def earlier(self, end: int, duration: int) -> int:
        """Since when it will have been open for so long at `end`: the last such instant. What would be more than `EXACT` ago, or
        in a window that is never open, is reckoned as if it were open always, so that whoever reckons comes to an end."""
        at, left = end, duration
        while True:
            spans = self.spans(at - SIGHT, at)
            if not spans or end - at > EXACT:
                return end - duration
            for since, until in reversed(spans):
                if until - since >= left:
                    return until - left if left else end
                left -= until - since
            at -= SIGHT

    def spans(self, start: int, end: int) -> Sequence[Span]:
        """When it is open between two instants that lie no more than some weeks apart: ascending, none touching the next."""
        end = min(end, FAR_FUTURE - 7 * DAY)  # where the calendar ends
        if end <= start:
            return ()
        found = _merged(self.parts, start, end)
        return _gaps(found, start, end) if self.inverse else found


@lru_cache(maxsize=1024)
def parse_window(text: str) -> Window:
    """The window that is written so.

    Raises:
        SettingError: it is not understood; the message says what to write.
    """
    parts = [_part(words, text) for piece in text.split(";") if (words := piece.split())]
    if not parts:
        raise _misunderstood(text, "it is empty")
    return Window(tuple(parts), " ".join(text.split()))


def daily(start: int, end: int, zone: str | None = "UTC") -> Part:
    """Every day between two times in minutes after midnight; over midnight where the second is not later."""
    return Part(EVERY_DAY, start, end if end > start else end + DAY_MINUTES, zone)


def zone_named(name: str) -> ZoneInfo:
    """The time zone of this name. Raises `SettingError`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingError(f"there is no time zone {name!r}; write one as in Europe/Berlin or UTC") from error


def days_named(word: str) -> list[int]:
    """The days that a word names, counted from Monday 0: ``sat``, ``mon-fri``; none where it names none."""
    first, dash, last = word.rstrip(",").partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        return []
    start = DAYS.index(first)
    return [(start + step) % 7 for step in range((DAYS.index(last) - start) % 7 + 1 if dash else 1)]


def _part(words: list[str], text: str) -> Part:
    days: set[int] = set()
    times: tuple[int, int] | None = None
    zone: str | None = None
    for word in [part for one in words for part in PRESETS.get(one.lower(), one).split()]:
        found = days_named(word.lower())
        if found:
            days.update(found)
        elif match := _TIMES.fullmatch(word):
            if times is not None:
                raise _misunderstood(text, "it has two times; write a ; between two windows")
            times = _times(match, text)
        elif zone is None and not any(character.isdigit() and ":" in word for character in word):
            zone = word
            try:
                zone_named(word)
            except SettingError as error:
                raise _misunderstood(text, f"{word!r} is neither a day nor times nor a time zone") from error
        else:
            raise _misunderstood(text, f"{word!r} is none of its words")
    if not days and times is None:
        raise _misunderstood(text, "it has neither days nor times")
    start, end = times or (0, DAY_MINUTES)
    return Part(frozenset(days) or EVERY_DAY, start, end, zone)


def _times(match: re.Match[str], text: str) -> tuple[int, int]:
    hours, minutes = (int(match[1]), int(match[3])), (int(match[2]), int(match[4]))
    start, end = (hour * 60 + minute for hour, minute in zip(hours, minutes, strict=True))
    if max(minutes) > 59 or start >= DAY_MINUTES or end > DAY_MINUTES:
        raise _misunderstood(text, "hours go from 00 to 23 (24:00 ends a day), minutes from 00 to 59")
    if start == end:
        raise _misunderstood(text, "it ends when it begins; leave the times out for whole days")
    return start, end if end > start else end + DAY_MINUTES


def _misunderstood(text: str, why: str) -> SettingError:
    return SettingError(
        f"the window {text!r} is not understood: {why}; write it as in 02:00-06:00 Europe/Berlin, sat sun UTC, or night"
    )


def _pieces(start: int, end: int) -> Iterator[Span]:
    for at in range(start, end, SIGHT):
        yield at, min(end, at + SIGHT)


def _merged(parts: Sequence[Part], start: int, end: int) -> Sequence[Span]:
    """When any of the parts is open between two instants."""
    first = (start - FARTHEST_OFFSET) // DAY - 1
    last = (end + FARTHEST_OFFSET) // DAY
    all_spans = sorted(
        span
        for part in parts
        for day in range(first, last + 1)
        if (day + 3) % 7 in part.days  # 1970 began on a Thursday
        for span in _on(part, day)
    )
    found: list[Span] = []
    for since, until in all_spans:
        since, until = max(since, start), min(until, end)
        if since >= until:
            continue
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def _gaps(spans: Sequence[Span], start: int, end: int) -> Sequence[Span]:
    edges = [start, *(edge for span in spans for edge in span), end]
    return [(since, until) for since, until in zip(edges[::2], edges[1::2], strict=True) if since < until]


@lru_cache(maxsize=8192)
def _on(part: Part, day: int) -> tuple[Span, ...]:
    """When a part that begins on a day (counted from 1970) is open: its wall-clock times, before and after a change of the clocks."""
    start, end = day * DAY + part.start * MINUTE, day * DAY + part.end * MINUTE
    since, until = start - FARTHEST_OFFSET, end + FARTHEST_OFFSET
    before, after = _offset(part.zone, since), _offset(part.zone, until)
    if before == after:
        return ((start - before, end - before),)
    change = _change(part.zone, since, until, before)
    pieces = (
        (start - before, min(end - before, change)),
        (max(start - after, change), end - after),
    )
    return tuple((opened, closed) for opened, closed in pieces if opened < closed)


def _change(zone: str | None, since: int, until: int, before: int) -> int:
    """The instant between two at which clocks leave the offset `before`, to the second."""
    low, high = since // 1_000_000, until // 1_000_000
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle * 1_000_000) == before else (low, middle)
    return high * 1_000_000


def _offset(zone: str | None, instant: int) -> int:
    """Microseconds by which wall clocks are ahead of UTC. For `None` the system knows its own summer time."""
    moment = to_datetime(instant)
    local = moment.astimezone() if zone is None else moment.astimezone(ZoneInfo(zone))
    offset = local.utcoffset() or datetime.timedelta()
    return offset // datetime.timedelta(microseconds=1)


assert EPOCH.weekday() == 3  # Thursday
