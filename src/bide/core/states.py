"""The states of jobs, requests, attempts and batches, and the one table of moves between them.

`docs/states.md` is drawn from these tables, and the store's SQL takes its ``WHERE state IN (…)`` from them:
a move from any other state changes no row, which means that somebody else made the move first.
"""

import enum
from collections.abc import Mapping
from typing import TypeVar


class RequestState(enum.StrEnum):
    """A request is open until it is settled, once and for ever."""

    OPEN = "open"
    """Not yet answered. Whether it waits, lies in a batch or runs is told by its live attempts."""
    SUCCEEDED = "succeeded"
    """An answer was accepted, the first one to arrive."""
    FAILED = "failed"
    """No answer: the provider refused it for good, or too often."""
    CANCELLED = "cancelled"
    """Its job was cancelled before an answer came."""
    EXPIRED = "expired"
    """Its deadline passed and its job asked for `on_miss: expire`."""


class AttemptState(enum.StrEnum):
    """An attempt is one try of one request in one lane."""

    PLANNED = "planned"
    """Written into a batch that is not yet at the provider."""
    SENT = "sent"
    """At the provider, or on the way there."""
    ANSWERED = "answered"
    """The provider answered. The answer is the request's, or waste where another attempt was first."""
    ERRORED = "errored"
    """The provider ran or read it and answered with an error. Counts against the request's tries."""
    REFUSED = "refused"
    """The provider did not run it (quota, expiry, cancelled batch). Costs nothing and does not count."""
    LOST = "lost"
    """Nobody can tell whether it ran: a crash or a cut connection, or a row that no file mentions."""
    ABANDONED = "abandoned"
    """Given up before it was sent."""


class JobState(enum.StrEnum):
    """A job is the set of requests handed in together."""

    ACCEPTING = "accepting"
    """Its requests are being read; nothing is promised yet."""
    RUNNING = "running"
    """Accepted: every request is durable and will be settled."""
    CANCELLING = "cancelling"
    """Spends no more; what is already finished still settles."""
    DONE = "done"
    """Every attempt has ended or is declared lost; the receipt is final."""


class BatchState(enum.StrEnum):
    """A batch is a group of requests handed to a provider."""

    OPEN = "open"
    """Requests are being added."""
    SEALED = "sealed"
    """Complete; its file may be uploaded, which costs nothing and may be repeated."""
    SUBMITTING = "submitting"
    """The intent to create it is on record; exactly one create may be in flight. Back to sealed where it surely made nothing."""
    AMBIGUOUS = "ambiguous"
    """The create was sent and no reply came. It is looked up at the provider, never sent again."""
    SUBMITTED = "submitted"
    """The provider's id is on record."""
    CANCELLING = "cancelling"
    """A cancel was asked for; finished rows will still come."""
    ENDED = "ended"
    """The provider has finished with it, in whatever way; its rows are yet to be collected."""
    HARVESTED = "harvested"
    """Every row that the provider finished is settled, every other request is planned again."""


class BatchOutcome(enum.StrEnum):
    """How a batch ended."""

    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ServedState(enum.StrEnum):
    """A served batch is one that a client created at the gateway, as it would at a provider; its requests are a job's."""

    VALIDATING = "validating"
    """On record, which is what its client was told. Its file is being read into a job, again where that was cut off."""
    FAILED = "failed"
    """Its file cannot be used, and nothing was sent."""
    RUNNING = "running"
    """Its job is accepted; how far it is, the job tells."""
    ENDED = "ended"
    """Every request is settled: completed, expired or cancelled, and its files stay as they are."""


class Lane(enum.StrEnum):
    """A way to get an answer."""

    CACHE = "cache"
    BATCH = "batch"
    FLEX = "flex"
    REALTIME = "realtime"


State = TypeVar("State", RequestState, AttemptState, JobState, BatchState, ServedState)

REQUEST_MOVES: Mapping[RequestState, frozenset[RequestState]] = {
    RequestState.OPEN: frozenset(RequestState) - {RequestState.OPEN},
    RequestState.SUCCEEDED: frozenset(),
    RequestState.FAILED: frozenset(),
    RequestState.CANCELLED: frozenset(),
    RequestState.EXPIRED: frozenset(),
}

ATTEMPT_MOVES: Mapping[AttemptState, frozenset[AttemptState]] = {
    AttemptState.PLANNED: frozenset({AttemptState.SENT, AttemptState.REFUSED, AttemptState.ABANDONED}),
    AttemptState.SENT: frozenset(
        {AttemptState.ANSWERED, AttemptState.ERRORED, AttemptState.REFUSED, AttemptState.LOST}
    ),
    AttemptState.ANSWERED: frozenset(),
    AttemptState.ERRORED: frozenset(),
    AttemptState.REFUSED: frozenset(),
    AttemptState.LOST: frozenset({AttemptState.ANSWERED, AttemptState.ERRORED}),
    AttemptState.ABANDONED: frozenset(),
}
"""`lost` may still turn into an answer: a file read later can mention the row after all."""

JOB_MOVES: Mapping[JobState, frozenset[JobState]] = {
    JobState.ACCEPTING: frozenset({JobState.RUNNING}),
    JobState.RUNNING: frozenset({JobState.CANCELLING, JobState.DONE}),
    JobState.CANCELLING: frozenset({JobState.DONE}),
    JobState.DONE: frozenset(),
}

BATCH_MOVES: Mapping[BatchState, frozenset[BatchState]] = {
    BatchState.OPEN: frozenset({BatchState.SEALED, BatchState.ENDED}),
    BatchState.SEALED: frozenset({BatchState.SUBMITTING, BatchState.ENDED}),
    BatchState.SUBMITTING: frozenset({BatchState.SEALED, BatchState.SUBMITTED, BatchState.AMBIGUOUS, BatchState.ENDED}),
    BatchState.AMBIGUOUS: frozenset({BatchState.SUBMITTED, BatchState.ENDED}),
    BatchState.SUBMITTED: frozenset({BatchState.CANCELLING, BatchState.ENDED}),
    BatchState.CANCELLING: frozenset({BatchState.ENDED}),
    BatchState.ENDED: frozenset({BatchState.HARVESTED}),
    BatchState.HARVESTED: frozenset(),
}

SERVED_MOVES: Mapping[ServedState, frozenset[ServedState]] = {
    ServedState.VALIDATING: frozenset({ServedState.FAILED, ServedState.RUNNING, ServedState.ENDED}),
    ServedState.FAILED: frozenset(),
    ServedState.RUNNING: frozenset({ServedState.ENDED}),
    ServedState.ENDED: frozenset(),
}
"""`validating` ends at once where it is cancelled before there is a job."""

MOVES = {
    "request": (RequestState, REQUEST_MOVES),
    "attempt": (AttemptState, ATTEMPT_MOVES),
    "job": (JobState, JOB_MOVES),
    "batch": (BatchState, BATCH_MOVES),
    "served": (ServedState, SERVED_MOVES),
}


def sources(moves: Mapping[State, frozenset[State]], target: State) -> tuple[State, ...]:
    """The states from which `target` may be reached, in the order they are declared."""
    return tuple(state for state, targets in moves.items() if target in targets)
