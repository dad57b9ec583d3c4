"""How long a call may take: the bound from its output tokens, corrected by the calls that were seen.

What is learned is the ratio of a call's time to the bound that was assumed for the tokens it wrote, so that short and
long answers teach the same thing: the first token's latency and the speed together.
"""

from dataclasses import dataclass, field

from bide.core.clock import DAY, HOUR
from bide.lanes.capacity.capacity import latency_bound
from bide.lanes.forecast.evidence import Evidence, bin_of
from bide.lanes.forecast.turnaround import Turnaround

ENOUGH = 200
"""Calls that must have been seen before the assumed bound is corrected (policy.md, Warm start)."""

SHARE = 0.999
"""The part of the calls that end within the bound."""

FLOOR = 0.5
"""The least that is left of the assumed bound, however fast the calls were: a quiet week says nothing about a bad day."""

LONE, FEW = 3.0, 2.5
"""What no more than two calls have exceeded is believed up to three times the assumed bound. A single call that hung for minutes would
otherwise make every deadline of a quarter of an hour one that no batch can keep, for days."""

HALF_LIFE = 7 * DAY

UNIT = HOUR
"""A ratio of 1 on the scale of `evidence`, whose bins then reach from 1/120 to 24 times the assumed bound."""


@dataclass(frozen=True, slots=True)
class Latency:
    """What calls of one (account, model) took, as a part of `latency_bound`."""

    evidence: Evidence = field(default_factory=lambda: Evidence(half_life=HALF_LIFE))

    def observe(self, duration: int, output_tokens: int, now: int) -> "Latency":
        """After a call that wrote so many tokens in so many microseconds."""
        return Latency(self.evidence.added([(ratio_bin(duration, output_tokens), 1.0)], (), now))

    def factor(self) -> float:
        """By what the assumed bound is multiplied."""
        if self.evidence.weight < ENOUGH:
            return 1.0
        seen = Turnaround((1.0,) * (len(self.evidence.ended) - 1), 0.0, self.evidence)
        slowest, third = (min(seen.quantile(share), DAY) / UNIT for share in (SHARE, 1.0 - FEW / self.evidence.weight))
        return max(FLOOR, min(slowest, max(LONE, third)))

    def bound(self, output_tokens: int) -> int:
        """Microseconds within which all but one in a thousand calls that may write so many tokens have ended."""
        return round(latency_bound(output_tokens) * self.factor())


def ratio_bin(duration: int, output_tokens: int) -> int:
    """The bin of `evidence` in which a call lies."""
    return bin_of(round(duration / latency_bound(output_tokens) * UNIT))
