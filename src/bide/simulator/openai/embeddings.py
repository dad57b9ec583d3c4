"""Embeddings: a unit vector per text, the same for the same text, with no meaning in it."""

import base64
import hashlib
import math
import struct

import msgspec

from bide.core.usage import Usage
from bide.simulator.openai.body import Body

DIMENSIONS = 16
"""Numbers in a vector unless the request says otherwise: few, because 50,000 of them lie in memory."""


class Embedding(msgspec.Struct):
    object: str
    index: int
    embedding: list[float] | str


class EmbeddingUsage(msgspec.Struct):
    prompt_tokens: int
    total_tokens: int


class EmbeddingList(msgspec.Struct):
    object: str
    data: list[Embedding]
    model: str
    usage: EmbeddingUsage


def embedding_list(model: str, body: Body, usage: Usage) -> EmbeddingList:
    """The vectors of a body's inputs, in their order."""
    dimensions = body.dimensions or DIMENSIONS
    vectors = [vector(key, dimensions) for key in body.texts()]
    as_text = body.encoding_format == "base64"
    data = [
        Embedding("embedding", index, _base64(numbers) if as_text else numbers) for index, numbers in enumerate(vectors)
    ]
    return EmbeddingList("list", data, model, EmbeddingUsage(usage.input, usage.input))


def vector(key: bytes, dimensions: int) -> list[float]:
    """A unit vector that depends on `key` alone."""
    numbers = [byte - 127.5 for byte in hashlib.shake_128(key).digest(dimensions)]
    length = math.sqrt(math.fsum(number * number for number in numbers))
    return [round(number / length, 7) for number in numbers]


def _base64(numbers: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode("ascii")
