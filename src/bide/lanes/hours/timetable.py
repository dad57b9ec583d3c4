"""When something that comes again and again is due: the five fields of cron, in a time zone.

Where clocks change, it is as in Debian's cron: a time of day that is skipped counts as the moment after the gap, one that comes twice
as the first of the two. What is due at every so many minutes or hours keeps to real time instead.
"""

import enum
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cronsim import CronSim, CronSimError

from bide.core.clock import DAY, FAR_FUTURE, MINUTE, from_datetime, to_datetime
from bide.core.errors import SettingError
from bide.lanes.hours.window import DAYS, days_named, zone_named

LATE = 10 * MINUTE
"""An instant that nobody has seen to for so long was missed: nobody ran."""

FARTHEST = 2 * DAY
"""Of the instants that nobody has seen to, those that are older are no more than counted."""

MOST = 5_000
"""So many instants are looked through for the last one, before older ones are passed by."""

_TIME = re.compile(r"(\d{1,2}):(\d{2})")


class Missed(enum.StrEnum):
    """What happens to instants that passed while nobody ran."""

    RUN_ONCE = "run-once"
    """The last of them is seen to as soon as somebody runs."""
    SKIP = "skip"
    """None is."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """`cron` as in ``0 2 * * *``, `zone` the name of a time zone."""

    cron: str
    zone: str

    def after(self, instant: int) -> int:
        """The first instant after this one; `FAR_FUTURE` where none comes."""
        return next(self._from(instant), FAR_FUTURE)

    def _from(self, instant: int) -> Iterator[int]:
        """The instants after this one."""
        for moment in CronSim(self.cron, to_datetime(instant).astimezone(zone_named(self.zone))):
            yield from_datetime(moment)

    def last(self, first: int, now: int) -> tuple[int, int]:
        """Of the instants from `first` on, the last that is not after `now`, and how many come before it.

        Of more than `MOST` the count is that of those that were looked at.
        """
        last, before = first, 0
        for instant in self._from(first):
            if instant > now:
                return last, before
            last, before = instant, before + 1
            if before == MOST and last < now - FARTHEST:
                later, more = self.last(self.after(now - FARTHEST), now)
                return later, before + more
        return last, before


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done about a timetable now: `run` the instant that is seen to, None for none; `skipped` how many others have
    passed, the first of them at `since`; `following` the next that is to come."""

    run: int | None
    skipped: int
    since: int
    following: int


def due(timetable: Timetable, first: int, missed: Missed, now: int) -> Due:
    """What is due of a timetable whose instants have been seen to before `first`, which is not after `now`."""
    last, before = timetable.last(first, now)
    following = timetable.after(last)
    if now - last > LATE and missed is Missed.SKIP:
        return Due(None, before + 1, first, following)
    return Due(last, before, first, following)


@functools.lru_cache(maxsize=256)
def check(timetable: Timetable, now: int) -> int:
    """The first instant of a timetable after `now`.

    Raises:
        SettingError: it cannot be read, or no such instant ever comes.
    """
    zone_named(timetable.zone)
    try:
        instant = timetable.after(now)
    except CronSimError as error:
        raise SettingError(
            f"the cron expression {timetable.cron!r} is not understood: {error}; write minute, hour, day, month and day of the"
            " week, as in '0 2 * * *'"
        ) from error
    if len(timetable.cron.split()) != 5:
        raise SettingError(f"the cron expression {timetable.cron!r} has not five fields; write it as in '0 2 * * *'")
    if instant == FAR_FUTURE:
        raise SettingError(f"the cron expression {timetable.cron!r} names a day that never comes")
    return instant


def nightly(time: str) -> str:
    """The expression for every day at a time like ``02:00``. Raises `SettingError`."""
    hour, minute = _time(time)
    return f"{minute} {hour} * * *"


def weekly(words: str) -> str:
    """The expression for some days of the week at a time, as in ``sat 02:00``, ``mon thu 18:30`` or ``mon-fri 18:30``.

    Raises:
        SettingError: it has no time, or a word of it is no day.
    """
    *named, time = words.lower().replace(",", " ").split() or [""]
    hour, minute = _time(time)
    days = [days_named(word) for word in named]
    if not days or not all(days):
        unknown = next((repr(word) for word in named if not days_named(word)), "it")
        raise SettingError(
            f"{words!r}: {unknown} names no day of the week; write {', '.join(DAYS)}, as in 'sat 02:00' or 'mon-fri 18:30'"
        )
    return f"{minute} {hour} * * {','.join(str((day + 1) % 7) for word in days for day in word)}"


def _time(text: str) -> tuple[int, int]:
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise SettingError(f"{text!r} is no time of day; write it as in 02:00")
    return int(found[1]), int(found[2])
