"""Real-time capacity: how long so many requests take at an account's rate limit."""

import math
from dataclasses import dataclass

from bide.core.bucket import Tally
from bide.core.clock import MINUTE, SECOND

FIRST_LATENCY = 12 * SECOND
"""A call's latency bound before its first output token (policy: until 200 calls have been seen)."""

OUTPUT_SPEED = 70 / 1.6
"""Output tokens a second at the latency bound: 70 a second, with a factor 1.6 for slow days."""

ASSUMED_REQUESTS_PER_MINUTE = 60
"""Where an account's limit is unknown: low enough for the smallest paid tier of any provider."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What an account may call in a minute. `known` is False where the numbers are assumed, not learned or configured."""

    requests_per_minute: int
    tokens_per_minute: int | None
    known: bool

    def work(self, tally: Tally) -> int:
        """Microseconds of the full rate that so many requests take: the slower of the two limits."""
        by_requests = tally.requests * MINUTE / self.requests_per_minute
        by_tokens = tally.tokens * MINUTE / self.tokens_per_minute if self.tokens_per_minute else 0.0
        return math.ceil(max(by_requests, by_tokens))

    def without(self, kept: float) -> "Capacity":
        """What is left beside the part that is kept for others; never nothing."""
        tokens = max(1, int(self.tokens_per_minute * (1 - kept))) if self.tokens_per_minute else None
        return Capacity(max(1, int(self.requests_per_minute * (1 - kept))), tokens, self.known)

    def share(self, users: int) -> "Capacity":
        """The part of one of several workers that use the account at a time."""
        tokens = max(1, self.tokens_per_minute // users) if self.tokens_per_minute else None
        return Capacity(max(1, self.requests_per_minute // users), tokens, self.known)


ASSUMED = Capacity(ASSUMED_REQUESTS_PER_MINUTE, None, known=False)


def latency_bound(output_tokens: int) -> int:
    """Microseconds by which a call that may write so many tokens has ended."""
    return FIRST_LATENCY + math.ceil(output_tokens / OUTPUT_SPEED * SECOND)
