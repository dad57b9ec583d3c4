"""How much may be asked for in a minute: a bucket that holds a minute's worth and refills evenly.

It is kept as the instant at which the bucket is full again (GCRA, the generic cell rate algorithm): whatever is taken moves
that instant on by the time it takes to refill. So a limit may change, or be divided among more, without a word to the state.
"""

from dataclasses import dataclass

from bide.core.clock import MINUTE


@dataclass(frozen=True, slots=True)
class Rate:
    """So many units a minute, divided among `users` who do not see each other's buckets."""

    per_minute: int
    users: int = 1

    def time(self, units: int) -> int:
        """Microseconds in which so many units refill; rounded down, so that a whole minute's worth fits into a bucket."""
        return units * MINUTE * self.users // self.per_minute


@dataclass(frozen=True, slots=True)
class Allowance:
    """A bucket. `full_at` in microseconds since 1970; what lies in the past is a full one."""

    full_at: int = 0

    def wait(self, units: int, rate: Rate, now: int) -> int:
        """Microseconds until so many units may be taken; 0: now. What is more than a bucket holds may be taken from a full
        one, which then owes it."""
        missing = max(0, self.full_at - now)
        return max(0, min(missing, missing + rate.time(units) - MINUTE))

    def taken(self, units: int, rate: Rate, now: int) -> "Allowance":
        """After so many units were taken."""
        return Allowance(max(self.full_at, now) + rate.time(units))

    def emptied(self, now: int) -> "Allowance":
        """With nothing in it: for who joins others that had the whole of it until now."""
        return Allowance(max(self.full_at, now + MINUTE))

    def left(self, rate: Rate, now: int) -> int:
        """How many units may be taken now."""
        return max(0, MINUTE - self.reset(now)) * rate.per_minute // (MINUTE * rate.users)

    def reset(self, now: int) -> int:
        """Microseconds until it is full."""
        return max(0, self.full_at - now)
