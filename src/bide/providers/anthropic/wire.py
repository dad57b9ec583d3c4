"""Message Batches, read: a batch as the engine sees it, and the rows of its results."""

import re
from datetime import datetime

import msgspec

from bide.core.clock import SECOND
from bide.core.quota import Resource
from bide.core.states import BatchOutcome
from bide.providers.decoding import UNREADABLE
from bide.providers.failures import BusyError, QuotaError
from bide.providers.port import Remote, Row, Verdict
from bide.providers.translate.answer import Failure
from bide.providers.translated import Translation, understood, unreadable_row

STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The statuses of errors, for rows, which come without one."""

NOT_RUN = {"expired": "batch_expired", "canceled": "batch_cancelled"}
"""Rows that the batch did not get to, in OpenAI's words."""

TURNED_AWAY = frozenset({402, 429, 529})
"""Statuses of rows that were not run: the account or the provider had no room for them."""

NO_CREDIT = frozenset(
    {"enforced_spend_limit_reached", "contract_spend_limit_reached", "organization_on_hold", "cmek_key_disabled"}
)
"""Codes of an account that has to be put in order, with a 429 or a 400: no waiting cures them."""

_NO_CREDIT = re.compile(
    r"your credit balance is too low|you have reached your specified .*\busage limits", re.IGNORECASE
)
"""How a 400 begins that is about the account: it has no code, and the type of a request that is wrong."""


_QUEUE = re.compile(r"enqueued|\bqueued?\b|processing queue", re.IGNORECASE)
_QUEUE_LIMIT = re.compile(r"limit[^\d.]{0,40}?(\d[\d,]{2,})", re.IGNORECASE)


def full_queue(error: BusyError) -> QuotaError | None:
    """What a 429 to a create means whose message names the queue of batch requests. The documented limits of the endpoint are
    two, calls a minute and requests in the queue; how the second is worded is not, so this is our inference. None for the
    first, which passes by itself."""
    message = str(error)
    if not _QUEUE.search(message):
        return None
    limit = _QUEUE_LIMIT.search(message)
    return QuotaError(
        message, limit=int(limit[1].replace(",", "")) if limit else None, resource=Resource.ENQUEUED_REQUESTS
    )


class Counts(msgspec.Struct):
    """Requests of a batch by what became of them; all are `processing` until the whole batch has ended."""

    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0


class BatchObject(msgspec.Struct):
    """A batch."""

    id: str
    processing_status: str
    request_counts: Counts
    created_at: datetime
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    cancel_initiated_at: datetime | None = None
    archived_at: datetime | None = None
    results_url: str | None = None


class Page(msgspec.Struct):
    """A page of the listing, newest first."""

    data: list[BatchObject]
    has_more: bool = False
    last_id: str | None = None


class _Failed(msgspec.Struct):
    type: str = ""


class _Inner(msgspec.Struct):
    error: _Failed = msgspec.field(default_factory=_Failed)


class _Result(msgspec.Struct):
    type: str
    message: msgspec.Raw = msgspec.Raw(b"null")
    error: msgspec.Raw = msgspec.Raw(b"null")


class _Line(msgspec.Struct):
    custom_id: str
    result: _Result


_decode_line = msgspec.json.Decoder(_Line).decode
_decode_error = msgspec.json.Decoder(_Inner).decode
_batch = msgspec.json.Decoder(BatchObject)
_page = msgspec.json.Decoder(Page)


def read_batch(body: bytes) -> BatchObject:
    """A batch. Raises `OverloadedError` where a 2xx is none."""
    return understood(_batch, body)


def read_page(body: bytes) -> Page:
    """A page of batches. Raises `OverloadedError` where a 2xx is none."""
    return understood(_page, body)


def remote(batch: BatchObject) -> Remote:
    """The batch as the engine sees it. Its results are known by its own id."""
    counts = batch.request_counts
    failed = counts.errored + counts.canceled + counts.expired
    return Remote(
        provider_id=batch.id,
        status=batch.processing_status,
        outcome=_outcome(batch),
        cancelling=batch.processing_status == "canceling",
        total=counts.processing + counts.succeeded + failed,
        completed=counts.succeeded,
        failed=failed,
        output_file=batch.id if batch.results_url else None,
        created_at=instant(batch.created_at),
        ended_at=instant(batch.ended_at),
        expires_at=instant(batch.expires_at),
    )


def _outcome(batch: BatchObject) -> BatchOutcome | None:
    """How it ended: Anthropic has one word for every end."""
    if batch.processing_status != "ended":
        return None
    if batch.request_counts.expired:
        return BatchOutcome.EXPIRED
    if batch.cancel_initiated_at is not None and batch.request_counts.canceled:
        return BatchOutcome.CANCELLED
    return BatchOutcome.COMPLETED


def instant(moment: datetime | None) -> int | None:
    """Microseconds since 1970."""
    return None if moment is None else round(moment.timestamp() * SECOND)


def read_row(line: bytes, endpoint: str, translation: Translation, at: int) -> Row:
    """The row of a line of the results, which were read `at` (seconds since 1970)."""
    try:
        found = _decode_line(line)
    except UNREADABLE as error:
        return unreadable_row(line, error)
    result = found.result
    if result.type == "succeeded":
        return translation.answered(found.custom_id, endpoint, bytes(result.message), at=at)
    if code := NOT_RUN.get(result.type):
        return Row(found.custom_id, Verdict.NOT_RUN, code=code, message=f"the batch {result.type} before it was run")
    body = bytes(result.error)
    try:
        status = STATUSES.get(_decode_error(body).error.type, 500)
    except UNREADABLE:
        return unreadable_row(line, f"a result of type {result.type}")
    turned_away = status in TURNED_AWAY or is_out_of_credit(translation.failure(status, body))
    verdict = Verdict.NOT_RUN if turned_away else Verdict.ERRORED
    return translation.failed(found.custom_id, endpoint, status, body, verdict=verdict)


def is_out_of_credit(failure: Failure) -> bool:
    """Whether an error is about the account's credit or its limit, and says nothing about the request."""
    return failure.code in NO_CREDIT or (failure.status == 400 and _NO_CREDIT.match(failure.message) is not None)


def is_tagged(line: bytes, tag: str) -> bool:
    """Whether a line of results is of the batch that carries `tag` in its ids."""
    try:
        return _decode_line(line).custom_id.startswith(f"{tag}-")
    except UNREADABLE:
        return False
