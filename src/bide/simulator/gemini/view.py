"""A batch as the Gemini API shows it: a long-running operation."""

from msgspec import Raw

from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.gemini.create import Asked
from bide.simulator.gemini.error import CODES
from bide.simulator.gemini.results import INLINE, RESULTS
from bide.simulator.instants import rfc3339
from bide.simulator.status import ENDED, Status

TYPES = "type.googleapis.com/google.ai.generativelanguage.v1main"

STATES = {
    Status.VALIDATING: "PENDING",
    Status.IN_PROGRESS: "RUNNING",
    Status.FINALIZING: "RUNNING",
    Status.CANCELLING: "RUNNING",  # a cancel is not shown before it has come to its end
    Status.COMPLETED: "SUCCEEDED",
    Status.FAILED: "FAILED",
    Status.CANCELLED: "CANCELLED",
    Status.EXPIRED: "EXPIRED",
}


def operation(account: Account, batch: Batch, now: int, *, is_listed: bool = False) -> dict[str, object]:
    """A batch as it is now. A listing may keep its name back."""
    status, asked = batch.status(now), batch.asked
    assert isinstance(asked, Asked)
    ended = status in ENDED
    kind = f"{TYPES}.{'EmbedContentBatch' if asked.embeds else 'GenerateContentBatch'}"
    output = _output(account, batch, now) if ended and batch.files_at <= now else {}
    metadata: dict[str, object] = {
        "@type": kind,
        "name": batch.id,
        "model": f"models/{asked.model}",
        "state": f"BATCH_STATE_{_state(batch, status, now)}",
        "createTime": rfc3339(batch.created_at),
        "updateTime": rfc3339(min(now, batch.ended_at)),
        "batchStats": _stats(batch, now),
    }
    if not is_listed or batch.behaviour.metadata_listed:
        metadata["displayName"] = asked.display_name
    if asked.file is not None:
        metadata["inputConfig"] = {"fileName": asked.file}
    if output:
        metadata["output"] = output
    if ended:
        metadata["endTime"] = rfc3339(batch.ended_at)
    shown: dict[str, object] = {"name": batch.id, "metadata": metadata, "done": ended}
    if status is Status.FAILED and batch.problem is not None:
        shown["error"] = {"code": CODES[400], "message": batch.problem.message}
    elif status is Status.CANCELLED:
        shown["error"] = {"code": CODES[499], "message": "The batch was cancelled."}
    elif output:
        shown["response"] = {"@type": f"{kind}Output", **output}
    return shown


def _state(batch: Batch, status: Status, now: int) -> str:
    """A batch that has not begun its first row is pending, however long that is."""
    if status is Status.IN_PROGRESS and now < batch.schedule.begins_at:
        return "PENDING"
    return STATES[status]


def _output(account: Account, batch: Batch, now: int) -> dict[str, object]:
    """Where the results are. Those that are in the batch itself are shown when they are ready, and as long as they are kept."""
    files = batch.files or {}
    if RESULTS in files:
        return {"responsesFile": files[RESULTS]}
    kept = account.files.find(files[INLINE], now) if INLINE in files else None
    if kept is not None and kept.served_from <= now:
        items = bytes(kept.content).rstrip(b"\n").replace(b"\n", b",")
        return {"inlinedResponses": {"inlinedResponses": Raw(b"[%b]" % items)}}
    return {}


def _stats(batch: Batch, now: int) -> dict[str, str]:
    """Counters are texts, and those that are zero are left out."""
    tally = batch.tally(now)
    completed, failed = tally.answered, tally.failed
    if batch.behaviour.counters == "lying":
        completed, failed = (batch.chance.number("lie", name, now) % (tally.total + 2) for name in ("ok", "no"))
    pending = 0 if batch.ended(now) else tally.undone
    counts = {
        "requestCount": tally.total,
        "successfulRequestCount": completed,
        "failedRequestCount": failed,
        "pendingRequestCount": pending,
    }
    return {name: str(count) for name, count in counts.items() if count}
