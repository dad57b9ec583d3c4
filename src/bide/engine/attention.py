"""When a batch deserves the next look: pure functions of what is on record."""

from bide.core.batch import Batch
from bide.core.clock import MINUTE, SECOND
from bide.lanes.pace import backoff

FIRST_RETRY = 2 * SECOND
LONGEST_RETRY = 5 * MINUTE


def next_poll(batch: Batch, interval: int, longest: int, now: int) -> int:
    """When to poll next: the interval at first, then a twentieth of the age, so that a long wait costs few calls."""
    age = now - (batch.submitted_at or batch.intended_at or now)
    return now + min(max(interval, age // 20), max(interval, longest))


def next_try(failures: int, jitter: float, retry_after: int | None, now: int) -> int:
    """When to try again after `failures` failed calls in a row: back-off with jitter, or what the provider asked for."""
    return now + max(retry_after or 0, backoff(failures, jitter, FIRST_RETRY, LONGEST_RETRY))
