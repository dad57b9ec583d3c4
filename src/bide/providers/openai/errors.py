"""OpenAI's errors and rate headers, read: the branch is always on `error.code` first, on the status second."""

import re
from collections.abc import Mapping

import msgspec

from bide.core.clock import MILLISECOND, SECOND
from bide.core.duration import parse_duration
from bide.core.quota import Resource, Told
from bide.providers.decoding import UNREADABLE
from bide.providers.failures import (
    BusyError,
    MissingError,
    OutOfCreditError,
    OverloadedError,
    ProviderError,
    QuotaError,
    RejectedError,
    ScarceError,
    StorageFullError,
    UnauthorisedError,
)
from bide.providers.openai.dialect import OPENAI_RATES, Dialect, RateNames
from bide.providers.port import RateHeaders
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

SCARCE = frozenset({"resource_unavailable", "capacity_exceeded"})
"""Codes of calls that the flex tier has no capacity for (OpenAI, as users report it; Groq)."""

_SCARCE_TEXT = re.compile(r"^resource unavailable", re.IGNORECASE)
"""OpenAI's guide to flex processing names the 429 by these words, and no code."""

OVER_CAPACITY = 498
"""Groq's status for the same."""

FILES_FULL = frozenset({"quotaExceeded"})
"""Codes of uploads that are refused because there are too many files already (Azure: 500, or 10,000 that expire)."""

TOO_LARGE = "file_too_large"

LONGEST_RETRY_AFTER = 15 * 60 * SECOND
"""A wait that a provider asks for is honoured up to here; OpenAI's SDK stops at two minutes."""

_LIMIT = re.compile(
    r"limit:?\s*([\d,]{4,})\s*enqueued"  # OpenAI: "Limit: 2,000,000 enqueued tokens."
    r"|configured limit of\s*([\d,.]+)\s*([KMB]?)\b",  # Azure: "the configured limit of 30K for the deployment 'X'"
    re.IGNORECASE,
)
_ENQUEUED_TEXT = re.compile(r"enqueued token limit|token_limit_exceeded|number of enqueued tokens", re.IGNORECASE)

_MOST_FILES = re.compile(r"maximum is ([\d,]*\d)", re.IGNORECASE)
"""Azure: "The quota for files without expiry is reached. The maximum is 500.\""""

_SHORT = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}


class ErrorBody(msgspec.Struct):
    """What stands under ``error`` in a reply or in a row."""

    message: str | None = None
    type: str | None = None
    param: str | None = None
    code: str | int | None = None


class _Envelope(msgspec.Struct):
    error: ErrorBody | str | None = None
    message: str | None = None


class _Wait(msgspec.Struct):
    retry_after_seconds: float | None = None


def read_error(body: bytes) -> ErrorBody:
    """The error in a reply's body; bodies that are not OpenAI's become its message."""
    try:
        found = msgspec.json.decode(body, type=_Envelope)
    except UNREADABLE:
        found = _Envelope()
    error = found.error
    if isinstance(error, ErrorBody):
        return error
    if error and found.message:  # Doubleword: a code, and beside it the message
        return ErrorBody(message=found.message, code=error)
    return ErrorBody(message=error or body[:300].decode("utf-8", "replace").strip() or "the reply has no body")


def code_of(error: ErrorBody) -> str:
    """The stable name of an error: its code, else its type."""
    return str(error.code or error.type or "unknown")


def is_out_of_credit(error: ErrorBody) -> bool:
    """Whether the account, not the rate, is exhausted."""
    return error.code in NO_CREDIT or error.type in NO_CREDIT


def is_scarce(error: ErrorBody) -> bool:
    """Whether a 429 is about the capacity of the flex tier, not about the account's rate."""
    return error.code in SCARCE or (error.code is None and bool(_SCARCE_TEXT.match(error.message or "")))


def quota_limit(message: str) -> int | None:
    """The enqueued-token limit that a refusal names."""
    found = _LIMIT.search(message)
    if found is None:
        return None
    try:
        return round(float((found[1] or found[2]).replace(",", "").rstrip(".")) * _SHORT[(found[3] or "").upper()])
    except ValueError:
        return None


def told_by(headers: Mapping[str, str]) -> tuple[Told, ...]:
    """What the reply to a create says about the deployment's queue (Azure)."""
    limit, used = headers.get("deployment-maximum-enqueued-tokens", ""), headers.get("deployment-enqueued-tokens", "")
    if not (limit.isascii() and limit.isdigit() and int(limit)):
        return ()
    return (Told(Resource.ENQUEUED_TOKENS, int(limit), int(used) if used.isascii() and used.isdigit() else None),)


def raise_for_status(reply: Reply, body: bytes) -> None:
    """Raise what a reply that is not 2xx means for a request about files or batches."""
    if reply.status < 300:
        return
    raise _account_error(reply, body) or _other_error(reply, body)


def raise_for_account(reply: Reply, body: bytes, names: RateNames = OPENAI_RATES) -> None:
    """Raise what concerns the account or the provider rather than the request that was sent."""
    if reply.status >= 300 and (error := _account_error(reply, body, names)) is not None:
        raise error


