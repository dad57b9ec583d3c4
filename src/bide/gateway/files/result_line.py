"""A line of a batch's output or error file, as OpenAI writes it.

A row that succeeded has a response with a status below 300, and stands in the output file. Every other row stands in the error
file: with the response it got, or with an error where it never got one.
"""

import msgspec

from bide.core.states import RequestState
from bide.providers.decoding import UNREADABLE
from bide.store.database import Row

NOT_RUN = {
    RequestState.EXPIRED: (
        "batch_expired",
        "This request could not be executed before the completion window expired.",
    ),
    RequestState.CANCELLED: ("batch_cancelled", "This request was not executed because the batch was cancelled."),
}
"""OpenAI's words for rows that were never answered."""


class _Response(msgspec.Struct):
    status_code: int
    request_id: str | None = None
    body: msgspec.Raw = msgspec.Raw(b"null")


_decode = msgspec.json.Decoder(_Response).decode
_encode = msgspec.json.encode


def result_line(tag: str, row: Row, response: bytes | None) -> bytes:
    """The line of a row of results, with its line feed.

    `tag` is the random part of the batch's id. `response` is what the provider said, as it is kept: an object with
    `status_code`, `request_id` and `body`. A `request_id` that it did not give is one of ours.
    """
    number = row["line"]
    error = b"null"
    if response is None:
        response, error = b"null", _encode(dict(zip(("code", "message"), _reason(row), strict=True)))
    else:
        response = _named(response, f"req_{tag}_{number}")
    return b'{"id":"batch_req_%b_%d","custom_id":%b,"response":%b,"error":%b}\n' % (
        tag.encode(),
        number,
        _encode(row["custom_id"]),
        response,
        error,
    )


def _named(response: bytes, request_id: str) -> bytes:
    """The response with an id of the request; clients read it as text."""
    try:
        found = _decode(response)
    except UNREADABLE:
        return response  # of another shape: what was paid for is shown as it came
    if found.request_id is not None:
        return response
    return b'{"status_code":%d,"request_id":%b,"body":%b}' % (found.status_code, _encode(request_id), bytes(found.body))


def _reason(row: Row) -> tuple[str, str]:
    known = NOT_RUN.get(RequestState(row["state"]))
    return known or (row["code"] or "failed", row["message"] or "the provider gave no answer")
