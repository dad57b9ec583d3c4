"""An error in Google's words (google.rpc.Status), read and written."""

from typing import Any

import msgspec

from bide.providers.decoding import UNREADABLE
from bide.providers.translate.answer import Failure
from bide.providers.translate.failing import unreadable

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class ErrorFields(msgspec.Struct, gc=False):
    """Google's error. `code` is HTTP's status, `status` the word for it."""

    code: int | str | None = None
    message: str | None = None
    status: str | None = None


class _Body(msgspec.Struct, gc=False):
    error: ErrorFields


_decoder = msgspec.json.Decoder(_Body)
_wrapped = msgspec.json.Decoder(list[_Body])
_encode = msgspec.json.Encoder().encode


def read_error(status: int, body: bytes) -> Failure:
    """The error that this body is, whatever its bytes. Streams wrap it into a list of one."""
    try:
        if body.lstrip().startswith(b"["):
            return failure_of(status, _wrapped.decode(body)[0].error)
        return failure_of(status, _decoder.decode(body).error)
    except (*UNREADABLE, IndexError):
        return unreadable(status, body)


def failure_of(status: int, error: ErrorFields) -> Failure:
    """An error of this status."""
    return Failure(status, error.message or error.status or "no message", code=error.status, type=error.status)


def status_in_stream(error: ErrorFields) -> int:
    """The status that an error inside a stream would have had: the stream itself began with 200."""
    return error.code if isinstance(error.code, int) and 400 <= error.code < 600 else 500


def write_error(failure: Failure) -> bytes:
    """The body that this error is."""
    return _encode(as_object(failure))


def as_object(failure: Failure) -> dict[str, Any]:
    """The same before it is bytes. What it was about is named, as there is no field for it."""
    about = f"{failure.param}: " if failure.param and failure.param not in failure.message else ""
    status = STATUSES.get(failure.status) or ("INVALID_ARGUMENT" if failure.status < 500 else "INTERNAL")
    return {"error": {"code": failure.status, "message": f"{about}{failure.message}", "status": status}}
