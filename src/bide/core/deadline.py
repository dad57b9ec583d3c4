"""By when an answer is needed: the grammar of deadlines and priorities.

``15m``, ``8h``, ``1h30m``, ``7d``   from now
``06:00``, ``tomorrow 06:00``        the next such moment on the caller's wall clock
``2026-12-01T06:00+01:00``           ISO 8601; without an offset, the caller's wall clock

A wall-clock time that a change to summer time skips is reckoned with the offset before it, as calendars do (RFC 5545):
02:30 means 03:30. One that happens twice means the first of the two that has not passed.
"""

import datetime
import enum
import re

from bide.core.clock import DAY, FAR_FUTURE, MINUTE, SECOND, from_datetime, to_datetime
from bide.core.duration import format_duration, parse_duration
from bide.core.errors import DeadlineError


class Priority(enum.StrEnum):
    """How long a caller who named no deadline is willing to wait."""

    URGENT = "urgent"
    STANDARD = "standard"
    LOW = "low"


PRIORITY_WINDOWS = {Priority.URGENT: 0, Priority.STANDARD: 15 * MINUTE, Priority.LOW: DAY}
"""From acceptance to deadline. `urgent` is "now": real time at once, late by definition and never refused for it."""


class OnMiss(enum.StrEnum):
    """What happens to a request that batches will not answer in time.

    What no batch can take (no batch lane, or lost by batches twice) is called in any case.
    """

    RESCUE = "rescue"
    """Run it in real time at the last safe moment, at list price."""
    LATE = "late"
    """Wait for batches, past the deadline if need be."""
    EXPIRE = "expire"
    """Wait for batches until the deadline, then give it up."""

    @property
    def without_calls(self) -> "OnMiss":
        """The same for who may not be called in real time."""
        return OnMiss.LATE if self is OnMiss.RESCUE else self


READING = 5 * SECOND
"""How long it may take from the words of a deadline to its request's being on record."""

_CLOCK = re.compile(r"(?:(today|tomorrow)\s+)?(\d{1,2}):(\d{2})", re.IGNORECASE)

ONE_DAY = datetime.timedelta(days=1)


def parse_deadline(text: str, now: int, zone: datetime.tzinfo | None = None) -> int:
    """The instant that a caller's words mean.

    `zone` is the caller's time zone; None is the machine's, with its rules for summer time.

    Raises:
        DeadlineError: the words are not understood, or the moment has passed.
    """
    words = text.strip()
    try:
        moment = _from_now(words, now) or _clock_time(words, now, zone) or _iso(words, now, zone)
        if moment is None:
            raise DeadlineError(
                f"the deadline {text!r} is not understood; write 15m, 8h, 06:00, tomorrow 06:00 or 2026-12-01T06:00"
            )
        if moment >= FAR_FUTURE:
            raise DeadlineError(f"the deadline {text!r} lies beyond the calendar")
        if moment <= now:
            passed = f"({to_datetime(moment):%Y-%m-%d %H:%M} UTC) passed {format_duration(now - moment)} ago"
            raise DeadlineError(f"the deadline {text!r} {passed}; name a later one")
    except (OverflowError, ValueError):  # a year that datetime does not know
        raise DeadlineError(f"the deadline {text!r} lies beyond the calendar") from None
    return moment


def priority_deadline(priority: Priority, now: int) -> int:
    """The deadline of a request that names only its priority."""
    return now + PRIORITY_WINDOWS[priority]


def may_be_same(before: int, since: int, after: int, now: int) -> bool:
    """Whether two deadlines may have been said in the same words, one at `since` and one `now`: they are the same instant, or as far
    away. A twentieth of the time, or some seconds, may pass while requests are read."""
    away = after - now
    apart = min(abs(before - after), abs(before - since - away))
    return apart <= max(READING, away // 20)


def _clock_time(words: str, now: int, zone: datetime.tzinfo | None) -> int | None:
    found = _CLOCK.fullmatch(words)
    if not found:
        return None
    day, hour, minute = found[1], int(found[2]), int(found[3])
    if hour > 23 or minute > 59:
        raise DeadlineError(f"{words!r} is no time of day; hours go from 00 to 23, minutes from 00 to 59")
    today = datetime.datetime.combine(to_datetime(now).astimezone(zone).date(), datetime.time(hour, minute))
    match (day or "").lower():
        case "today":
            return _wall_clock(today, now, zone)
        case "tomorrow":
            return _wall_clock(today + ONE_DAY, now, zone)
        case _:
            moment = _wall_clock(today, now, zone)
            return moment if moment > now else _wall_clock(today + ONE_DAY, now, zone)


def _iso(words: str, now: int, zone: datetime.tzinfo | None) -> int | None:
    try:
        moment = datetime.datetime.fromisoformat(words)
    except ValueError:
        return None
    return from_datetime(moment) if moment.tzinfo else _wall_clock(moment, now, zone)


def _from_now(words: str, now: int) -> int | None:
    try:
        duration = parse_duration(words)
    except ValueError:
        return None
    if duration <= 0:
        raise DeadlineError(f"the deadline {words!r} leaves no time; the priority urgent is for answers at once")
    return now + duration


def _wall_clock(local: datetime.datetime, now: int, zone: datetime.tzinfo | None) -> int:
    """The instant at which wall clocks in `zone` show `local`; of two the first that has not passed."""
    first, second = _instant(local, zone), _instant(local.replace(fold=1), zone)
    return second if first <= now < second else first


def _instant(local: datetime.datetime, zone: datetime.tzinfo | None) -> int:
    if zone is None:  # not `astimezone`: for a skipped time that takes the offset after the gap
        return int(local.replace(microsecond=0).timestamp()) * SECOND + local.microsecond
    return from_datetime(local.replace(tzinfo=zone).astimezone(datetime.UTC))
