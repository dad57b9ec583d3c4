"""By when an answer is needed: the grammar of deadlines and priorities.

``15m``, ``8h``, ``1h30m``, ``7d``   from now
``06:00``, ``tomorrow 06:00``        the next such moment on the caller's wall clock
``2026-12-01T06:00+01:00``           ISO 8601; without an offset, the caller's wall clock

A wall-clock time that a change to summer time skips means the moment after the gap; one that happens twice means
the first: never later than what was asked.
"""

import datetime
import enum
import re

from bide.core.clock import DAY, MINUTE, from_datetime, to_datetime
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
    """What happens to a request that its batch will not answer in time."""

    RESCUE = "rescue"
    """Run it in real time at the last safe moment, at list price."""
    LATE = "late"
    """Keep waiting at the batch price; the answer may come after the deadline."""
    EXPIRE = "expire"
    """Keep waiting until the deadline, then give it up."""


_CLOCK = re.compile(r"(?:(today|tomorrow)\s+)?(\d{1,2}):(\d{2})", re.IGNORECASE)

SOONEST_REPEAT = datetime.timedelta(days=1)


def parse_deadline(text: str, now: int, zone: datetime.tzinfo | None = None) -> int:
    """The instant that a caller's words mean.

    `zone` is the caller's time zone; None is the machine's, with its rules for summer time.

    Raises:
        DeadlineError: the words are not understood, or the moment has passed.
    """
    words = text.strip()
    moment = _clock_time(words, now, zone) or _iso(words, zone)
    if moment is None:
        try:
            duration = parse_duration(words)
        except ValueError:
            raise DeadlineError(
                f"the deadline {text!r} is not understood; write 15m, 8h, 06:00, tomorrow 06:00 or 2026-12-01T06:00"
            ) from None
        if duration <= 0:
            raise DeadlineError(f"the deadline {text!r} leaves no time; use --priority urgent for answers at once")
        return now + duration
    if moment <= now:
        raise DeadlineError(
            f"the deadline {text!r} ({to_datetime(moment):%Y-%m-%d %H:%M} UTC) passed {format_duration(now - moment)} ago"
        )
    return moment


def priority_deadline(priority: Priority, now: int) -> int:
    """The deadline of a request that names only its priority."""
    return now + PRIORITY_WINDOWS[priority]


def _clock_time(words: str, now: int, zone: datetime.tzinfo | None) -> int | None:
    found = _CLOCK.fullmatch(words)
    if not found:
        return None
    day, hour, minute = found[1], int(found[2]), int(found[3])
    if hour > 23 or minute > 59:
        raise DeadlineError(f"{words!r} is no time of day; hours go from 00 to 23, minutes from 00 to 59")
    today = to_datetime(now).astimezone(zone).date()
    first = today + datetime.timedelta(days=1) if day and day.lower() == "tomorrow" else today
    moment = _wall_clock(datetime.datetime.combine(first, datetime.time(hour, minute)), zone)
    if moment <= now and day is None:
        moment = _wall_clock(datetime.datetime.combine(first + SOONEST_REPEAT, datetime.time(hour, minute)), zone)
    return moment


def _iso(words: str, zone: datetime.tzinfo | None) -> int | None:
    try:
        moment = datetime.datetime.fromisoformat(words)
    except ValueError:
        return None
    return from_datetime(moment) if moment.tzinfo else _wall_clock(moment, zone)


def _wall_clock(local: datetime.datetime, zone: datetime.tzinfo | None) -> int:
    """The instant at which wall clocks in `zone` show `local` (fold 0: the first of two)."""
    aware = local.replace(tzinfo=zone) if zone else local.astimezone()
    return from_datetime(aware.astimezone(datetime.UTC))
