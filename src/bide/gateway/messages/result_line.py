"""A line of a message batch's results, as Anthropic writes it: one for each request, in the order of the input."""

import msgspec
from msgspec import Raw

from bide.core.budget import CAP_EXHAUSTED
from bide.core.states import Lane, RequestState
from bide.gateway.refusal import ANTHROPIC_TYPES
from bide.providers.decoding import UNREADABLE
from bide.store.database import Row

TIER = "batch"

PAYMENT_REQUIRED = 402
"""As what it says that a request was not sent for the sake of its batch's cap."""


class _Response(msgspec.Struct):
    status_code: int
    request_id: str | None = None
    body: Raw = Raw(b"null")


class _Usage(msgspec.Struct):
    service_tier: str | None = None


class _Message(msgspec.Struct):
    usage: _Usage


class _Error(msgspec.Struct):
    type: str
    error: Raw


_decode_response = msgspec.json.Decoder(_Response).decode
_decode_message = msgspec.json.Decoder(_Message).decode
_decode_error = msgspec.json.Decoder(_Error).decode
_fields = msgspec.json.Decoder(dict[str, Raw]).decode
_encode = msgspec.json.encode


def result_line(row: Row, response: bytes | None) -> bytes:
    """The line of a row of `Requests.results`, with its line feed. `response` is what the provider said, as it is kept."""
    return b'{"custom_id":%b,"result":%b}\n' % (_encode(row["custom_id"]), _result(row, response))


def _result(row: Row, response: bytes | None) -> bytes:
    match RequestState(row["state"]):
        case RequestState.CANCELLED:
            return b'{"type":"canceled"}'
        case RequestState.EXPIRED:
            return b'{"type":"expired"}'
        case RequestState.SUCCEEDED:
            return b'{"type":"succeeded","message":%b}' % _message(row, response)
        case _:
            return b'{"type":"errored","error":%b}' % _error(row, response)


def _message(row: Row, response: bytes | None) -> bytes:
    """The message. What a provider of another protocol answered in a batch is said to have been: that is its tier."""
    if response is None:
        return b"null"
    try:
        body = bytes(_decode_response(response).body)
        if row["lane"] != Lane.BATCH or _decode_message(body).usage.service_tier == TIER:
            return body
        fields = _fields(body)
        usage = _fields(fields["usage"])
        usage["service_tier"] = Raw(_encode(TIER))
        fields["usage"] = Raw(_encode(usage))
        return _encode(fields)
    except UNREADABLE:
        return response  # of another shape: what was paid for is shown as it came


def _error(row: Row, response: bytes | None) -> bytes:
    """The error, a whole answer in Anthropic's shape: that of the provider, or one of ours where it gave none."""
    status, request_id = row["status"], None
    if response is not None:
        try:
            found = _decode_response(response)
            status, request_id = found.status_code, found.request_id
            body = bytes(found.body)
            if _decode_error(body).type == "error":
                return body
        except UNREADABLE:
            pass
    if row["code"] == CAP_EXHAUSTED:
        status = PAYMENT_REQUIRED
    message = row["message"] or "the provider gave no answer"
    error = {"type": ANTHROPIC_TYPES.get(status or 500, "api_error"), "message": message}
    return _encode({"type": "error", "error": error, "request_id": request_id})
