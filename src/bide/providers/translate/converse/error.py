"""An error in AWS's words, read and written.

The name of an error is in the header `x-amzn-ErrorType`, and in the body only where a proxy or a batch has put it there;
an adapter hands the header in. What is written has it in the body, where AWS's SDKs look as well.
"""

from typing import Any

import msgspec

from bide.providers.decoding import UNREADABLE
from bide.providers.translate.answer import Failure
from bide.providers.translate.failing import unreadable

STATUSES = {
    "ValidationException": 400,
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "ModelTimeoutException": 408,
    "ModelErrorException": 424,
    "ModelStreamErrorException": 424,
    "ThrottlingException": 429,
    "ModelNotReadyException": 429,
    "InternalServerException": 500,
    "ServiceUnavailableException": 503,
}

NAMES = {status: name for name, status in reversed(STATUSES.items())}
"""By status, the name that is meant: of those that several share, the first."""


class ErrorFields(msgspec.Struct, gc=False):
    """AWS's error; some services write `Message`."""

    message: str | None = None
    capital: str | None = msgspec.field(default=None, name="Message")
    type: str | None = msgspec.field(default=None, name="__type")
    code: str | None = None


_decoder = msgspec.json.Decoder(ErrorFields)
_encode = msgspec.json.Encoder().encode


def read_error(status: int, body: bytes, name: str | None = None) -> Failure:
    """The error that this body is, whatever its bytes. `name` is what `x-amzn-ErrorType` says."""
    try:
        error = _decoder.decode(body)
    except UNREADABLE:
        error = ErrorFields()
    message = error.message or error.capital
    found = name_of(name or error.type or error.code) or (NAMES.get(status) if message else None)
    if message is None:
        failure = unreadable(status, body)
        return failure if found is None else Failure(status, found, code=found, type=found)
    return Failure(status, message, code=found, type=found)


def name_of(said: str | None) -> str | None:
    """An error's name without what stands around it: `com.amazon#ThrottlingException:http://…`."""
    return said.partition(":")[0].rpartition("#")[2] if said else None


def status_in_stream(name: str) -> int:
    """The status that an error inside a stream would have had: the stream itself began with 200."""
    return STATUSES.get(name[:1].upper() + name[1:], 500)


def write_error(failure: Failure) -> bytes:
    """The body that this error is."""
    return _encode(as_object(failure))


def as_object(failure: Failure) -> dict[str, Any]:
    """The same before it is bytes. What it was about is named, as there is no field for it."""
    about = f"{failure.param}: " if failure.param and failure.param not in failure.message else ""
    return {"message": f"{about}{failure.message}", "__type": name_for(failure)}


def name_for(failure: Failure) -> str:
    """The name that AWS would give this error."""
    fallback = "ValidationException" if failure.status < 500 else "InternalServerException"
    return NAMES.get(failure.status, fallback)
