"""The rules that bide is compared with, by name."""

from collections.abc import Callable, Mapping

from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE, SECOND
from bide.core.duration import parse_duration
from bide.core.errors import BideError, InputError
from bide.whatif.fixed import Rule

REALTIME = Rule(batches_from=FAR_FUTURE)
"""Everything is called at once, the earliest deadline first."""

SEED = Rule(nightly_from=2 * HOUR)
"""Urgent at once; up to two hours in a 15-minute queue of at most 1,000; the rest at 02:00. Whatever comes back late is late."""

RESUBMIT = Rule(queue=5 * MINUTE, resubmits=True)
"""Everything but urgent work in batches every five minutes, and what expires again."""

HEDGE = "+hedge"


def static(least: str = "24h") -> Rule:
    """What has `least` goes into batches, everything else is called. Raises `InputError`."""
    return Rule(batches_from=_time("static", least) or DAY)


def fixed(margin: str = "10m") -> Rule:
    """In batches every two minutes, cancelled so long before the deadline; what is left is called. Raises `InputError`."""
    before = _time("fixed", margin.removesuffix(HEDGE))
    if before < SECOND:
        raise InputError(f"fixed:{margin}: nothing can be called without any time; write as in fixed:5m")
    return Rule(queue=2 * MINUTE, near=True, cancels_before=before, hedges=margin.endswith(HEDGE))


BASELINES: Mapping[str, Callable[..., Rule]] = {
    "realtime": lambda: REALTIME,
    "seed": lambda: SEED,
    "static": static,
    "resubmit": lambda: RESUBMIT,
    "fixed": fixed,
}


def baseline(text: str) -> Rule:
    """The rule of a name, as in ``seed`` or ``fixed:5m+hedge``.

    Raises:
        InputError: there is none of this name, or its time cannot be read.
    """
    name, colon, time = text.partition(":")
    if name not in BASELINES:
        raise InputError(
            f"there is no policy {text}; there are bide, bide+copies, bide+flex, classic, {', '.join(BASELINES)}"
        )
    if not colon:
        return BASELINES[name]()
    if BASELINES[name] not in (static, fixed):
        raise InputError(f"{text}: {name} takes no time; write {name}")
    return BASELINES[name](time)


def _time(name: str, text: str) -> int:
    try:
        return parse_duration(text)
    except (BideError, ValueError):
        raise InputError(f"{name}:{text}: {text!r} is no duration; write as in {name}:5m") from None
