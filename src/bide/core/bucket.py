"""A bucket: requests of one job that share account, model, endpoint and deadline.

Buckets are what planning and rescue reckon with: running totals instead of a million rows. Each total moves in the
transaction that moves the requests.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from bide.core.deadline import OnMiss
from bide.core.states import JobState


class Phase(enum.StrEnum):
    """Where a request is, derived from its state and its live attempts."""

    WAITING = "waiting"
    """Open, with no live attempt: to be planned."""
    STUBBORN = "stubborn"
    """As waiting, but batches have lost it more than once: each loss may have been paid for, so it is called instead."""
    BATCHED = "batched"
    """Open, in a batch or asked for in the flex tier: where the answer costs the batch price if it comes, and may not come."""
    CALLING = "calling"
    """Open, in flight in real time (and perhaps in a batch too)."""
    BATCH = "batch"
    """Answered by a batch."""
    FLEX = "flex"
    """Answered by a call in the flex tier."""
    REALTIME = "realtime"
    """Answered in real time."""
    CACHE = "cache"
    """Answered with what was kept of an exact repeat."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Part(enum.StrEnum):
    """What was said at intake about the requests of a bucket."""

    GUARANTEED = "guaranteed"
    """They fit into the account's real-time capacity, so they are rescued in time."""
    ASSUMED = "assumed"
    """The capacity is not known; they would fit into what is assumed, and are rescued as if they did."""
    REST = "rest"
    """They do not fit, or are not to be rescued: they stay in batch."""
    HELD = "held"
    """The job's cap does not hold what they may cost: nobody plans them before it does."""


OPEN_PHASES = (Phase.WAITING, Phase.STUBBORN, Phase.BATCHED, Phase.CALLING)

ANSWERED_PHASES = (Phase.BATCH, Phase.FLEX, Phase.REALTIME, Phase.CACHE)

MOST_LOSSES = 2
"""Attempts of a request that may be lost before it stays out of batches."""


@dataclass(frozen=True, slots=True)
class Tally:
    """So many requests of so many tokens (input and output, at their bounds)."""

    requests: int = 0
    tokens: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.requests + other.requests, self.tokens + other.tokens)


NOTHING = Tally()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One row of `buckets` with its tallies and what its job says about it."""

    id: int
    owner: str
    job_id: int
    job_state: JobState
    on_miss: OnMiss
    account: str
    model: str
    endpoint: str
    accepted_at: int
    deadline: int
    protected: bool
    """Inside the real-time capacity, so rescued in time; the others stay in batch."""
    longest: int
    """The most output tokens any of its requests may ask for; bounds the latency of a call."""
    batchable: bool
    """False once the provider has said that it has no batch lane for this model."""
    tallies: Mapping[Phase, Tally]
    flex: bool = True
    """Whether its requests may be asked for in the flex tier: their key allows that lane."""
    spread: bool = False
    """Whether any account of its model's places may serve them, should this one be unwell."""
    moved_from: str | None = None
    """The account at which they were put and promised, while another serves them; None: it is its own."""
    gathers_until: int | None = None
    """Until when more like them may join; None: they are complete."""
    seek_from: int | None = None
    """Requests above this id are still to be looked up among the answers that are kept; None: none."""
    waiting: Tally = field(init=False)
    idle: Tally = field(init=False)
    """With no live attempt, whether or not batches have lost them before."""
    uncalled: Tally = field(init=False)
    """Everything that may still have to be called: whatever is open and not in flight."""
    open: Tally = field(init=False)
    """Everything without a final state."""

    def __post_init__(self) -> None:
        """Add up once what every look asks for."""
        idle = self.tally(Phase.WAITING, Phase.STUBBORN)
        uncalled = idle + self.tally(Phase.BATCHED)
        set_value = object.__setattr__
        set_value(self, "waiting", self.tallies.get(Phase.WAITING, NOTHING))
        set_value(self, "idle", idle)
        set_value(self, "uncalled", uncalled)
        set_value(self, "open", uncalled + self.tally(Phase.CALLING))

    def tally(self, *phases: Phase) -> Tally:
        """The sum over some phases."""
        total = NOTHING
        for phase in phases:
            total += self.tallies.get(phase, NOTHING)
        return total
