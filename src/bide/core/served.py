"""A served batch: what a client created at the gateway as it would at a provider, and what it is told about it."""

import enum
from dataclasses import dataclass

from bide.core.deadline import OnMiss
from bide.core.job import Job
from bide.core.states import BatchOutcome, ServedState


class Status(enum.StrEnum):
    """What a client is told, in OpenAI's words."""

    VALIDATING = "validating"
    FAILED = "failed"
    IN_PROGRESS = "in_progress"
    FINALIZING = "finalizing"
    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


ENDS = frozenset({Status.FAILED, Status.COMPLETED, Status.EXPIRED, Status.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedBatch:
    """One row of `served_batches`; instants in microseconds since 1970 UTC."""

    id: int
    owner: str
    external_id: str
    key_id: int | None
    state: ServedState
    endpoint: str
    completion_window: str
    metadata: str | None
    """JSON, as it was asked."""
    input_file: str
    partial: bool
    output_life: int
    deadline: int
    said_by: str
    priority: str | None
    on_miss: OnMiss
    workflow: str | None
    webhook: str | None
    kept_for: int | None
    """How long answers stand for exact repeats, in microseconds; None: as the settings say."""
    digest: bytes
    holder: str | None
    errors: str | None
    """JSON: a list of what is wrong with its file."""
    model: str | None
    job_id: int | None
    output_file: str | None
    error_file: str | None
    outcome: BatchOutcome | None
    succeeded: int
    failed: int
    usage: str | None
    """JSON: the fields of `bide.core.usage.Usage`, summed over the rows that succeeded."""
    created_at: int
    in_progress_at: int | None
    cancelling_at: int | None
    finalizing_at: int | None
    ended_at: int | None


def status_of(batch: ServedBatch, job: Job | None) -> Status:
    """What a batch is to its client. `job` is that of one that runs."""
    match batch.state:
        case ServedState.FAILED:
            return Status.FAILED
        case ServedState.ENDED:
            return Status(batch.outcome or BatchOutcome.COMPLETED)
        case ServedState.VALIDATING:
            return Status.VALIDATING if batch.cancelling_at is None else Status.CANCELLING
        case ServedState.RUNNING:
            if batch.cancelling_at is not None or (job is not None and job.cancelled_at is not None):
                return Status.CANCELLING
            return Status.IN_PROGRESS if job is None or job.answered_at is None else Status.FINALIZING


def outcome_of(job: Job, expired: int) -> BatchOutcome:
    """How a batch ended whose requests are all settled, `expired` of them without an answer because their deadline came.

    Only who chose `on_miss: expire` sees that: whatever is rescued is complete.
    """
    if job.cancelled_at is not None:
        return BatchOutcome.CANCELLED
    return BatchOutcome.EXPIRED if expired else BatchOutcome.COMPLETED
