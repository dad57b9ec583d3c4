"""A batch and a list as Anthropic's protocol shows them."""

from collections.abc import Sequence

import msgspec

from bide.core.clock import DAY
from bide.simulator.batch import Batch
from bide.simulator.instants import rfc3339, rfc3339_or_none
from bide.simulator.status import Status

RETENTION = 29 * DAY
"""How long after its creation, not its end, the results of a batch are kept."""


class RequestCounts(msgspec.Struct, kw_only=True):
    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0


class BatchObject(msgspec.Struct, kw_only=True):
    id: str
    type: str = "message_batch"
    processing_status: str
    request_counts: RequestCounts
    created_at: str
    expires_at: str
    ended_at: str | None
    cancel_initiated_at: str | None
    archived_at: str | None
    results_url: str | None


class Deleted(msgspec.Struct):
    id: str
    type: str = "message_batch_deleted"


class ModelObject(msgspec.Struct):
    id: str
    display_name: str
    created_at: str = "2026-10-01T00:00:00Z"
    type: str = "model"


class Page(msgspec.Struct):
    """One page of a list; `first_id` and `last_id` are null when it is empty."""

    data: Sequence[BatchObject | ModelObject]
    has_more: bool
    first_id: str | None
    last_id: str | None


def page(objects: Sequence[BatchObject | ModelObject], *, more: bool) -> Page:
    """A page of these objects."""
    return Page(objects, more, objects[0].id if objects else None, objects[-1].id if objects else None)


def batch_object(batch: Batch, base: str, now: int) -> BatchObject:
    """A batch as it is now; `base` is what the address of its results begins with."""
    ended = batch.ended(now)
    archived = now >= batch.created_at + RETENTION
    readable = ended and batch.files_at <= now and not archived
    return BatchObject(
        id=batch.id,
        processing_status="ended" if ended else "canceling" if batch.cancel else "in_progress",
        request_counts=_counts(batch, now),
        created_at=rfc3339(batch.created_at),
        expires_at=rfc3339(batch.expires_at),
        ended_at=rfc3339(batch.ended_at) if ended else None,
        cancel_initiated_at=rfc3339_or_none(batch.cancel.at if batch.cancel else None),
        archived_at=rfc3339(batch.created_at + RETENTION) if archived else None,
        results_url=f"{base}/v1/messages/batches/{batch.id}/results" if readable else None,
    )


def _counts(batch: Batch, now: int) -> RequestCounts:
    """All are processing until the batch has ended, by contract; lying counters move before."""
    tally = batch.tally(now)
    if not batch.ended(now):
        if batch.behaviour.counters != "lying":
            return RequestCounts(processing=tally.total)
        return RequestCounts(processing=tally.undone, succeeded=tally.answered, errored=tally.failed)
    undone = tally.undone
    cancelled = batch.status(now) is Status.CANCELLED
    return RequestCounts(
        succeeded=tally.answered,
        errored=tally.failed,
        canceled=undone if cancelled else 0,
        expired=0 if cancelled else undone,
    )
