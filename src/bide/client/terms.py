"""By when answers are wanted, as the gateway is told: headers."""

from datetime import datetime, timedelta
from decimal import Decimal

from bide.core.clock import Clock, to_datetime
from bide.core.deadline import OnMiss, Priority, parse_deadline
from bide.core.errors import DeadlineError
from bide.intake.asked import cap_of
from bide.lanes.arrival.cache import parse_keep

LONGEST = "24h"
"""What a request has that names no time, where no configuration is at hand: as a job that names none."""


def headers_of(
    clock: Clock,
    *,
    within: str | timedelta | None = None,
    by: str | datetime | None = None,
    priority: str | None = None,
    on_miss: str | None = None,
    cache: str | timedelta | None = None,
    max_cost: str | Decimal | None = None,
    workflow: str | None = None,
    otherwise: str = LONGEST,
) -> dict[str, str]:
    """The headers for one of `within`, `by` and `priority`, or `otherwise` where none is given.

    Wall-clock times (``06:00``, a datetime without a zone) are those of this machine.

    Raises:
        DeadlineError: two of them are given, or one is not understood or has passed.
        CacheWordError: `cache` is not understood.
        SettingError: `max_cost` is no amount of USD.
    """
    given = [name for name, value in (("within", within), ("by", by), ("priority", priority)) if value is not None]
    if len(given) > 1:
        raise DeadlineError(f"{' and '.join(given)} are given; write one of them")
    found = {"prefer": "respond-async"}
    if priority is not None:
        found["bide-priority"] = _one_of("priority", priority, tuple(Priority))
    elif by is not None:
        text = by if isinstance(by, str) else by.astimezone().isoformat()
        moment = parse_deadline(text, clock.now())
        found["bide-by"] = to_datetime(moment).isoformat()
    else:
        text = _text(within) or otherwise
        parse_deadline(text, clock.now())
        found["bide-within"] = text
    if on_miss is not None:
        found["bide-on-miss"] = _one_of("on_miss", on_miss, tuple(OnMiss))
    if cache is not None:
        found["bide-cache"] = text = _text(cache) or ""
        parse_keep(text, "cache")
    if max_cost is not None:
        found["bide-max-cost"] = text = str(max_cost)
        cap_of(text, "max_cost")
    if workflow is not None:
        found["bide-workflow"] = workflow
    return found


def _text(duration: str | timedelta | None) -> str | None:
    return f"{duration.total_seconds():f}s" if isinstance(duration, timedelta) else duration


def _one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise DeadlineError(f"{name} is {text!r}; write one of {', '.join(known)}")
    return str(text)
