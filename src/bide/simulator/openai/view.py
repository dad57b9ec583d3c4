"""A batch and a file as OpenAI's protocol shows them."""

from bide.core.clock import SECOND
from bide.simulator.batch import Batch
from bide.simulator.files import StoredFile
from bide.simulator.openai.wire import (
    BatchObject,
    FileObject,
    RequestCounts,
    ValidationError,
    ValidationErrors,
    batch_usage,
    seconds,
)
from bide.simulator.rows import Problem
from bide.simulator.status import ENDED, Status


def file_object(file: StoredFile) -> FileObject:
    """A file."""
    return FileObject(
        id=file.id,
        bytes=len(file.content),
        created_at=file.created_at // SECOND,
        expires_at=seconds(file.expires_at),
        filename=file.filename,
        purpose=file.purpose,
    )


def batch_object(batch: Batch, now: int, *, metadata: bool = True) -> BatchObject:
    """A batch as it is now."""
    status = batch.status(now)
    schedule, cancel = batch.schedule, batch.cancel
    until = min(now, cancel.at) if cancel else now
    validated = batch.validated(now)
    ended = {status: batch.ended_at} if status in ENDED else {}
    files = batch.files if batch.files_at <= now else None
    return BatchObject(
        id=batch.id,
        endpoint=batch.endpoint,
        model=batch.model,
        errors=_errors(batch.problem) if status is Status.FAILED else None,
        input_file_id=batch.source,
        completion_window="24h",
        status=status.value,
        output_file_id=files.get("output") if files else None,
        error_file_id=files.get("error") if files else None,
        created_at=batch.created_at // SECOND,
        in_progress_at=seconds(schedule.validated_at) if validated else None,
        expires_at=seconds(batch.expires_at),
        finalizing_at=seconds(schedule.finalizing_at) if schedule.finalizing_at <= until else None,
        completed_at=seconds(ended.get(Status.COMPLETED)),
        failed_at=seconds(ended.get(Status.FAILED)),
        expired_at=seconds(ended.get(Status.EXPIRED)),
        cancelling_at=seconds(cancel.at) if cancel else None,
        cancelled_at=seconds(ended.get(Status.CANCELLED)),
        request_counts=_counts(batch, status, now) if validated else RequestCounts(),
        usage=batch_usage(batch.answered_usage()) if validated and ended else None,
        metadata=batch.metadata if metadata else None,
    )


def _counts(batch: Batch, status: Status, now: int) -> RequestCounts:
    tally = batch.tally(now)
    total, completed, failed = tally.total, tally.answered, tally.failed
    match batch.behaviour.counters:
        case "lying":
            second = now // SECOND
            completed = batch.chance.number("lie", "completed", second) % (total + 2)
            failed = batch.chance.number("lie", "failed", second) % (total + 2)
        case "observed" if status is Status.CANCELLED:
            completed = failed = 0
        case "observed" if status is Status.EXPIRED:
            failed = 0
        case _:
            failed += tally.undone if status in (Status.CANCELLED, Status.EXPIRED) else 0
    return RequestCounts(total, completed, failed)


def _errors(problem: Problem | None) -> ValidationErrors:
    if problem is None:
        return ValidationErrors([])
    return ValidationErrors([ValidationError(problem.code, problem.message, problem.param, problem.line)])
