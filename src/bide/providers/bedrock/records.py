"""Records of a model invocation job: out as Bedrock takes them, and back as rows.

Records are in Converse, one format for every model. Those for Claude are in Anthropic's Messages, as InvokeModel takes
them (`native.py`), where the caller writes these itself, or where a request has tools, which jobs of Converse refuse; for
other models there is no such way here.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from msgspec import Raw

from bide.providers.decoding import UNREADABLE
from bide.providers.port import Row, Submission, Verdict
from bide.providers.translate import Options, Wire
from bide.providers.translated import Translation, unreadable_row

DASH = "Z"
"""Stands for the dash in a record's id, which is to be of letters and digits. Our ids have no capital of their own."""

NOTHING = Raw(b"null")

TURNED_AWAY = frozenset({429, 503})
"""Statuses of records that met no capacity: they were not run. (A 408 was: its model took too long.)"""

_encode = msgspec.json.Encoder().encode
_fields = msgspec.json.Decoder(dict[str, Raw]).decode


class _Failed(msgspec.Struct, rename="camel"):
    error_code: Any = None
    error_message: str = ""


class _Line(msgspec.Struct, rename="camel"):
    record_id: str
    model_output: Raw = NOTHING
    error: _Failed | None = None


class _Shape(msgspec.Struct):
    output: Raw = NOTHING


class _Asked(msgspec.Struct):
    model: str = ""
    tools: Raw = NOTHING


_decode_line = msgspec.json.Decoder(_Line).decode
_decode_shape = msgspec.json.Decoder(_Shape).decode
_decode_asked = msgspec.json.Decoder(_Asked).decode


def record_id(custom_id: str) -> str:
    """Our id as a record's."""
    return custom_id.replace("-", DASH)


def custom_id(record: str) -> str:
    """A record's id as ours."""
    return record.replace(DASH, "-")


def has_tools(body: bytes) -> bool:
    """Whether a caller's body, in whatever format, brings tools."""
    if b'"tools"' not in body:
        return False
    try:
        return bytes(_decode_asked(body).tools) not in (b"null", b"[]")
    except UNREADABLE:
        return False


def model_in(body: bytes) -> str:
    """The model that a caller's body names."""
    try:
        return _decode_asked(body).model
    except UNREADABLE:
        return ""  # whoever reads it whole says what is wrong with it


def converse_input(body: bytes) -> bytes:
    """A body of Converse as a record has it: a batch is a tier of its own."""
    if b'"serviceTier"' not in body:
        return body
    fields = _fields(body)
    fields.pop("serviceTier", None)
    return _encode(fields)


def tiered(body: bytes, tier: str) -> bytes:
    """A body of Converse asking for a tier."""
    return _encode({**_fields(body), "serviceTier": {"type": tier}})


def untiered(body: bytes) -> bytes:
    """A caller's body without its tier, which is not one of every format's: a batch is a tier of its own."""
    if b'"service_tier"' not in body:
        return body
    fields = _fields(body)
    fields.pop("service_tier", None)
    return _encode(fields)


async def lines(submission: Submission, body_of: Callable[[bytes], bytes]) -> AsyncIterator[bytes]:
    """The input object, some lines at a time."""
    async for some in submission.lines():
        yield b"".join(
            [b'{"recordId":"%b","modelInput":%b}\n' % (record_id(name).encode(), body_of(body)) for name, body in some]
        )


class Results:
    """Reads the lines of a job's results. `model` is what the caller calls it, `at` when the job ended, in seconds."""

    def __init__(self, endpoint: str, model: str, at: int) -> None:
        self._endpoint = endpoint
        self._model = model
        self._at = at
        self._converse = Translation(Wire.CONVERSE, lambda model: Options(model=model))
        self._messages = Translation(Wire.MESSAGES, lambda model: Options(model=model))

    def row(self, line: bytes) -> Row:
        """The row of a line."""
        try:
            found = _decode_line(line)
        except UNREADABLE as error:
            return unreadable_row(line, error)
        name = custom_id(found.record_id)
        if found.error is not None:
            return self._failed(name, found.error)
        output = bytes(found.model_output)
        if output == b"null":
            return unreadable_row(line, "a record without an answer or an error")
        translation = self._converse if _is_converse(output) else self._messages
        return translation.answered(name, self._endpoint, output, at=self._at, model=self._model)

    def _failed(self, name: str, error: _Failed) -> Row:
        status = error.error_code if isinstance(error.error_code, int) else 400
        word = {} if isinstance(error.error_code, int) else {"__type": str(error.error_code)}
        body = _encode({"message": error.error_message or "no reason was told", **word})
        verdict = Verdict.NOT_RUN if status in TURNED_AWAY else Verdict.ERRORED
        return self._converse.failed(name, self._endpoint, status, body, verdict=verdict)


def _is_converse(output: bytes) -> bool:
    try:
        return bytes(_decode_shape(output).output) != b"null"
    except UNREADABLE:
        return False
