"""An instant or a duration as logs write them: numbers of several units, ISO 8601, durations as ``15m``."""

import datetime
import math
from typing import Any

from bide.core.clock import DAY, SECOND
from bide.core.duration import parse_duration
from bide.core.errors import BideError

ORIGIN = 20_000 * DAY
"""The midnight from which a log's time counts where it is no date: seconds since its beginning."""

EPOCH, MICROSECOND = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC), datetime.timedelta(microseconds=1)

EPOCHS = ((1e9, 1e11, 1e6), (1e11, 1e14, 1e3), (1e14, 1e17, 1.0), (1e17, 1e20, 1e-3))
"""Numbers from, below, and what turns them into microseconds since 1970: seconds, milliseconds, micro- and nanoseconds."""


def instant(value: Any) -> int:
    """Microseconds since 1970. Numbers below a thousand million are seconds since the log began. A time without a zone is UTC.

    Raises:
        ValueError: it is neither a number nor a time, with a sentence that says so.
    """
    if isinstance(value, datetime.datetime):
        return _of(value)
    if isinstance(value, datetime.date):
        return _of(datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.UTC))
    # Most logs write a date, and to find out that it is no number costs more than to read it.
    number = None if isinstance(value, str) and value[4:5] == "-" else _number(value)
    if number is None:
        try:
            return _of(datetime.datetime.fromisoformat(str(value).strip()))
        except ValueError:
            raise ValueError(
                f"{value!r} is no instant; write seconds, or ISO 8601 as in 2026-11-21T09:30:00Z"
            ) from None
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"{value!r} is no instant: it is before the log began")
    for least, below, unit in EPOCHS:
        if least <= number < below:
            return int(number * unit)
    if number >= EPOCHS[-1][1]:
        raise ValueError(f"{value!r} is no instant: it is too large for one")
    return ORIGIN + int(number * SECOND)


def is_since_beginning(value: Any) -> bool:
    """Whether an instant is seconds since the log began, and no time of the calendar."""
    number = None if isinstance(value, datetime.date) else _number(value)
    return number is not None and number < EPOCHS[0][0]


def is_midnight(value: Any) -> bool:
    """Whether an instant is the beginning of a day of UTC: so a day is written where a column has times."""
    try:
        return instant(value) % DAY == 0
    except ValueError:
        return False


def span(value: Any) -> int:
    """Microseconds of a duration: a number of seconds, or text as in ``15m``. Raises `ValueError`."""
    if isinstance(value, datetime.timedelta):
        return value // datetime.timedelta(microseconds=1)
    number = _number(value)
    if number is not None and math.isfinite(number) and number >= 0:
        return int(number * SECOND)
    try:
        return parse_duration(str(value).strip())
    except (BideError, ValueError):
        raise ValueError(f"{value!r} is no duration; write seconds, or as in 15m, 8h") from None


def _of(moment: datetime.datetime) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return (moment - EPOCH) // MICROSECOND


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
