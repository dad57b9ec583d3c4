"""OpenAI's embeddings out of Google's: texts to embedContent, several of them or one by one, and vectors back."""

import base64
import struct
from collections.abc import Sequence
from typing import Any, cast

import msgspec
from msgspec import Raw, field

from bide.core.usage import Usage
from bide.providers.decoding import UNREADABLE
from bide.providers.port import Row, Verdict
from bide.providers.translate import UntranslatableError
from bide.providers.translated import response_of, unreadable_row

ENDPOINT = "/v1/embeddings"

HERE = "Google's embedContent"

REMEDIES = {"user": "leave it out, or keep it with the custom_id"}

MOST = 100
"""Texts of one call."""

KNOWN = frozenset({"model", "input", "dimensions", "encoding_format"})


class Wanted(msgspec.Struct):
    """What is to be embedded, and how the vectors are to be written."""

    texts: list[str]
    dimensions: int | None = None
    as_base64: bool = False

    def requests(self) -> list[dict[str, Any]]:
        """The same for Google, a request for each text."""
        size: dict[str, Any] = {} if self.dimensions is None else {"outputDimensionality": self.dimensions}
        return [{"content": {"parts": [{"text": text}]}, **size} for text in self.texts]

    def body(self, model: str) -> bytes:
        """All of them in one call; `model` is the resource's name."""
        return msgspec.json.encode({"requests": [{"model": model, **request} for request in self.requests()]})


class _Vector(msgspec.Struct):
    values: list[float] = field(default_factory=list[float])


class _Usage(msgspec.Struct, rename="camel"):
    prompt_token_count: int | None = None


class _Reply(msgspec.Struct, rename="camel"):
    embeddings: list[_Vector]
    usage_metadata: _Usage = field(default_factory=_Usage)


_decode_reply = msgspec.json.Decoder(_Reply).decode


def read_request(body: bytes) -> Wanted:
    """What a body of OpenAI's asks for.

    Raises:
        UntranslatableError: it says something that Google cannot be told.
    """
    try:
        fields = msgspec.json.decode(body, type=dict[str, Raw])
    except UNREADABLE:
        raise UntranslatableError("body", HERE, "write a JSON object") from None
    for name in fields:
        if name not in KNOWN and bytes(fields[name]) != b"null":
            raise UntranslatableError(name, HERE, REMEDIES.get(name, "leave it out"))
    values: dict[str, Any] = {name: msgspec.json.decode(fields[name]) for name in KNOWN & fields.keys()}
    texts: object = values.get("input")
    texts = [texts] if isinstance(texts, str) else texts
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in cast(list[object], texts)):
        raise UntranslatableError(
            "input", HERE, "write a text, or a list of them; tokens of another model mean nothing here"
        )
    if len(cast(list[object], texts)) > MOST:
        raise UntranslatableError("input", HERE, f"name {MOST} texts at most")
    dimensions, encoding = values.get("dimensions"), values.get("encoding_format") or "float"
    if dimensions is not None and not isinstance(dimensions, int):
        raise UntranslatableError("dimensions", HERE, "write a whole number")
    if encoding not in ("float", "base64"):
        raise UntranslatableError("encoding_format", HERE, "there are float and base64")
    return Wanted(cast(list[str], texts), dimensions, encoding == "base64")


def read_reply(custom_id: str, wanted: Wanted, model: str, body: bytes) -> Row:
    """The row of an answer of Google's."""
    try:
        found = _decode_reply(body)
    except UNREADABLE as error:
        return msgspec.structs.replace(unreadable_row(body, error), custom_id=custom_id, code="unreadable_reply")
    vectors = [vector_of(vector.values, as_base64=wanted.as_base64) for vector in found.embeddings]
    return row_of(custom_id, model, vectors, found.usage_metadata.prompt_token_count)


def row_of(custom_id: str, model: str, vectors: Sequence[bytes], tokens: int | None) -> Row:
    """The row of a request whose vectors these are, each written by `vector_of`. Without its tokens it has no price."""
    written = {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": Raw(vector)} for index, vector in enumerate(vectors)
        ],
        "model": model,
        "usage": {"prompt_tokens": tokens or 0, "total_tokens": tokens or 0},
    }
    usage = Usage(tokens) if tokens is not None else None
    return Row(custom_id, Verdict.ANSWERED, response_of(200, "", msgspec.json.encode(written)), 200, usage=usage)


def vector_of(values: list[float], *, as_base64: bool) -> bytes:
    """A vector as OpenAI writes it: JSON's numbers, or a text of little-endian 32-bit floats."""
    if not as_base64:
        return msgspec.json.encode(values)
    return msgspec.json.encode(base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode())
