"""Embeddings by InvokeModel: Amazon's Titan, a text a call, and Cohere's Embed."""

import msgspec

from bide.simulator.account import Account
from bide.simulator.calls import Ask
from bide.simulator.exchange import Content, Reply, encode
from bide.simulator.openai.embeddings import DIMENSIONS, vector
from bide.simulator.refusal import Failure, Refusal

MOST = 96
"""Texts of one call to Cohere's."""

PURPOSES = ("search_document", "search_query", "classification", "clustering", "image")

TITAN, COHERE = "titan-embed-text", "cohere.embed"


class _Titan(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    input_text: str
    dimensions: int | None = None
    normalize: bool = True
    embedding_types: list[str] | None = None


class _Cohere(msgspec.Struct, forbid_unknown_fields=True):
    texts: list[str]
    input_type: str
    embedding_types: list[str] | None = None
    output_dimension: int | None = None
    truncate: str | None = None


def family_of(model: str) -> str | None:
    """Whose embeddings a model makes; None for one that makes none."""
    return next((family for family in (TITAN, COHERE) if family in model), None)


def embed(account: Account, family: str, model: str, raw: Content, request_id: str | None, now: int) -> Reply:
    """The vectors of a call's texts, in their order."""
    asked = _read(family, raw)
    texts = [asked.input_text] if isinstance(asked, _Titan) else asked.texts
    wanted = asked.dimensions if isinstance(asked, _Titan) else asked.output_dimension
    said = texts[-1]
    spoken = account.calls.answer(Ask(model=model, said=lambda: said, embeds=True), raw, request_id, now)
    tokens = spoken.answer.usage.input
    vectors = [vector(text.encode(), wanted or DIMENSIONS) for text in texts]
    headers = {"x-amzn-bedrock-input-token-count": str(tokens)}
    if isinstance(asked, _Titan):
        found = {"embedding": vectors[0], "inputTextTokenCount": tokens, "embeddingsByType": {"float": vectors[0]}}
        return spoken.whole(encode(found), headers)
    typed = asked.embedding_types is not None
    kind, made = ("embeddings_by_type", {"float": vectors}) if typed else ("embeddings_floats", vectors)
    return spoken.whole(encode({"id": spoken.key, "texts": texts, "response_type": kind, "embeddings": made}), headers)


def _read(family: str, raw: Content) -> _Titan | _Cohere:
    try:
        asked = msgspec.json.decode(raw, type=_Titan if family == TITAN else _Cohere)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(Failure(400, f"Malformed input request: {error}, please reformat your input.")) from error
    if isinstance(asked, _Cohere) and (asked.input_type not in PURPOSES or not 1 <= len(asked.texts) <= MOST):
        raise Refusal(Failure(400, f"Malformed input request: 1 to {MOST} texts, and an input_type of {PURPOSES}."))
    if isinstance(asked, _Titan) and asked.dimensions not in (None, 256, 512, 1024):
        raise Refusal(Failure(400, "Malformed input request: dimensions are 256, 512 or 1024."))
    return asked
