"""Durations as people write them: ``250ms``, ``90s``, ``15m``, ``1h30m``, ``7d``."""

import functools
import re
from decimal import Decimal

from bide.core.clock import DAY, HOUR, MILLISECOND, MINUTE, SECOND

UNITS = {"ms": MILLISECOND, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}

_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)", re.IGNORECASE)
_WHOLE = re.compile(rf"(?:\s*{_PART.pattern})+\s*", re.IGNORECASE)


@functools.lru_cache(maxsize=256)
def parse_duration(text: str) -> int:
    """Microseconds of a duration like ``1h30m`` or ``0.2s``.

    Raises:
        ValueError: the text is no duration; the message shows the forms that are.
    """
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is no duration; write 250ms, 90s, 15m, 1h30m or 7d")
    return round(sum(Decimal(number) * UNITS[unit.lower()] for number, unit in _PART.findall(text)))


def exact_duration(duration: int) -> str:
    """A duration that is not negative, without loss, as `parse_duration` reads it: ``1m 15s``, ``1s 500ms``, ``0.25ms``."""
    parts: list[str] = []
    left = duration
    for unit, size in (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    if left:
        parts.append(f"{Decimal(left) / MILLISECOND}ms")
    return " ".join(parts) or "0s"


def format_duration(duration: int) -> str:
    """The two largest units of a duration, as in ``3h 12m``; below a second, milliseconds."""
    sign = "-" if duration < 0 else ""
    left = abs(duration)
    if left < SECOND:
        return f"{sign}{left // MILLISECOND}ms" if left else "0s"
    parts: list[str] = []
    for unit, size in (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND)):
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count}{unit}" if count else "")
        if len(parts) == 2:
            break
    return sign + " ".join(part for part in parts if part)
