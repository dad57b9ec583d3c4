"""Files and batches of OpenAI's protocol, read: what the wire shows, as the seam's values.

Read leniently: statuses in any letters, instants as seconds or as ISO texts, ids of "" where null is meant, one list of errors
or an object around it, a batch by itself or under ``job``, a page of the listing or a bare array.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from bide.core.clock import SECOND, from_datetime
from bide.providers.decoding import UNREADABLE
from bide.providers.openai import errors
from bide.providers.openai.dialect import Dialect
from bide.providers.port import Remote, RowError
from bide.providers.transport import Reply

SPELLINGS = {"canceling": "cancelling", "canceled": "cancelled"}

Wire = TypeVar("Wire")

Instant = int | float | str | None
"""Seconds since 1970, or an ISO text."""


class _Counts(msgspec.Struct):
    total: int | None = None
    completed: int | None = None
    failed: int | None = None


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
    input_blob: str | None = None
    output_blob: str | None = None
    error_blob: str | None = None
    errors: _Errors | list[_Error] | None = None
    error: Any = None
    created_at: Instant = None
    in_progress_at: Instant = None
    completed_at: Instant = None
    failed_at: Instant = None
    expired_at: Instant = None
    cancelled_at: Instant = None
    expires_at: Instant = None
    job_deadline: Instant = None
    request_counts: _Counts | None = None
    metadata: dict[str, Any] | None = None


class _Created(msgspec.Struct):
    job: BatchObject | None = None


class Page(msgspec.Struct):
    """A page of the listing of batches."""

    data: list[BatchObject]
    has_more: bool = False


class FileObject(msgspec.Struct):
    """A file, as far as we look at it."""

    id: str
    status: str | None = None
    status_details: Any = None


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


def created(body: bytes) -> BatchObject:
    """The batch in the reply to a create."""
    return decode(body, _Created).job or decode(body, BatchObject)


async def page(reply: Reply) -> Page:
    """A page of the listing; an array is all of it."""
    body = await reply.read()
    errors.raise_for_status(reply, body)
    if body.lstrip().startswith(b"["):
        return Page(decode(body, list[BatchObject]))
    return decode(body, Page)


def remote(batch: BatchObject, dialect: Dialect) -> Remote:
    """The batch as the engine sees it."""
    counts = batch.request_counts or _Counts()
    status = batch.status.lower()
    status = SPELLINGS.get(status, status)
    ended = batch.completed_at or batch.failed_at or batch.expired_at or batch.cancelled_at
    return Remote(
        provider_id=batch.id,
        status=status,
        outcome=dialect.outcomes.get(status),
        cancelling=status == "cancelling",
        total=counts.total or 0,
        completed=counts.completed or 0,
        failed=counts.failed or 0,
        output_file=batch.output_file_id or batch.output_blob or None,
        error_file=batch.error_file_id or batch.error_blob or None,
        errors=tuple(_row_error(entry, dialect) for entry in _entries(batch)),
        created_at=instant(batch.created_at),
        started_at=instant(batch.in_progress_at),
        ended_at=instant(ended),
        expires_at=instant(batch.expires_at or batch.job_deadline),
    )


def _entries(batch: BatchObject) -> list[_Error]:
    found = batch.errors.data if isinstance(batch.errors, _Errors) else batch.errors
    if not found and batch.error:
        error = errors.read_error(msgspec.json.encode({"error": batch.error}))
        return [_Error(str(error.code) if error.code else None, error.message, error.param)]
    return found or []


def _row_error(entry: _Error, dialect: Dialect) -> RowError:
    error = dialect.row_error(entry.code, entry.message, entry.line, entry.param)
    return replace(error, limit=errors.quota_limit(error.message))


def instant(written: Instant) -> int | None:
    """Microseconds since 1970; None for nothing, and for what is no instant."""
    if not written:
        return None
    if not isinstance(written, str):
        return round(written * SECOND)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
