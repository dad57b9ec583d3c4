"""Lines of a batch prediction job: out as Vertex AI takes them, and back as rows.

Its rows have no id of their own. The request is echoed, re-ordered and with nulls added, so our id travels in its labels.
"""

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Raw

from bide.core.clock import SECOND
from bide.providers.decoding import UNREADABLE
from bide.providers.gemini.calls import outer
from bide.providers.gemini.rows import NOTHING, failed
from bide.providers.gemini.status import WORDS, Status, read_status
from bide.providers.port import Row, Submission
from bide.providers.translated import Translation, unreadable_row

LABEL = "bide_id"


class _Request(msgspec.Struct):
    labels: dict[str, str | None] | None = None


class _Line(msgspec.Struct):
    status: Any = None
    processed_time: datetime | None = None
    request: _Request | None = None
    response: Raw = NOTHING


_decode_line = msgspec.json.Decoder(_Line).decode
_encode = msgspec.json.Encoder().encode


async def lines(submission: Submission, body_of: Callable[[bytes], bytes]) -> AsyncIterator[bytes]:
    """The input object, some lines at a time."""
    async for some in submission.lines():
        yield b"".join([b'{"request":%b}\n' % labelled(body_of(body), name) for name, body in some])


def labelled(body: bytes, custom_id: str) -> bytes:
    """A body that carries our id beside the caller's own labels."""
    fields = outer(body)
    labels = msgspec.json.decode(fields.get("labels", b"{}"), type=dict[str, str])
    # A batch is a tier of its own.
    fields.pop("serviceTier", None)
    return _encode(fields | {"labels": {**labels, LABEL: custom_id}})


def read_row(line: bytes, endpoint: str, translation: Translation) -> Row:
    """The row of a line of the results."""
    try:
        found = _decode_line(line)
    except UNREADABLE as error:
        return unreadable_row(line, error)
    labels = (found.request.labels if found.request else None) or {}
    custom_id = labels.get(LABEL)
    if custom_id is None:
        return unreadable_row(line, "a row without its id")
    if found.status:
        return failed(translation, custom_id, endpoint, read_failure(found.status))
    processed = round(found.processed_time.timestamp() * SECOND) if found.processed_time is not None else None
    row = translation.answered(custom_id, endpoint, bytes(found.response), at=(processed or 0) // SECOND)
    return row if row.created is not None else msgspec.structs.replace(row, created=processed)


def read_failure(told: Any) -> Status:
    """What a row's status says: a text, as a rule with Google's error as JSON in it."""
    text = told if isinstance(told, str) else json.dumps(told)
    start = text.find("{")
    if start >= 0:
        try:
            inner, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            pass
        else:
            status = read_status(json.dumps(inner if "error" in inner else {"error": inner}).encode())
            if status.code:
                return status
    for word, code in WORDS.items():
        if word in text.upper().replace(" ", "_"):
            return Status(code, text, word)
    return Status(500, text, "UNKNOWN")
