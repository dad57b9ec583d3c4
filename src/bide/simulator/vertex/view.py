"""A batch as Vertex AI shows it: a batch prediction job."""

from bide.simulator.batch import Batch
from bide.simulator.gemini.error import CODES
from bide.simulator.instants import rfc3339
from bide.simulator.status import ENDED, Status
from bide.simulator.vertex.create import Asked
from bide.simulator.vertex.results import DIRECTORY

STATES = {
    Status.VALIDATING: "QUEUED",
    Status.IN_PROGRESS: "RUNNING",
    Status.FINALIZING: "RUNNING",
    Status.CANCELLING: "CANCELLING",
    Status.COMPLETED: "SUCCEEDED",
    Status.FAILED: "FAILED",
    Status.CANCELLED: "CANCELLED",
    Status.EXPIRED: "EXPIRED",
}

TYPE = "type.googleapis.com/google.cloud.aiplatform.v1.BatchPredictionJob"


def asked_of(batch: Batch) -> Asked:
    """What the create asked for."""
    assert isinstance(batch.asked, Asked)
    return batch.asked


def job(batch: Batch, now: int, *, is_listed: bool = False) -> dict[str, object]:
    """A job as it is now. A listing may keep its names back."""
    status, asked = batch.status(now), asked_of(batch)
    ended = status in ENDED
    shown: dict[str, object] = {
        "name": f"{asked.parent}/batchPredictionJobs/{batch.id}",
        "model": asked.model,
        "inputConfig": {"instancesFormat": "jsonl", "gcsSource": {"uris": asked.uris}},
        "outputConfig": {"predictionsFormat": "jsonl", "gcsDestination": {"outputUriPrefix": asked.prefix}},
        "state": state_of(batch, now),
        "createTime": rfc3339(batch.created_at),
        "updateTime": rfc3339(min(now, batch.ended_at)),
        "modelVersionId": "",
    }
    if not is_listed or batch.behaviour.metadata_listed:
        shown |= {"displayName": asked.display_name} | ({"labels": asked.labels} if asked.labels else {})
    if batch.schedule.begins_at <= now:
        shown["startTime"] = rfc3339(batch.schedule.begins_at)
    if batch.schedule.begins_at <= now or ended:
        shown["completionStats"] = _stats(batch, now)
    if ended:
        shown["endTime"] = rfc3339(batch.ended_at)
    if batch.files and batch.files_at <= now:
        shown["outputInfo"] = {"gcsOutputDirectory": batch.files[DIRECTORY]}
    if status is Status.FAILED and batch.problem is not None:
        shown["error"] = {"code": CODES[400], "message": batch.problem.message}
    elif status is Status.CANCELLED:
        shown["error"] = {"code": CODES[499], "message": "CANCELED"}
    return shown


def state_of(batch: Batch, now: int) -> str:
    """A job's state: pending until its first row is begun, and half a success where some of its rows have failed."""
    status, tally = batch.status(now), batch.tally(now)
    if status is Status.IN_PROGRESS and now < batch.schedule.begins_at:
        return "JOB_STATE_PENDING"
    if status is Status.COMPLETED and tally.failed and tally.answered:
        return "JOB_STATE_PARTIALLY_SUCCEEDED"
    return f"JOB_STATE_{STATES[status]}"


def _stats(batch: Batch, now: int) -> dict[str, str]:
    """Counters are texts, and those that are zero are left out."""
    tally = batch.tally(now)
    counts = {
        "successfulCount": tally.answered,
        "failedCount": tally.failed,
        "incompleteCount": tally.undone,
    }
    if batch.behaviour.counters == "lying":
        counts = {name: 1 + batch.chance.number("lie", name, now) % (tally.total + 2) for name in counts}
    return {name: str(count) for name, count in counts.items() if count}
