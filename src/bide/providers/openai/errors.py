"""OpenAI's errors and rate headers, read: the branch is always on `error.code` first, on the status second."""

import re
from collections.abc import Mapping

import msgspec

from bide.core.clock import MILLISECOND, SECOND
from bide.core.duration import parse_duration
from bide.providers.decoding import UNREADABLE
from bide.providers.port import (
    BusyError,
    MissingError,
    OutOfCreditError,
    OverloadedError,
    ProviderError,
    QuotaError,
    RateHeaders,
    RejectedError,
    UnauthorisedError,
)
from bide.providers.transport import Reply

NO_CREDIT = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "billing_hard_limit_reached",
    }
)
"""Codes and types that waiting does not cure. They come with a 429, the last of them with a 400 as well."""

ENQUEUED = frozenset({"token_limit_exceeded", "enqueued_token_limit_exceeded"})

LONGEST_RETRY_AFTER = 15 * 60 * SECOND
"""A wait that a provider asks for is honoured up to here; OpenAI's SDK stops at two minutes."""

_LIMIT = re.compile(r"limit:?\s*([\d,]{4,})\s*enqueued", re.IGNORECASE)
_ENQUEUED_TEXT = re.compile(r"enqueued token limit", re.IGNORECASE)


class ErrorBody(msgspec.Struct):
    """What stands under ``error`` in a reply or in a row."""

    message: str | None = None
    type: str | None = None
    param: str | None = None
    code: str | int | None = None


class _Envelope(msgspec.Struct):
    error: ErrorBody | str | None = None


def read_error(body: bytes) -> ErrorBody:
    """The error in a reply's body; bodies that are not OpenAI's become its message."""
    try:
        error = msgspec.json.decode(body, type=_Envelope).error
    except UNREADABLE:
        error = None
    if isinstance(error, ErrorBody):
        return error
    return ErrorBody(message=error or body[:300].decode("utf-8", "replace").strip() or "the reply has no body")


def code_of(error: ErrorBody) -> str:
    """The stable name of an error: its code, else its type."""
    return str(error.code or error.type or "unknown")


def is_out_of_credit(error: ErrorBody) -> bool:
    """Whether the account, not the rate, is exhausted."""
    return error.code in NO_CREDIT or error.type in NO_CREDIT


def quota_limit(message: str) -> int | None:
    """The enqueued-token limit that a refusal names."""
    found = _LIMIT.search(message)
    return int(found[1].replace(",", "")) if found else None


def raise_for_status(reply: Reply, body: bytes) -> None:
    """Raise what a reply that is not 2xx means for a request about files or batches."""
    if reply.status < 300:
        return
    raise _account_error(reply, body) or _other_error(reply, body)


def raise_for_account(reply: Reply, body: bytes) -> None:
    """Raise what concerns the account or the provider rather than the request that was sent."""
    if reply.status >= 300 and (error := _account_error(reply, body)) is not None:
        raise error


def raise_for_create(reply: Reply, body: bytes) -> None:
    """As `raise_for_status`, telling a full quota from other refusals."""
    if 400 <= reply.status < 500:
        error = read_error(body)
        if error.code in ENQUEUED or _ENQUEUED_TEXT.search(error.message or ""):
            raise QuotaError(error.message, limit=quota_limit(error.message or ""))
    raise_for_status(reply, body)


def unreadable(body: bytes, error: Exception) -> OverloadedError:
    """A 2xx whose body is not what it should be: a gateway's page, half an object."""
    return OverloadedError(f"the reply is not understood ({error}): {body[:200].decode('utf-8', 'replace')}")


def _account_error(reply: Reply, body: bytes) -> ProviderError | None:
    error = read_error(body)
    message, code, wait = error.message, code_of(error), retry_after(reply.headers)
    match reply.status:
        case status if status >= 400 and is_out_of_credit(error):
            return OutOfCreditError(message, code=code)
        case 401 | 403:
            return UnauthorisedError(message, code=code)
        case 429:
            return BusyError(message, code=code, retry_after=wait, rates=rate_headers(reply.headers))
        case 408 | 409 | 503:  # turned away before it ran
            return OverloadedError(message, code=code, retry_after=wait, may_have_run=False)
        case status if status >= 500 or 300 <= status < 400:
            return OverloadedError(message, code=code, retry_after=wait)
        case _:
            return None


def _other_error(reply: Reply, body: bytes) -> ProviderError:
    error = read_error(body)
    if reply.status in (404, 410):
        return MissingError(error.message, code=code_of(error))
    return RejectedError(error.message, code=code_of(error))


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Microseconds to wait: `retry-after-ms`, then `retry-after` in seconds."""
    for name, unit in (("retry-after-ms", MILLISECOND), ("retry-after", SECOND)):
        try:
            return min(LONGEST_RETRY_AFTER, max(0, round(float(headers[name]) * unit)))
        except (KeyError, ValueError, OverflowError):
            continue
    return None


def rate_headers(headers: Mapping[str, str]) -> RateHeaders:
    """The ``x-ratelimit-*`` family."""
    return RateHeaders(
        _number(headers, "x-ratelimit-limit-requests"),
        _number(headers, "x-ratelimit-limit-tokens"),
        _number(headers, "x-ratelimit-remaining-requests"),
        _number(headers, "x-ratelimit-remaining-tokens"),
        _duration(headers, "x-ratelimit-reset-requests"),
        _duration(headers, "x-ratelimit-reset-tokens"),
    )


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    return int(text) if text.isdecimal() else None


def _duration(headers: Mapping[str, str], name: str) -> int | None:
    try:
        return parse_duration(headers[name])
    except (KeyError, ValueError):
        return None
