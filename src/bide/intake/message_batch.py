"""The body of a create of a message batch, ``{"requests": [{"custom_id": …, "params": {…}}]}``, as a stream of chunks."""

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

import msgspec
from msgspec import Raw

from bide.core.errors import InputError
from bide.intake.array import items
from bide.intake.endpoint import MESSAGES
from bide.intake.entry import Chunk, ChunkBuilder, Entry
from bide.intake.message_rules import batch_fault
from bide.intake.problem import Code, LineError, Problem, refuse
from bide.intake.source import LINE_LIMIT
from bide.intake.validator import Validator
from bide.intake.value import decode_object
from bide.providers.decoding import UNREADABLE

MOST_BYTES = 256 << 20
MOST_REQUESTS = 100_000
"""What Anthropic takes in one batch."""

CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")

ROWS = 64
"""Requests of a chunk: reading one must not keep the calls of others waiting."""

CHUNK_BYTES = 128 << 10


class _Request(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    custom_id: str
    params: Raw


_decode = msgspec.json.Decoder(_Request).decode

Allows = Callable[[str], bool]
"""Whether the caller may ask for the model of this name."""


class MessageRequests:
    """Reads the requests of a create. They are numbered from 0 in what is said of them, as Anthropic does; their lines
    count from 1."""

    def __init__(self, file: BinaryIO, validator: Validator, version: str, allows: Allows) -> None:
        """`version` is the API's that the caller speaks."""
        self._file = file
        self._validator = validator
        self._version = version
        self._allows = allows

    def chunks(self) -> Iterator[Chunk]:
        """Every request, once.

        Raises:
            InputError: the document as a whole is none that could be a batch.
        """
        builder = ChunkBuilder(CHUNK_BYTES)
        number = -1
        for number, item in enumerate(items(self._file, "requests", LINE_LIMIT)):
            if number == MOST_REQUESTS:
                raise InputError(f"requests: a batch has at most {MOST_REQUESTS:,} requests; make several of them")
            builder.add(self._read(number, item))
            if builder.full or builder.rows == ROWS:
                yield builder.take()
        if number < 0:
            raise InputError("requests: List should have at least 1 item")
        if builder.rows:
            yield builder.take()

    def _read(self, number: int, item: bytes) -> Entry | Problem:
        line, path = number + 1, f"requests.{number}"
        try:
            try:
                return self._admit(line, path, item)
            except msgspec.ValidationError as error:
                message, _, where = str(error).partition(" - at `$")
                field = f"{path}{where.strip('`')}"
                raise refuse(line, Code.INVALID_TYPE, message, field=field) from None
            except UNREADABLE as error:
                raise refuse(line, Code.INVALID_JSON_LINE, f"no valid JSON ({error})", field=path) from None
        except LineError as error:
            return error.problem

    def _admit(self, line: int, path: str, item: bytes) -> Entry:
        str(item, "utf-8")
        request = _decode(item)
        if not CUSTOM_ID.fullmatch(request.custom_id):
            message = "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'"
            raise refuse(line, Code.INVALID_CUSTOM_ID, message, field=f"{path}.custom_id")
        path = f"{path}.params"
        body = bytes(request.params)
        if not body.startswith(b"{"):
            raise refuse(line, Code.INVALID_TYPE, "Input should be a valid object", field=path)
        if b"\n" in body or b"\r" in body:
            body = msgspec.json.format(body, indent=-1)
        found = batch_fault(decode_object(body), self._version)
        if found is not None:
            raise refuse(line, Code.INVALID_VALUE, found.message, field=f"{path}.{found.field}")
        entry = self._validator.admit(line, request.custom_id, MESSAGES, body, path=f"{path}.")
        if not self._allows(entry.model):
            message = f"your key may not ask for {entry.model}"
            raise refuse(line, Code.MODEL_NOT_ROUTABLE, message, field=f"{path}.model")
        return entry


def explained(problem: Problem) -> str:
    """A problem in one sentence that begins, as Anthropic's do, with the path of the field."""
    place = f"requests.{problem.line - 1}"
    if problem.code is Code.DUPLICATE_CUSTOM_ID:
        return f"{place}.custom_id: another request of the batch has this custom_id already; {problem.remedy}"
    field = problem.field or place
    message = problem.message.removeprefix(f"{field} ")
    return f"{field}: {message}" if message[:1].isupper() else f"{field}: {message}; {problem.remedy}"
