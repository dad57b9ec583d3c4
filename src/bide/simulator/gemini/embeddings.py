"""Embeddings of the Gemini API: one text a request, one request or many a call, or a line of a batch."""

import msgspec
from msgspec import Raw, field

from bide.core.usage import Usage
from bide.simulator.account import Account
from bide.simulator.answers import embedding
from bide.simulator.calls import Ask
from bide.simulator.exchange import Content, Reply, Request, encode
from bide.simulator.gemini.body import Part
from bide.simulator.gemini.lines import Reader
from bide.simulator.openai.embeddings import DIMENSIONS, vector
from bide.simulator.refusal import Failure, invalid
from bide.simulator.rows import Row

MOST = 100
"""Requests of one call."""


class _Content(msgspec.Struct):
    parts: list[Part]
    role: str | None = None


class _One(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    content: _Content
    model: str | None = None
    output_dimensionality: int | None = None
    dimensionality_snake: int | None = field(default=None, name="output_dimensionality")
    task_type: str | None = None
    title: str | None = None

    def vector(self) -> list[float]:
        """What its text comes to."""
        size = self.output_dimensionality or self.dimensionality_snake or DIMENSIONS
        return vector(self.text().encode(), size)

    def text(self) -> str:
        return "".join(part.text or "" for part in self.content.parts)


class _Many(msgspec.Struct):
    requests: list[_One] = field(default_factory=list[_One])


def embed(account: Account, model: str, request: Request, now: int, *, many: bool) -> Reply:
    """The vectors of a call's texts, in their order."""
    asked = _read(request.body, many=many)
    if any(one.model not in (None, f"models/{model}") for one in asked):
        raise invalid("The model of each request has to be that of the call.")
    said = asked[-1].text()
    ask = Ask(model=model, said=lambda: said, embeds=True)
    spoken = account.calls.answer(ask, request.body, request.headers.get("x-client-request-id"), now)
    vectors = [{"values": one.vector()} for one in asked]
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


class TextReader(Reader):
    """Reads the lines of a batch of embeddings into rows."""

    def read(self, raw: Raw) -> tuple[Usage, Failure | None]:
        try:
            one = msgspec.json.decode(raw, type=_One)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return Usage(0), Failure(400, f"Invalid JSON payload received. {error}")
        model = one.model in (None, f"models/{self.model}")
        failure = None if one.content.parts and model else Failure(400, "content is not specified, or another model is")
        return embedding(len(bytes(raw))), failure


def answer_to_text(row: Row) -> dict[str, object]:
    """The answer to a line of a batch."""
    one = msgspec.json.decode(row.raw or b"{}", type=_One)
    return {"embedding": {"values": one.vector()}, "tokenCount": row.usage.input}
