"""A frame of AWS's event stream that is an error: an exception that the API declares, or one of the connection."""

from bide.providers.translate.answer import Failure
from bide.providers.translate.converse.error import name_of, read_error, status_in_stream
from bide.providers.translate.converse.frames import Frame


def failure_in(frame: Frame) -> Failure | None:
    """The error that a frame tells of; None where it tells of none."""
    headers = frame.headers
    name = headers.get(":exception-type") or headers.get(":error-code")
    if headers.get(":message-type", "event") == "event" and name is None:
        return None
    said = name_of(name) or "InternalServerException"
    failure = read_error(status_in_stream(said), frame.payload, said)
    return Failure(failure.status, headers.get(":error-message") or failure.message, failure.code, failure.type)
