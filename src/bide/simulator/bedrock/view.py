"""A job as Bedrock shows it, and the listing of jobs."""

from collections.abc import Mapping
from datetime import datetime

from bide.core.clock import SECOND, from_datetime
from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.bedrock.create import Asked
from bide.simulator.instants import rfc3339
from bide.simulator.refusal import invalid
from bide.simulator.status import ENDED, Status

ARN = "arn:aws:bedrock:us-east-1:123456789012:model-invocation-job"

SUBMITTED_FOR = SECOND
"""How long a job is `Submitted` before it is `Validating`."""

MOST = 1000


def asked_of(batch: Batch) -> Asked:
    """What its create asked for."""
    assert isinstance(batch.asked, Asked)
    return batch.asked


def arn(batch: Batch) -> str:
    """The name by which a job is known everywhere."""
    return f"{ARN}/{batch.id}"


def has_ended(batch: Batch, now: int) -> bool:
    """Whether a job shows its end. It does so once its results lie in the bucket, where nobody asks for them."""
    return batch.status(now) in ENDED and (now >= batch.files_at or batch.problem is not None)


def status(batch: Batch, now: int) -> str:
    """Where a job stands."""
    if batch.status(now) in ENDED and not has_ended(batch, now):
        return "InProgress" if batch.cancel is None else "Stopping"
    match batch.status(now):
        case Status.VALIDATING:
            return "Submitted" if now < batch.created_at + SUBMITTED_FOR else "Validating"
        case Status.IN_PROGRESS if now < batch.schedule.begins_at:
            return "Scheduled"
        case Status.IN_PROGRESS | Status.FINALIZING:
            return "InProgress"
        case Status.EXPIRED:
            return "PartiallyCompleted" if batch.done(batch.ended_at) else "Expired"
        case Status.CANCELLING:
            return "Stopping"
        case Status.CANCELLED:
            return "Stopped"
        case Status.COMPLETED:
            return "Completed"
        case Status.FAILED:
            return "Failed"


def job(batch: Batch, now: int, *, listed: bool = False) -> dict[str, object]:
    """A job as it is now."""
    asked, ended = asked_of(batch), has_ended(batch, now)
    shown: dict[str, object] = {
        "jobArn": arn(batch),
        "jobName": asked.name,
        "modelId": asked.model,
        "roleArn": asked.role,
        "status": status(batch, now),
        "submitTime": rfc3339(batch.created_at),
        "lastModifiedTime": rfc3339(batch.ended_at if ended else now),
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": asked.input, "s3InputFormat": "JSONL"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": asked.output}},
        "timeoutDurationInHours": asked.hours,
        "jobExpirationTime": rfc3339(batch.expires_at),
        "modelInvocationType": asked.kind,
    }
    if asked.token is not None and (batch.behaviour.metadata_listed or not listed):
        shown["clientRequestToken"] = asked.token
    if ended:
        shown["endTime"] = rfc3339(batch.ended_at)
    if batch.problem is not None and ended:
        shown["message"] = batch.problem.message
    if batch.validated(now):
        shown |= _counts(batch, now)
    return shown


def _counts(batch: Batch, now: int) -> dict[str, int]:
    tally = batch.tally(now)
    succeeded, failed = tally.answered, tally.failed
    if batch.behaviour.counters == "lying":
        second = now // SECOND
        succeeded = batch.chance.number("lie", "completed", second) % (tally.total + 2)
        failed = batch.chance.number("lie", "failed", second) % (tally.total + 2)
    return {
        "totalRecordCount": tally.total,
        "processedRecordCount": succeeded + failed,
        "successRecordCount": succeeded,
        "errorRecordCount": failed,
    }


def list_jobs(account: Account, query: Mapping[str, str], now: int) -> dict[str, object]:
    """One page of jobs, of those that the query's conditions are true of."""
    text = query.get("maxResults", "1000")
    if not text.isdigit() or not 1 <= int(text) <= MOST:
        raise invalid(f"Value at 'maxResults' must be from 1 to {MOST}")
    descending = query.get("sortOrder", "Descending") == "Descending"
    found = [batch for batch in _all(account, now) if _is_meant(batch, query, now)]
    found = found if descending else found[::-1]
    after = query.get("nextToken")
    start = next((place for place, batch in enumerate(found, 1) if batch.id == after), 0) if after else 0
    page = found[start : start + int(text)]
    shown: dict[str, object] = {"invocationJobSummaries": [job(batch, now, listed=True) for batch in page]}
    if start + len(page) < len(found):
        shown["nextToken"] = page[-1].id
    return shown


def _all(account: Account, now: int) -> list[Batch]:
    found: list[Batch] = []
    more = True
    while more:
        page, more = account.batches.older(found[-1].id if found else None, MOST, now)
        found += page
    return found


def _is_meant(batch: Batch, query: Mapping[str, str], now: int) -> bool:
    return (
        query.get("nameContains", "") in asked_of(batch).name
        and query.get("statusEquals") in (None, status(batch, now))
        and ("submitTimeAfter" not in query or batch.created_at > _instant(query["submitTimeAfter"]))
        and ("submitTimeBefore" not in query or batch.created_at < _instant(query["submitTimeBefore"]))
    )


def _instant(text: str) -> int:
    try:
        return from_datetime(datetime.fromisoformat(text))
    except ValueError as error:
        raise invalid(f"{text!r} is no instant") from error
