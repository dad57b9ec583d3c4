"""Jobs and files as Together shows them: what is not there is left out, and nothing is counted."""

from typing import Any

from bide.core.clock import DAY, SECOND
from bide.simulator.batch import Batch
from bide.simulator.files import StoredFile
from bide.simulator.instants import rfc3339
from bide.simulator.status import ENDED, Status

TARGET = DAY
"""What `job_deadline` promises; a job that takes longer runs on."""

WORDS = {Status.FINALIZING: "IN_PROGRESS", Status.CANCELLING: "CANCELING"}


def job(batch: Batch, now: int, size: int) -> dict[str, Any]:
    """A job as it is now; `size` is its input file's."""
    status = batch.status(now)
    ended = status in ENDED
    tally = batch.tally(now)
    shown: dict[str, Any] = {
        "id": batch.id,
        "user_id": "user-simulated",
        "input_file_id": batch.source,
        "file_size_bytes": size,
        "status": WORDS.get(status, status.value.upper()),
        "job_deadline": rfc3339(batch.created_at + min(batch.window, TARGET), 3),
        "created_at": rfc3339(batch.created_at, 3),
        "endpoint": batch.endpoint,
        "progress": 100 if ended else 100 * (tally.answered + tally.failed) // max(1, tally.total),
    }
    if batch.validated(now):
        shown["model_id"] = batch.model
    if ended:
        shown["completed_at"] = rfc3339(batch.ended_at, 3)
    if status is Status.FAILED and batch.problem is not None:
        shown["error"] = batch.problem.message
    if batch.files and batch.files_at <= now:
        shown |= {f"{kind}_file_id": name for kind, name in batch.files.items()}
    return shown


def file_object(file: StoredFile) -> dict[str, Any]:
    """A file, its keys with and without capitals as they are."""
    return {
        "id": file.id,
        "object": "file",
        "bytes": len(file.content),
        "created_at": file.created_at // SECOND,
        "filename": file.filename,
        "purpose": file.purpose,
        "FileType": "jsonl",
        "Processed": bool(file.content),
        "LineCount": bytes(file.content).count(b"\n"),
        "processing_status": "COMPLETED" if file.content else "PENDING",
    }
