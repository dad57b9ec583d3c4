"""An error in OpenAI's words, read and written."""

from typing import Any

import msgspec

from bide.providers.decoding import UNREADABLE
from bide.providers.translate.answer import Failure
from bide.providers.translate.failing import openai_type, unreadable


class ErrorFields(msgspec.Struct, gc=False):
    """OpenAI's error; compatible servers write numbers as codes."""

    message: str | None = None
    type: str | None = None
    param: str | None = None
    code: str | int | None = None


class _Body(msgspec.Struct, gc=False):
    error: ErrorFields


class _Bare(msgspec.Struct, gc=False):
    error: str | None = None
    message: str | None = None
    detail: str | None = None
    type: str | None = None
    code: str | int | None = None


_decoder = msgspec.json.Decoder(_Body)
_bare = msgspec.json.Decoder(_Bare)
_encode = msgspec.json.Encoder().encode

STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "rate_limit_error": 429,
    "insufficient_quota": 429,
    "service_unavailable_error": 503,
}


def read_error(status: int, body: bytes) -> Failure:
    """The error that this body is, whatever its bytes."""
    try:
        return failure_of(status, _decoder.decode(body).error)
    except UNREADABLE:
        return _of_another_server(status, body) or unreadable(status, body)


def _of_another_server(status: int, body: bytes) -> Failure | None:
    """The error of a compatible server that has not taken over OpenAI's: words alone, or an error at the top."""
    try:
        bare = _bare.decode(body)
    except UNREADABLE:
        return None
    words = bare.error or bare.message or bare.detail
    return failure_of(status, ErrorFields(words, bare.type, None, bare.code)) if words else None


def failure_of(status: int, error: ErrorFields) -> Failure:
    """An error of this status."""
    code = None if error.code is None else str(error.code)
    return Failure(status, error.message or error.type or "no message", code, error.type, error.param)


def status_in_stream(error: ErrorFields) -> int:
    """The status that an error inside a stream would have had: the stream itself began with 200."""
    if isinstance(error.code, int) and 400 <= error.code < 600:
        return error.code
    return STATUSES.get(error.type or "", 500)


def write_error(failure: Failure) -> bytes:
    """The body that this error is."""
    return _encode(as_object(failure))


def as_object(failure: Failure) -> dict[str, Any]:
    """The same before it is bytes."""
    return {
        "error": {
            "message": failure.message,
            "type": openai_type(failure),
            "param": failure.param,
            "code": failure.code or failure.type,
        }
    }
