"""Files and batches of OpenAI's protocol, read: what the wire shows, as the seam's values."""

from typing import TypeVar

import msgspec

from bide.core.clock import SECOND
from bide.core.states import BatchOutcome
from bide.providers.decoding import UNREADABLE
from bide.providers.openai import errors
from bide.providers.port import Remote, RowError
from bide.providers.transport import Reply

OUTCOMES = {
    "completed": BatchOutcome.COMPLETED,
    "expired": BatchOutcome.EXPIRED,
    "cancelled": BatchOutcome.CANCELLED,
    "failed": BatchOutcome.FAILED,
}


Wire = TypeVar("Wire")


class _Counts(msgspec.Struct):
    total: int = 0
    completed: int = 0
    failed: int = 0


class _Error(msgspec.Struct):
    code: str | None = None
    message: str | None = None
    param: str | None = None
    line: int | None = None


class _Errors(msgspec.Struct):
    data: list[_Error] | None = None


class BatchObject(msgspec.Struct):
    """A batch. Nullable fields may also be missing."""

    id: str
    status: str
    input_file_id: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: _Errors | None = None
    created_at: int | None = None
    in_progress_at: int | None = None
    completed_at: int | None = None
    failed_at: int | None = None
    expired_at: int | None = None
    cancelled_at: int | None = None
    expires_at: int | None = None
    request_counts: _Counts | None = None
    metadata: dict[str, str] | None = None


class Page(msgspec.Struct):
    """A page of the listing of batches."""

    data: list[BatchObject]
    has_more: bool = False


class FileObject(msgspec.Struct):
    """A file, as far as we look at it."""

    id: str


async def read(reply: Reply, kind: type[Wire]) -> Wire:
    """The body of a reply to a request about files or batches. Raises what the reply means where it is an error."""
    body = await reply.read()
    errors.raise_for_status(reply, body)
    return decode(body, kind)


def decode(body: bytes, kind: type[Wire]) -> Wire:
    """A body of a 2xx. Raises `OverloadedError` where it is not what it should be."""
    try:
        return msgspec.json.decode(body, type=kind)
    except UNREADABLE as error:
        raise errors.unreadable(body, error) from error


def remote(batch: BatchObject) -> Remote:
    """The batch as the engine sees it."""
    counts = batch.request_counts or _Counts()
    entries = (batch.errors.data if batch.errors else None) or []
    ended = batch.completed_at or batch.failed_at or batch.expired_at or batch.cancelled_at
    return Remote(
        provider_id=batch.id,
        status=batch.status,
        outcome=OUTCOMES.get(batch.status),
        cancelling=batch.status == "cancelling",
        total=counts.total,
        completed=counts.completed,
        failed=counts.failed,
        output_file=batch.output_file_id,
        error_file=batch.error_file_id,
        errors=tuple(_row_error(entry) for entry in entries),
        created_at=_instant(batch.created_at),
        started_at=_instant(batch.in_progress_at),
        ended_at=_instant(ended),
        expires_at=_instant(batch.expires_at),
    )


def _row_error(entry: _Error) -> RowError:
    message = entry.message or ""
    return RowError(entry.code or "unknown", message, entry.line, entry.param, errors.quota_limit(message))


def _instant(seconds: int | None) -> int | None:
    return seconds * SECOND if seconds else None
