"""When a batch, and what it shows while it runs, deserves the next look: pure functions of what is on record."""

from bide.core.batch import Batch
from bide.core.clock import MINUTE, SECOND
from bide.lanes.capacity.pace import backoff
from bide.providers.port import EarlyResults, Remote

FIRST_RETRY = 2 * SECOND
LONGEST_RETRY = 5 * MINUTE

EARLY_READINGS = 50
"""About how often the output of a running batch is read at most: each time costs a request and a transaction."""

GROWTH = 4
"""Where it has to be read whole, it has grown by this part since: so all readings together are five times the file."""


def next_poll(batch: Batch, interval: int, longest: int, now: int) -> int:
    """When to poll next: the interval at first, then a twentieth of the age, so that a long wait costs few calls."""
    age = now - (batch.submitted_at or batch.intended_at or now)
    return now + min(max(interval, age // 20), max(interval, longest))


def next_try(failures: int, jitter: float, retry_after: int | None, now: int) -> int:
    """When to try again after `failures` failed calls in a row: back-off with jitter, or what the provider asked for."""
    return now + max(retry_after or 0, backoff(failures, jitter, FIRST_RETRY, LONGEST_RETRY))


def is_worth_reading(batch: Batch, remote: Remote, how: EarlyResults) -> bool:
    """Whether the output of a running batch has grown enough since it was last read.

    Counters say when to look, never what was answered. A server that has none is looked at with every poll, unless that
    would mean the whole file each time.
    """
    if not remote.total:
        return how is not EarlyResults.WHOLE
    grown = remote.completed - batch.output_rows
    least = max(1, batch.requests // EARLY_READINGS)
    if how is not EarlyResults.WHOLE:
        return grown >= least or (grown > 0 and remote.completed >= remote.total)
    has_moved = remote.completed > batch.completed_count  # rows that never come must not have it read with every poll
    return has_moved and grown >= max(least, batch.output_rows // GROWTH)
