"""How fast the flex tier is asked, which turns away what it has no capacity for.

A call that finds no capacity is turned away at once and costs nothing. So it is asked again, but later each time: 10 s, 17 s,
29 s … (OpenAI's guide to flex processing asks for exponential back-off). Who was turned away does not matter, the
requests of a bucket are alike: a slot that was turned away stays empty for so long, whoever is next.
"""

import math
from dataclasses import dataclass, replace

from bide.core.clock import HOUR, MINUTE, SECOND

FIRST_BACKOFF = 10 * SECOND
GROWTH = 1.7
LONGEST_BACKOFF = 5 * MINUTE

FIRST_SLOTS = 8.0
MOST_SLOTS = 256.0
FEWER = 0.8
"""Calls in flight at first and at most. One more for each answer, a fifth less for each that is turned away: with 3 in 100
turned away all of them are used, with 60 in 100 three."""

OFF_FOR = HOUR
"""How long flex is left alone where it was not granted: the project has a tier of its own, or may not use this one."""


def backoff(refusals: int, jitter: float) -> int:
    """Microseconds that a slot stays empty after so many refusals in a row before this one; `jitter` in [0, 1)."""
    ceiling = min(LONGEST_BACKOFF, FIRST_BACKOFF * GROWTH ** min(refusals, 30))
    return int(ceiling * (0.75 + 0.5 * jitter))


def tries(slack: int) -> int:
    """How often something may be tried within this time, where it is turned away: back-off is shared by all calls of the account, so
    that in a bout of refusals everybody waits the longest between two."""
    return 0 if slack < 0 else 1 + slack // LONGEST_BACKOFF


@dataclass(frozen=True, slots=True)
class FlexPace:
    """The state of asking one (account, model) in the flex tier. Instants in microseconds."""

    slots: float = FIRST_SLOTS
    in_flight: int = 0
    cooling: tuple[int, ...] = ()
    """Until when slots that were turned away stay empty."""
    in_a_row: int = 0
    off_until: int = 0

    def room(self, now: int) -> int:
        """How many calls may start now."""
        if now < self.off_until:
            return 0
        return max(0, math.floor(self.slots) - self.in_flight - sum(1 for until in self.cooling if until > now))

    def next_room(self, now: int) -> int:
        """When time alone will allow another call; `now` where only an answer is waited for."""
        if now < self.off_until:
            return self.off_until
        return min((until for until in self.cooling if until > now), default=now)

    def started(self, calls: int) -> "FlexPace":
        """After `calls` more have begun."""
        return replace(self, in_flight=self.in_flight + calls)

    def answered(self, now: int) -> "FlexPace":
        """After one was served."""
        return replace(
            self,
            in_flight=self.in_flight - 1,
            slots=min(MOST_SLOTS, self.slots + 1),
            in_a_row=0,
            cooling=self._still(now),
        )

    def refused(self, jitter: float, now: int, retry_after: int | None = None) -> "FlexPace":
        """After one was turned away."""
        wait = max(retry_after or 0, backoff(self.in_a_row, jitter))
        return replace(
            self,
            in_flight=self.in_flight - 1,
            slots=max(1.0, self.slots * FEWER),
            in_a_row=self.in_a_row + 1,
            cooling=(*self._still(now), now + wait),
        )

    def ended(self) -> "FlexPace":
        """After one came to an end that says nothing about capacity."""
        return replace(self, in_flight=self.in_flight - 1)

    def not_granted(self, now: int) -> "FlexPace":
        """After one was answered in another tier, or refused because of its tier."""
        return replace(self, in_flight=self.in_flight - 1, off_until=now + OFF_FOR)

    def _still(self, now: int) -> tuple[int, ...]:
        return tuple(until for until in self.cooling if until > now)
