"""What is read, and how long things are kept."""

from typing import Literal

from bide.core.clock import DAY, FAR_FUTURE
from bide.lanes.retention import Horizon, horizon
from bide.settings.section import Kept, Section


class InputSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reading input."""

    model: str | None = None
    """The model of lines that name none."""
    on_bad_line: Literal["stop", "skip"] = "stop"
    """stop: refuse the whole input before anything is spent; skip: go on with the good lines."""


class RetentionSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long what is over is kept, as docs/operation.md explains; `never` purges nothing of it. Nothing of the present month that
    carries money goes in any case."""

    jobs: Kept = Kept(30 * DAY)
    """Jobs and deferred calls, once they are done: their requests, bodies, answers and receipts, and what they were decided by."""
    events: Kept = Kept(90 * DAY)
    """The event log, but for what is not over."""
    passages: Kept = Kept(90 * DAY)
    """What is on record of calls that were passed on, their cost included, and where responses live."""
    ledger: Kept = Kept(FAR_FUTURE)
    """The ledger's entries of jobs that are gone, and what keys spent: never, until you say otherwise."""

    def horizon(self, now: int) -> Horizon:
        """What may go now."""
        return horizon(self.jobs, self.events, self.passages, self.ledger, now)
