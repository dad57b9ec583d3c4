"""How a provider behaves: how long batches take, when they stand still, how much may be called.

The presets are guesses that bracket what is published: one sample of 230,000 batches (half of them within 7 minutes, nine tenths
within an hour; OpenRouter, "Batch API", 2026), single batches measured at 90 to 120 s, and the reports of bouts in which
nothing came back for hours. `measured` is fitted to the sample, the others are what people met with.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bide.core.clock import DAY, HOUR, MINUTE, SECOND


@dataclass(frozen=True, slots=True)
class Spell:
    """A state of the provider, and how long it stays in it on average. Times in microseconds."""

    median: int
    sigma: float
    dwell: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way for a provider to behave.

    A batch of a thousand takes a log-normal time; half of its log-variance is congestion that all share and that comes and
    goes within `memory`, half is the luck of each batch. With two `spells` the provider changes between them at random, with
    `hours` its median goes by the hour of the day (the first hour it holds from, and the median). During `outages` (from, until, after the
    start) nothing moves.
    """

    name: str
    spells: tuple[Spell, ...]
    hours: tuple[tuple[int, int], ...] = ()
    memory: int = 3 * HOUR
    outages: tuple[tuple[int, int], ...] = ()
    stuck: float = 0.0
    """The part of all batches that hardly move, and expire."""
    slow_cancels: float = 0.0
    """The part of all cancels that take an hour."""
    cancel_median: int = MINUTE
    cancel_longest: int = 10 * MINUTE
    window: int = DAY
    requests_per_minute: int = 500
    enqueued_tokens: int | None = None
    flex_refused: float = 0.05
    """The part of the calls in the flex tier that is turned away (`bide.whatif.scarcity`), as `bide.lanes.forecast.forecast` believes at first."""
    is_tight: bool = False
    """Whether even calling everything at once misses deadlines, for want of a rate limit."""


def log_normal(name: str, median: int, sigma: float) -> Scenario:
    """A provider that is always the same."""
    return Scenario(name=name, spells=(Spell(median, sigma),))


SIZE_EXPONENT = 0.1
"""A batch of n takes (n / 1000) to this power as long: a guess, in favour of small ones, that the measured single batches support."""

TYPICAL_SIZE = 1_000

_MEASURED = log_normal("measured", 7 * MINUTE, 1.68)
_SLOW = log_normal("slow", 45 * MINUTE, 0.89)

SCENARIOS: Mapping[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        log_normal("fast", 10 * MINUTE, 0.9),
        _MEASURED,
        _SLOW,
        replace(log_normal("congested", 3 * HOUR, 1.0), stuck=0.03, enqueued_tokens=14_000_000),
        Scenario(
            name="bimodal",
            spells=(Spell(4 * MINUTE, 0.5, 90 * MINUTE), Spell(5 * HOUR, 0.5, 45 * MINUTE)),
        ),
        Scenario(
            name="regime",
            spells=(Spell(20 * MINUTE, 0.8),),
            hours=((0, 20 * MINUTE), (8, 8 * MINUTE), (12, 4 * HOUR), (20, 30 * MINUTE)),
        ),
        replace(_MEASURED, name="outage", outages=((34 * HOUR, 44 * HOUR), (50 * HOUR, 53 * HOUR)), slow_cancels=0.2),
        replace(_SLOW, name="tight-rpm", requests_per_minute=15, is_tight=True),
    )
}

NEVER = log_normal("never", 1_000 * DAY, 0.01)
"""No batch ever finishes: what is the worst that can happen?"""


def latency(output_tokens: int, noise: float) -> int:
    """Microseconds that a call takes: two seconds and 70 tokens a second, times a spread."""
    return int((2 * SECOND + output_tokens * SECOND / 70) * math.exp(0.25 * noise))
