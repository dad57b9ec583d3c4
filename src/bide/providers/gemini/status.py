"""Google's errors (google.rpc.Status), read: what the details say decides, the HTTP status comes second.

Facts: AIP-193 for the details; the wordings of depleted credit and of missing files as users report them in November 2026.
"""

import re
from collections.abc import Iterator

import msgspec

from bide.core.duration import parse_duration
from bide.providers.decoding import UNREADABLE
from bide.providers.failures import (
    BusyError,
    MissingError,
    OutOfCreditError,
    OverloadedError,
    ProviderError,
    QuotaError,
    RejectedError,
    SlotsError,
    UnauthorisedError,
)
from bide.providers.openai.errors import LONGEST_RETRY_AFTER
from bide.providers.port import BATCH_REFUSED, PROVIDER_FAILED, RowError
from bide.providers.translated import Translation, account_error, code_of, other_error
from bide.providers.transport import Reply

CANONICAL = {
    1: (499, "CANCELLED"),
    2: (500, "UNKNOWN"),
    3: (400, "INVALID_ARGUMENT"),
    4: (504, "DEADLINE_EXCEEDED"),
    5: (404, "NOT_FOUND"),
    6: (409, "ALREADY_EXISTS"),
    7: (403, "PERMISSION_DENIED"),
    8: (429, "RESOURCE_EXHAUSTED"),
    9: (400, "FAILED_PRECONDITION"),
    10: (409, "ABORTED"),
    11: (400, "OUT_OF_RANGE"),
    12: (501, "UNIMPLEMENTED"),
    13: (500, "INTERNAL"),
    14: (503, "UNAVAILABLE"),
    15: (500, "DATA_LOSS"),
    16: (401, "UNAUTHENTICATED"),
}
"""google.rpc.Code as HTTP statuses: rows and batches carry the former, replies the latter."""

WORDS = {word: status for status, word in CANONICAL.values()}

BAD_KEY = frozenset({"API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED", "CREDENTIALS_MISSING", "ACCESS_TOKEN_EXPIRED"})
"""Reasons with which a key is refused; the first of them comes with a 400."""

NO_BILLING = frozenset({"BILLING_DISABLED"})
_NO_CREDIT = re.compile(r"prepayment credits|spending cap|spend cap", re.IGNORECASE)
"""Google has no code for an account that is out of credit: it is a 429 like any other."""

_ENQUEUED = re.compile(r"batch|enqueued", re.IGNORECASE)

_SLOTS = re.compile(r"concurren|open batches", re.IGNORECASE)
"""What tells the number of batches from what is in them, where anything does (our inference: no reply that does has been seen)."""

_TOO_LARGE = "payload size exceeds"

NO_MODEL = "model_not_found"

REFUSING = frozenset({"NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED", "UNIMPLEMENTED", "FAILED_PRECONDITION"})
"""What a batch fails of whatever its requests are: a model, a bucket or a permission."""

PASSING = frozenset({"ABORTED", "CANCELLED", "DATA_LOSS", "DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE", "UNKNOWN"})
"""What a batch fails of for Google's own reasons."""

GONE = "may not exist"
"""Files that are gone are answered with 403, in these words."""


class _Violation(msgspec.Struct, rename="camel"):
    quota_id: str = ""
    quota_metric: str = ""


class _Detail(msgspec.Struct, rename="camel"):
    reason: str = ""
    retry_delay: str = ""
    violations: list[_Violation] = msgspec.field(default_factory=list[_Violation])


class Status(msgspec.Struct):
    """An error. `code` is HTTP's in replies, and google.rpc.Code elsewhere."""

    code: int = 0
    message: str = ""
    status: str = ""
    details: list[msgspec.Raw] = msgspec.field(default_factory=list[msgspec.Raw])

    @property
    def http(self) -> int:
        """The status it has or would have had as a reply."""
        return CANONICAL[self.code][0] if self.code in CANONICAL else self.code if self.code >= 300 else 500

    @property
    def word(self) -> str:
        """Its stable name."""
        return self.status or CANONICAL.get(self.code, (0, ""))[1]

    def as_body(self) -> bytes:
        """The body of a reply that has this error."""
        error = {"code": self.http, "message": self.message, "status": self.word or "UNKNOWN"}
        return msgspec.json.encode({"error": error})

    def known_details(self) -> Iterator[_Detail]:
        """What more is said, as far as it has the expected shape."""
        for raw in self.details:
            try:
                yield msgspec.json.decode(raw, type=_Detail)
            except UNREADABLE:
                continue