def raise_for_create(reply: Reply, body: bytes, dialect: Dialect) -> None:
    """As `raise_for_status`, telling a full quota from other refusals, and those in OpenAI's words."""
    if 400 <= reply.status < 500:
        error = read_error(body)
        if error.code in ENQUEUED or _ENQUEUED_TEXT.search(error.message or ""):
            raise QuotaError(error.message, limit=quota_limit(error.message or ""))
    try:
        raise_for_status(reply, body)
    except RejectedError as error:
        found = dialect.row_error(error.code, str(error))
        raise RejectedError(found.message, code=found.code) from None


def raise_for_upload(reply: Reply, body: bytes, dialect: Dialect) -> None:
    """As `raise_for_status`, for an input file: what is wrong with it, and where nothing is, with how many there are.

    A `RejectedError` with `errors` is about the file: another one may be taken.
    """
    error = read_error(body)
    if reply.status == 400 and error.code in FILES_FULL:
        most = _MOST_FILES.search(error.message or "")
        raise StorageFullError(
            f"{error.message} Delete files there that nobody needs any more; bide deletes its own.",
            told=Told(Resource.FILES, int(most[1].replace(",", "")) if most else None),
        )
    if reply.status == 413:
        raise RejectedError(error.message, code=TOO_LARGE, errors=(dialect.row_error(TOO_LARGE, error.message),))
    if reply.status in (400, 403, 404, 422):  # a model that the account may not use is a 403 or a 404 as well
        found = dialect.row_error(code_of(error), error.message)
        about_lines = dialect.validates_uploads and reply.status in (400, 422)
        if about_lines or found.line is not None or found.code != code_of(error):
            raise RejectedError(found.message, code=found.code, errors=(found,))
    raise_for_status(reply, body)


def unreadable(body: bytes, error: Exception) -> OverloadedError:
    """A 2xx whose body is not what it should be: a gateway's page, half an object."""
    return OverloadedError(f"the reply is not understood ({error}): {body[:200].decode('utf-8', 'replace')}")


def _account_error(reply: Reply, body: bytes, names: RateNames = OPENAI_RATES) -> ProviderError | None:
    error = read_error(body)
    message, code = error.message, code_of(error)
    wait = retry_after(reply.headers, body)
    match reply.status:
        case status if status >= 400 and is_out_of_credit(error):
            return OutOfCreditError(message, code=code)
        case 401 | 403:
            return UnauthorisedError(message, code=code)
        case 402:
            return OutOfCreditError(message, code=code)
        case 498 | 429 if reply.status == OVER_CAPACITY or is_scarce(error):
            return ScarceError(message, retry_after=wait)
        case 429:
            return BusyError(message, code=code, retry_after=wait, rates=rate_headers(reply.headers, names))
        case 408 | 409 | 503:  # turned away before it ran
            return OverloadedError(message, code=code, retry_after=wait, may_have_run=False)
        case status if status >= 500 or 300 <= status < 400:  # nobody runs what he sends elsewhere
            return OverloadedError(message, code=code, retry_after=wait, may_have_run=status >= 500)
        case _:
            return None


def _other_error(reply: Reply, body: bytes) -> ProviderError:
    error = read_error(body)
    if reply.status in (404, 410):
        return MissingError(error.message, code=code_of(error))
    return RejectedError(error.message, code=code_of(error))


def retry_after(headers: Mapping[str, str], body: bytes = b"") -> int | None:
    """Microseconds to wait: `retry-after-ms`, `retry-after` in seconds, then the body's ``retry_after_seconds``."""
    for name, unit in (("retry-after-ms", MILLISECOND), ("retry-after", SECOND)):
        try:
            return _wait(float(headers[name]) * unit)
        except (KeyError, ValueError, OverflowError):
            continue
    if b"retry_after_seconds" in body:
        try:
            seconds = msgspec.json.decode(body, type=_Wait).retry_after_seconds
            return None if seconds is None else _wait(seconds * SECOND)
        except (*UNREADABLE, OverflowError):
            return None
    return None


def _wait(duration: float) -> int:
    return min(LONGEST_RETRY_AFTER, max(0, round(duration)))


SILENT = RateHeaders()


def rate_headers(headers: Mapping[str, str], names: RateNames = OPENAI_RATES) -> RateHeaders:
    """What is told about the rate limit, as limits per minute."""
    if names.known.isdisjoint(headers):
        return SILENT
    limits = [_number(headers, name[0]) for name in (names.requests, names.tokens)]
    requests, tokens = (limit * names.per_minute if limit is not None else None for limit in limits)
    return RateHeaders(
        requests,
        tokens,
        _number(headers, names.requests[1]),
        _number(headers, names.tokens[1]),
        _duration(headers, names.requests[2]),
        _duration(headers, names.tokens[2]),
    )


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    return int(text) if text.isdecimal() else None


def _duration(headers: Mapping[str, str], name: str) -> int | None:
    """A duration as OpenAI writes it, ``6m0s``, or plain seconds."""
    text = headers.get(name, "")
    try:
        return parse_duration(f"{text}s" if text[-1:].isdigit() else text)
    except ValueError:
        return None
