"""When news is tried again, and when no more: pure functions of how it went."""

from dataclasses import dataclass

from bide.core.clock import HOUR, MINUTE, SECOND

DELAYS = (
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    8 * HOUR,
)
"""Between one try and the next: eleven tries in just under 24 hours."""

SPREAD = 0.2
"""A delay is up to a tenth shorter or longer, so that what failed together does not come back together."""

LONGEST_ASKED = 8 * HOUR
"""The longest that a receiver may put a try off by its Retry-After."""

GONE = 410


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try went. `status` is the answer's, `error` is None where it arrived; `retry_after` is in microseconds."""

    status: int | None = None
    error: str | None = None
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """It is told."""


@dataclass(frozen=True, slots=True)
class Again:
    """Try once more at `due_at`."""

    due_at: int


@dataclass(frozen=True, slots=True)
class GivenUp:
    """No more tries; `gone` says that the endpoint wants nothing any more."""

    gone: bool


Step = Arrived | Again | GivenUp


def next_step(failures: int, outcome: Outcome, jitter: float, now: int) -> Step:
    """What follows from a try, after `failures` that failed before it. `jitter` in [0, 1)."""
    if outcome.error is None:
        return Arrived()
    if outcome.status == GONE:
        return GivenUp(gone=True)
    if failures >= len(DELAYS):
        return GivenUp(gone=False)
    delay = int(DELAYS[failures] * (1 - SPREAD / 2 + SPREAD * jitter))
    return Again(now + max(delay, min(outcome.retry_after or 0, LONGEST_ASKED)))
