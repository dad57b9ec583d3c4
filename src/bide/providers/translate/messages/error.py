"""An error in Anthropic's words, read and written."""

from typing import Any

import msgspec
from msgspec import Raw

from bide.providers.decoding import UNREADABLE
from bide.providers.translate.answer import Failure
from bide.providers.translate.failing import ANTHROPIC_TYPES, anthropic_type, unreadable


class _Details(msgspec.Struct, gc=False):
    error_code: str | None = None


class ErrorFields(msgspec.Struct, gc=False):
    """Anthropic's error. `details.error_code` is the stable word where there is one."""

    message: str | None = None
    type: str | None = None
    details: Raw = msgspec.field(default_factory=Raw)


class _Body(msgspec.Struct, gc=False):
    error: ErrorFields
    request_id: str | None = None


_decoder = msgspec.json.Decoder(_Body)
_details = msgspec.json.Decoder(_Details)
_encode = msgspec.json.Encoder().encode

STATUSES = {"invalid_request_error": 400, "api_error": 500} | {
    type_: status for status, type_ in reversed(ANTHROPIC_TYPES.items())
}
"""The status of each type: of those that several share, the first."""


def read_error(status: int, body: bytes) -> Failure:
    """The error that this body is, whatever its bytes."""
    try:
        decoded = _decoder.decode(body)
    except UNREADABLE:
        return unreadable(status, body)
    return failure_of(status, decoded.error, decoded.request_id)


def failure_of(status: int, error: ErrorFields, request_id: str | None = None) -> Failure:
    """An error of this status."""
    try:
        code = _details.decode(error.details).error_code
    except UNREADABLE:  # there are none, or none that are known
        code = None
    return Failure(status, error.message or error.type or "no message", code, error.type, request_id=request_id)


def status_in_stream(error: ErrorFields) -> int:
    """The status that an error inside a stream would have had: the stream itself began with 200."""
    return STATUSES.get(error.type or "", 500)


def write_error(failure: Failure) -> bytes:
    """The body that this error is."""
    return _encode(as_object(failure))


def as_object(failure: Failure) -> dict[str, Any]:
    """The same before it is bytes. What it was about is named, as there is no field for it."""
    about = f"{failure.param}: " if failure.param and failure.param not in failure.message else ""
    body: dict[str, Any] = {
        "type": "error",
        "error": {"type": anthropic_type(failure), "message": f"{about}{failure.message}"},
        "request_id": failure.request_id,
    }
    return body
