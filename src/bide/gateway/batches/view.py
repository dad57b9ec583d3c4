"""A batch as OpenAI's clients are told about it: every field of the object, with its nulls."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bide.core.bucket import ANSWERED_PHASES, Phase
from bide.core.clock import SECOND
from bide.core.job import Job
from bide.core.served import ServedBatch, Status, status_of
from bide.core.usage import Usage
from bide.store.jobs import Progress


def batch_view(batch: ServedBatch, job: Job | None, progress: Progress | None) -> dict[str, Any]:
    """The object. `job` and `progress` are those of a batch that runs; one that has ended remembers its own."""
    status = status_of(batch, job)

    def ended_as(end: Status) -> int | None:
        return _seconds(batch.ended_at) if status is end else None

    finalizing_at = batch.finalizing_at
    if finalizing_at is None and job is not None:
        finalizing_at = job.answered_at
    is_shown = batch.outcome is not None
    return {
        "id": batch.external_id,
        "object": "batch",
        "endpoint": batch.endpoint,
        "model": batch.model,
        "errors": None if batch.errors is None else {"object": "list", "data": msgspec.json.decode(batch.errors)},
        "input_file_id": batch.input_file,
        "completion_window": batch.completion_window,
        "status": status,
        "output_file_id": batch.output_file if is_shown or batch.partial else None,
        "error_file_id": batch.error_file if is_shown else None,
        "created_at": batch.created_at // SECOND,
        "in_progress_at": _seconds(batch.in_progress_at),
        "expires_at": batch.deadline // SECOND,
        "finalizing_at": _seconds(finalizing_at),
        "completed_at": ended_as(Status.COMPLETED),
        "failed_at": ended_as(Status.FAILED),
        "expired_at": ended_as(Status.EXPIRED),
        "cancelling_at": _seconds(batch.cancelling_at),
        "cancelled_at": ended_as(Status.CANCELLED),
        "request_counts": _counts(batch, progress),
        "usage": _usage(batch),
        "metadata": None if batch.metadata is None else msgspec.json.decode(batch.metadata),
    }


def _counts(batch: ServedBatch, progress: Progress | None) -> Mapping[str, int]:
    """What is in the output file, or will be, and what is in the error file."""
    if progress is None:
        return _count(batch.succeeded, batch.failed, batch.succeeded + batch.failed)
    phases = progress.phases
    succeeded = sum(phases.get(phase, 0) for phase in ANSWERED_PHASES)
    failed = sum(phases.get(phase, 0) for phase in (Phase.FAILED, Phase.CANCELLED, Phase.EXPIRED))
    return _count(succeeded, failed, progress.total)


def _count(completed: int, failed: int, total: int) -> Mapping[str, int]:
    return {"total": total, "completed": completed, "failed": failed}


def _usage(batch: ServedBatch) -> Mapping[str, Any]:
    """What its answers consumed, once it has ended; until then nothing, as at OpenAI."""
    used = Usage() if batch.usage is None else Usage(**msgspec.json.decode(batch.usage))
    return {
        "input_tokens": used.input,
        "input_tokens_details": {"cached_tokens": used.cached},
        "output_tokens": used.output,
        "output_tokens_details": {"reasoning_tokens": used.reasoning},
        "total_tokens": used.input + used.output,
    }


def _seconds(instant: int | None) -> int | None:
    return None if instant is None else instant // SECOND
