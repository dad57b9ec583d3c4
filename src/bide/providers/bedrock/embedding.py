"""OpenAI's embeddings by InvokeModel: of Amazon's Titan, a text a call, and of Cohere's Embed.

AWS's user guide, "Amazon Titan Text Embeddings" and "Cohere Embed", as read in November 2026. Neither stands in batches here.
"""

import base64
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from msgspec import Raw

from bide.core.usage import Usage
from bide.providers.decoding import UNREADABLE
from bide.providers.port import Row, Verdict
from bide.providers.translate import UntranslatableError
from bide.providers.translated import response_of, unreadable_row

ENDPOINT = "/v1/embeddings"

HERE = "AWS Bedrock's InvokeModel"

TOKENS = "x-amzn-bedrock-input-token-count"
"""The header that counts what was read; Cohere's bodies do not."""

PURPOSES = ("search_document", "search_query", "classification", "clustering")

FIELDS = frozenset({"model", "input", "dimensions", "encoding_format"})

REMEDIES = {"user": "leave it out, or keep it with the custom_id"}


class Wanted(msgspec.Struct):
    """What is to be embedded, and how the vectors are to be written. `purpose` is what Cohere has to be told."""

    texts: list[str]
    dimensions: int | None = None
    as_base64: bool = False
    purpose: str | None = None


class _Titan(msgspec.Struct, rename="camel"):
    embedding: list[float]
    input_text_token_count: int | None = None


class _Floats(msgspec.Struct):
    float: list[list[float]]


class _Cohere(msgspec.Struct):
    embeddings: _Floats


def _to_titan(wanted: Wanted) -> dict[str, Any]:
    size = {} if wanted.dimensions is None else {"dimensions": wanted.dimensions}
    return {"inputText": wanted.texts[0], **size}


def _to_cohere(wanted: Wanted) -> dict[str, Any]:
    size = {} if wanted.dimensions is None else {"output_dimension": wanted.dimensions}
    return {"texts": wanted.texts, "input_type": wanted.purpose, "embedding_types": ["float"], **size}


def _from_titan(body: bytes) -> tuple[list[list[float]], int | None]:
    found = msgspec.json.decode(body, type=_Titan)
    return [found.embedding], found.input_text_token_count


def _from_cohere(body: bytes) -> tuple[list[list[float]], int | None]:
    return msgspec.json.decode(body, type=_Cohere).embeddings.float, None


@dataclass(frozen=True, slots=True)
class Family:
    """Models that take the same body. `most` is in texts a call; `read` gives vectors, and tokens where they are told."""

    most: int
    fields: frozenset[str]
    write: Callable[[Wanted], dict[str, Any]]
    read: Callable[[bytes], tuple[list[list[float]], int | None]]


FAMILIES: Mapping[str, Family] = {
    "titan-embed-text": Family(1, FIELDS, _to_titan, _from_titan),
    "cohere.embed": Family(96, FIELDS | {"input_type"}, _to_cohere, _from_cohere),
}
"""By what their names have in them."""


def family_of(*names: str) -> Family:
    """The family of a model, told by any of its names. Raises `UntranslatableError` where it has no embeddings here."""
    for sign, family in FAMILIES.items():
        if any(sign in name for name in names):
            return family
    raise UntranslatableError("model", HERE, "embeddings are asked of amazon.titan-embed-text-… and cohere.embed-…")


def read_request(body: bytes, family: Family) -> Wanted:
    """What a body of OpenAI's asks for.

    Raises:
        UntranslatableError: it says something that the model cannot be told, or does not say what it has to be.
    """
    try:
        fields = msgspec.json.decode(body, type=dict[str, Raw])
    except UNREADABLE:
        raise UntranslatableError("body", HERE, "write a JSON object") from None
    for name in fields:
        if name not in family.fields and bytes(fields[name]) != b"null":
            raise UntranslatableError(name, HERE, REMEDIES.get(name, "leave it out"))
    values: dict[str, Any] = {name: msgspec.json.decode(fields[name]) for name in family.fields & fields.keys()}
    dimensions, encoding = values.get("dimensions"), values.get("encoding_format") or "float"
    if dimensions is not None and type(dimensions) is not int:
        raise UntranslatableError("dimensions", HERE, "write a whole number")
    if encoding not in ("float", "base64"):
        raise UntranslatableError("encoding_format", HERE, "there are float and base64")
    purpose = values.get("input_type")
    if "input_type" in family.fields and purpose not in PURPOSES:
        raise UntranslatableError("input_type", HERE, f"say what the vectors are for: {', '.join(PURPOSES)}")
    return Wanted(_texts(values.get("input"), family.most), dimensions, encoding == "base64", purpose)


def _texts(given: object, most: int) -> list[str]:
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in cast(list[object], texts)):
        raise UntranslatableError(
            "input", HERE, "write a text, or a list of them; tokens of another model mean nothing here"
        )
    if len(cast(list[object], texts)) > most:
        raise UntranslatableError("input", HERE, f"the model takes {most} at a time; send as many requests")
    return cast(list[str], texts)


def write_request(wanted: Wanted, family: Family) -> bytes:
    """The same for the model."""
    return msgspec.json.encode(family.write(wanted))


def read_reply(
    custom_id: str, wanted: Wanted, family: Family, model: str, body: bytes, headers: Mapping[str, str]
) -> Row:
    """The row of the model's answer; `model` is what the caller calls it. Without its tokens it has no price."""
    try:
        vectors, tokens = family.read(body)
    except UNREADABLE as error:
        return msgspec.structs.replace(unreadable_row(body, error), custom_id=custom_id, code="unreadable_reply")
    counted = headers.get(TOKENS, "")
    tokens = int(counted) if tokens is None and counted.isdecimal() else tokens
    data = [
        {"object": "embedding", "index": index, "embedding": _written(vector, as_base64=wanted.as_base64)}
        for index, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens or 0, "total_tokens": tokens or 0}
    written = msgspec.json.encode({"object": "list", "data": data, "model": model, "usage": usage})
    response = response_of(200, headers.get("x-amzn-requestid", ""), written)
    return Row(custom_id, Verdict.ANSWERED, response, 200, usage=Usage(tokens) if tokens is not None else None)


def _written(vector: Sequence[float], *, as_base64: bool) -> Sequence[float] | str:
    if not as_base64:
        return vector
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
