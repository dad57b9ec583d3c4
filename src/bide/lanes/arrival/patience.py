"""By when a priority wants its answers: so long from now or, for `low`, by the end of the next window, as in tonight's."""

import functools

from bide.core.clock import FAR_FUTURE
from bide.core.deadline import Priority, priority_deadline
from bide.core.duration import parse_duration
from bide.core.errors import SettingError
from bide.lanes.hours.window import Window, parse_window

A_DAY = "24h"


def deadline_of(priority: Priority, low: str, now: int) -> int:
    """The deadline of what names only its priority. `low` is what that priority means: a duration, or a window.

    Of a window it is the end of the next one that opens: who comes while it is open has all of the next, not the rest of this.

    Raises:
        SettingError: `low` is neither.
    """
    if priority is not Priority.LOW:
        return priority_deadline(priority, now)
    meant = parse_low(low)
    if isinstance(meant, int):
        return now + meant
    opens = meant.opens_at(meant.closes_at(now) if meant.is_open(now) else now)
    return meant.closes_at(opens)


@functools.lru_cache(maxsize=64)
def parse_low(text: str) -> int | Window:
    """What `low` means: microseconds, or a window.

    Raises:
        SettingError: neither, or a window that never closes.
    """
    try:
        duration = parse_duration(text)
    except ValueError:
        window = parse_window(text)
        if window.closes_at(0) == FAR_FUTURE:
            raise SettingError(f"the window {text!r} never closes, so nothing is due by its end; write 24h") from None
        return window
    if duration <= 0:
        raise SettingError(f"{text!r} leaves no time; write 24h, or a window as in 02:00-06:00 Europe/Berlin")
    return duration
