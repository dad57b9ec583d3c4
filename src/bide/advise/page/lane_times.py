"""How long each lane takes, in seconds and with its source, before anything was seen of an account."""

from collections.abc import Mapping

import msgspec

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.lanes.capacity.capacity import FIRST_LATENCY, OUTPUT_SPEED
from bide.lanes.forecast.prior import prior_of
from bide.lanes.forecast.turnaround import Turnaround
from bide.providers.kinds import KINDS

OTHERS = "*"
"""The name of whoever has no figures of its own."""

FLEX_TARGET = (1 * MINUTE, 15 * MINUTE)
"""From Google's page on Gemini's service tiers; 15 minutes is also the time limit that OpenAI advises for flex."""

WITHIN = (MINUTE, 15 * MINUTE, HOUR, 8 * HOUR, DAY)
"""Deadlines that the page offers to choose from."""

KNOWN = "half of 230,000 batches within 7 minutes, nine of ten within the hour (OpenRouter, 2026)"
UNKNOWN = "no figures are published: taken as half as long again as those of the published 230,000 batches"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """The bound of a real-time call, below which all but one in a thousand stay: so many seconds, and then so many output tokens a second."""

    first: float
    tokens_a_second: float
    source: str = (
        "what all but one in a thousand calls stay below, as bide reckons until it has seen 200: 70 tokens a second, divided by 1.6 for"
        " slow days"
    )


class Flex(msgspec.Struct, frozen=True, kw_only=True):
    """The time that providers aim at, from `low` to `high` seconds. What finds no capacity is refused, free of charge."""

    low: float = FLEX_TARGET[0] / SECOND
    high: float = FLEX_TARGET[1] / SECOND
    source: str = "the target of Gemini's flex tier; OpenAI advises a time limit of 15 minutes"


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's batches: seconds by which half and nine of ten are done, and the part that is done within each of `WITHIN`.

    `limit` is when a batch expires, None where nobody has written it down.
    """

    half: float
    nine_in_ten: float
    done: Mapping[str, float]
    limit: float | None
    source: str


class LaneTimes(msgspec.Struct, frozen=True, kw_only=True):
    """All lanes. `batch` is by the name of the price list, and `OTHERS`; `within` are seconds."""

    within: tuple[float, ...]
    call: Call
    flex: Flex
    batch: Mapping[str, Batch]


def lane_times() -> LaneTimes:
    """What is known of every provider that has batches."""
    limits = {kind.catalogue: kind.limits.window for kind in KINDS.values() if kind.catalogue}
    return LaneTimes(
        within=tuple(one / SECOND for one in WITHIN),
        call=Call(first=FIRST_LATENCY / SECOND, tokens_a_second=OUTPUT_SPEED),
        flex=Flex(),
        batch={
            **{name: _batch(name, window) for name, window in sorted(limits.items())},
            OTHERS: _batch(OTHERS, None),
        },
    )


def _batch(provider: str, window: int | None) -> Batch:
    median = prior_of(provider).median
    expected = Turnaround.prior(median)
    return Batch(
        half=round(expected.quantile(0.5) / SECOND),
        nine_in_ten=round(expected.quantile(0.9) / SECOND),
        done={f"{within // SECOND}": round(expected.finished(within), 3) for within in WITHIN},
        limit=None if window is None else window / SECOND,
        source=KNOWN if median == prior_of("openai").median else UNKNOWN,
    )
