"""A request of a log: when it came, by when it was wanted, how long it was."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random  # noqa: TID251 - the type

from bide.core.clock import DAY, HOUR, MINUTE
from bide.whatif.chance import stream

URGENT, STANDARD, EXPLICIT, LOW = "urgent", "standard", "explicit", "low"

URGENT_WITHIN = 2 * MINUTE
"""By when an answer counts as given at once: the latency bound of a long answer, and time to spare."""

LEAST_LIMIT = 256
"""The smallest output limit that a caller is taken to set."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request. Instants in microseconds since 1970; `kind` is the class it is counted under, `limit` the most output
    tokens it may ask for."""

    at: int
    deadline: int
    input_tokens: int
    output_tokens: int
    kind: str
    limit: int = 0
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Mix:
    """How many requests of a log that names no deadlines are of which class; the rest is low."""

    urgent: float = 0.10
    standard: float = 0.35
    explicit: float = 0.15
    standard_within: int = 15 * MINUTE
    explicit_between: tuple[int, int] = (20 * MINUTE, 8 * HOUR)
    low_within: int = DAY


def limit_of(output_tokens: int) -> int:
    """The output limit a caller would set for such an answer, where the log has none: the next power of two."""
    return max(LEAST_LIMIT, 1 << max(0, output_tokens - 1).bit_length())


def with_deadlines(arrivals: Sequence[Arrival], mix: Mix, seed: int) -> list[Arrival]:
    """The same requests, each with a class and a deadline drawn from the mix."""
    chance = stream(seed, "deadlines")
    return [_drawn(arrival, mix, chance) for arrival in arrivals]


def _drawn(arrival: Arrival, mix: Mix, chance: Random) -> Arrival:
    draw = chance.random()
    if draw < mix.urgent:
        return replace(arrival, kind=URGENT, deadline=arrival.at + URGENT_WITHIN, urgent=True)
    draw -= mix.urgent
    if draw < mix.standard:
        return replace(arrival, kind=STANDARD, deadline=arrival.at + mix.standard_within)
    draw -= mix.standard
    if draw < mix.explicit:
        shortest, longest = (math.log(bound) for bound in mix.explicit_between)
        within = int(math.exp(chance.uniform(shortest, longest)))
        return replace(arrival, kind=EXPLICIT, deadline=arrival.at + within)
    return replace(arrival, kind=LOW, deadline=arrival.at + mix.low_within)
