"""Embeddings of the Gemini API: one text a request, one request or many a call."""

import msgspec
from msgspec import field

from bide.simulator.account import Account
from bide.simulator.calls import Ask
from bide.simulator.exchange import Content, Reply, Request, encode
from bide.simulator.gemini.body import Part
from bide.simulator.openai.embeddings import DIMENSIONS, vector
from bide.simulator.refusal import invalid

MOST = 100
"""Requests of one call."""


class _Content(msgspec.Struct):
    parts: list[Part]


class _One(msgspec.Struct, rename="camel"):
    content: _Content
    model: str | None = None
    output_dimensionality: int | None = None


class _Many(msgspec.Struct):
    requests: list[_One] = field(default_factory=list[_One])


def embed(account: Account, model: str, request: Request, now: int, *, many: bool) -> Reply:
    """The vectors of a call's texts, in their order."""
    asked = _read(request.body, many=many)
    if any(one.model not in (None, f"models/{model}") for one in asked):
        raise invalid("The model of each request has to be that of the call.")
    texts = ["".join(part.text or "" for part in one.content.parts) for one in asked]
    said = texts[-1]
    ask = Ask(model=model, said=lambda: said, embeds=True)
    spoken = account.calls.answer(ask, request.body, request.headers.get("x-client-request-id"), now)
    vectors = [
        {"values": vector(text.encode(), one.output_dimensionality or DIMENSIONS)}
        for text, one in zip(texts, asked, strict=True)
    ]
    found: dict[str, object] = {"embeddings": vectors} if many else {"embedding": vectors[0]}
    return spoken.whole(encode(found | {"usageMetadata": {"promptTokenCount": spoken.answer.usage.input}}), {})


def _read(body: Content, *, many: bool) -> list[_One]:
    try:
        asked = msgspec.json.decode(body, type=_Many).requests if many else [msgspec.json.decode(body, type=_One)]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"Invalid JSON payload received. {error}") from error
    if not asked or not all(one.content.parts for one in asked):
        raise invalid("content is not specified")
    if len(asked) > MOST:
        raise invalid(f"At most {MOST} requests can be in one batch")
    return asked