class _Body(msgspec.Struct):
    error: Status


_decoder: msgspec.json.Decoder[_Body | list[_Body]] = msgspec.json.Decoder(_Body | list[_Body])


def read_status(body: bytes) -> Status:
    """The error in a reply's body; an empty one where there is none."""
    try:
        found = _decoder.decode(body)
    except UNREADABLE:
        return Status()
    if isinstance(found, list):  # streams wrap it
        return found[0].error if found else Status()
    return found.error


def wait_of(status: Status) -> int | None:
    """Microseconds that the error asks to wait."""
    for detail in status.known_details():
        if detail.retry_delay:
            try:
                return min(LONGEST_RETRY_AFTER, parse_duration(detail.retry_delay))
            except ValueError:
                return None
    return None


def raise_for_account(translation: Translation, reply: Reply, body: bytes) -> None:
    """Raise what concerns the account or the provider rather than the request that was sent."""
    if reply.status >= 300 and (error := _account_error(translation, reply, body)) is not None:
        raise error


def raise_for_status(translation: Translation, reply: Reply, body: bytes) -> None:
    """Raise what a reply that is not 2xx means for a request about batches or files."""
    if reply.status < 300:
        return
    failure = translation.failure(reply.status, body)
    if reply.status == 403 and GONE in failure.message:
        raise MissingError(failure.message, code=code_of(failure))
    raise _account_error(translation, reply, body) or other_error(failure)


def raise_for_create(translation: Translation, reply: Reply, body: bytes, *, has_queue: bool) -> None:
    """As `raise_for_status`. A create does not look at the requests, so what it refuses are not they but the batch.

    With `has_queue` a full queue is told from a reached rate. Both are 429 RESOURCE_EXHAUSTED. A quota that the details name
    decides; where they name none, a reply that says how long to wait is about a rate, and one that does not is about
    what is enqueued (our inference).
    """
    try:
        raise_for_status(translation, reply, body)
    except BusyError as error:
        details = list(read_status(body).known_details())
        quotas = [f"{one.quota_id} {one.quota_metric}" for detail in details for one in detail.violations]
        if any(_ENQUEUED.search(quota) for quota in quotas) or (error.retry_after is None and not quotas):
            if not has_queue:
                raise
            raise (SlotsError if _SLOTS.search(" ".join([str(error), *quotas])) else QuotaError)(str(error)) from None
        raise
    except MissingError as error:
        if reply.status == 404:
            raise RejectedError(str(error), code=NO_MODEL) from None
        raise  # the input file, which can be uploaded again
    except RejectedError as error:
        raise RejectedError(str(error), code=BATCH_REFUSED) from None


def row_error(problem: Status) -> RowError:
    """Why a whole batch has failed, in the words by which it is decided what becomes of its requests."""
    code = problem.word or "failed"
    if code == "RESOURCE_EXHAUSTED":
        code = QuotaError.code
    elif code in REFUSING:
        code = BATCH_REFUSED
    elif code in PASSING:
        code = PROVIDER_FAILED
    return RowError(code, problem.message or "no reason was told")


def is_too_large(reply: Reply, body: bytes) -> bool:
    """Whether a create is refused for its bytes, of which its parts have fewer."""
    return reply.status == 413 or (reply.status == 400 and _TOO_LARGE in read_status(body).message)


def has_ended(reply: Reply, body: bytes) -> bool:
    """Whether a cancel is refused since there is nothing left to cancel."""
    return reply.status == 409 or (reply.status == 400 and read_status(body).status == "FAILED_PRECONDITION")


def _account_error(translation: Translation, reply: Reply, body: bytes) -> ProviderError | None:
    failure, status = translation.failure(reply.status, body), read_status(body)
    code, reasons = code_of(failure), {detail.reason for detail in status.known_details()}
    if reasons & NO_BILLING or (reply.status in (403, 429) and _NO_CREDIT.search(failure.message)):
        return OutOfCreditError(failure.message, code=code)
    if reasons & BAD_KEY:
        return UnauthorisedError(failure.message, code=code)
    if reply.status == 499:
        return OverloadedError(failure.message, code=code)
    error = account_error(failure, reply.headers)
    if error is not None and error.retry_after is None:
        error.retry_after = wait_of(status)
    return error
