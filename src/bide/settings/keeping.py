"""What is read, and how long things are kept."""

from typing import Literal

from bide.core.clock import DAY, FAR_FUTURE
from bide.lanes.arrival.cache import CacheRule
from bide.lanes.outcome.retention import Horizon, horizon
from bide.settings.section import Count, Duration, Kept, Names, Section


class InputSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reading input."""

    model: str | None = None
    """The model of lines that name none."""
    on_bad_line: Literal["stop", "skip"] = "stop"
    """stop: refuse the whole input before anything is spent; skip: go on with the good lines."""


class CacheSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers that stand for exact repeats of their requests, as docs/cache.md explains. Off until `keep` says for how long; a
    call's own Bide-Cache stands above it."""

    keep: Duration = Duration(0)
    """How long an answer stands for exact repeats, as in 1h; 0s: nothing is kept that does not ask for it."""
    workflows: Names = Names()
    """The workflows of which answers are kept, patterns as in nightly-*; none: all."""
    models: Names = Names()
    """The models of which answers are kept, by the names that callers use; none: all."""
    largest: Count = 1 << 20
    """Bytes of the largest answer to an urgent call that is kept; those of deferred work are kept for its own sake anyway."""

    @property
    def rule(self) -> CacheRule:
        """As decisions know it."""
        return CacheRule(self.keep, self.workflows, self.models)


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
