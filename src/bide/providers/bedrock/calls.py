"""Calls in real time: by InvokeModel where the caller speaks the model's own format, and for embeddings; by Converse
otherwise."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import quote

from msgspec.structs import replace

from bide.providers.bedrock import embedding, errors, native
from bide.providers.bedrock.records import model_in, tiered
from bide.providers.failures import StreamRefusedError
from bide.providers.line import Line, named
from bide.providers.port import Answer, Call, RateHeaders, Row
from bide.providers.setup import Setup
from bide.providers.translate.converse.reply import tier_of
from bide.providers.translated import Translation, date_of, shedding
from bide.providers.transport import Reply

EVENT_STREAM = "application/vnd.amazon.eventstream"

ACCEPT = {"converse-stream": "Accept", "invoke-with-response-stream": "X-Amzn-Bedrock-Accept"}
"""The header that a streaming verb has for what it is to answer in; InvokeModel's is about what is inside the frames."""

LIKE_CHAT = "/v1/chat/completions"
"""Errors of embeddings have the shape that errors of chat completions have."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A call as it goes out. `model` is the account's name of it."""

    model: str
    is_native: bool
    body: bytes
    tier: dict[str, str] = field(default_factory=dict[str, str])


class Calls:
    """The models of an account. Errors come in AWS's words, by whichever verb."""

    def __init__(self, setup: Setup, line: Line, converse: Translation, messages: Translation) -> None:
        self._setup = setup
        self._line = line
        self._converse = converse
        self._messages = messages

    def check(self, endpoint: str, body: bytes) -> None:
        """Whether a model can be asked this. Raises `UntranslatableError`."""
        if endpoint == embedding.ENDPOINT:
            self._embedded(model_in(body), body)
        else:
            self._asked(endpoint, model_in(body), body)

    async def send(self, call: Call) -> Answer:
        """See `bide.providers.port.Provider.send`."""
        if call.endpoint == embedding.ENDPOINT:
            return await self._embed(call)
        asked = self._asked(call.endpoint, call.model, call.body, call.tier)
        path = _path(asked.model, "invoke" if asked.is_native else "converse")
        async with self._line.exchange("POST", path, body=asked.body, headers={**named(call), **asked.tier}) as reply:
            return await self._answered(call, asked, reply)

    async def stream(self, call: Call) -> AsyncIterator[bytes]:
        """See `bide.providers.port.Provider.stream`."""
        asked = self._asked(call.endpoint, call.model, call.body)
        verb = "invoke-with-response-stream" if asked.is_native else "converse-stream"
        inside = "application/json" if asked.is_native else EVENT_STREAM
        headers = {**named(call), **asked.tier, ACCEPT[verb]: inside}
        async with self._line.exchange("POST", _path(asked.model, verb), body=asked.body, headers=headers) as reply:
            if reply.status >= 300:
                raise StreamRefusedError(await self._answered(call, asked, reply))
            chunks = native.relay(reply) if asked.is_native else self._converse.relay(reply, call)
            async for chunk in chunks:
                yield chunk

    def _asked(self, endpoint: str, model: str, body: bytes, wanted: str | None = None) -> _Asked:
        name = self._setup.deployment(model, batch=False)
        if not native.is_spoken(endpoint, name, model):
            translated = self._converse.request(endpoint, body, name)
            return _Asked(name, is_native=False, body=translated if wanted is None else tiered(translated, wanted))
        tier = wanted or native.native_tier(body)
        body = native.native_body(body, self._setup.output_tokens)
        return _Asked(name, is_native=True, body=body, tier={native.TIER: tier} if tier else {})

    def _embedded(self, model: str, body: bytes) -> tuple[str, embedding.Family, embedding.Wanted]:
        """The account's name of a model, what it is, and what a body asks of it."""
        name = self._setup.deployment(model, batch=False)
        family = embedding.family_of(name, model)
        return name, family, embedding.read_request(body, family)

    async def _embed(self, call: Call) -> Answer:
        name, family, wanted = self._embedded(call.model, call.body)
        body = embedding.write_request(wanted, family)
        async with self._line.exchange("POST", _path(name, "invoke"), body=body, headers=named(call)) as reply:
            said = errors.named(reply, await reply.read())
            errors.raise_for_account(self._converse, reply, said)
            if reply.status >= 300:
                row = self._converse.failed(call.attempt, LIKE_CHAT, reply.status, said)
            else:
                row = embedding.read_reply(call.attempt, wanted, family, call.model, said, reply.headers)
            return Answer(row, RateHeaders())

    async def _answered(self, call: Call, asked: _Asked, reply: Reply) -> Answer:
        body = errors.named(reply, await reply.read())
        with shedding(call, reply):
            errors.raise_for_account(self._converse, reply, body)
        if reply.status >= 300:
            row = self._converse.failed(call.attempt, call.endpoint, reply.status, body)
        else:
            row = self._row(call, asked, reply, body)
        return Answer(row, RateHeaders())

    def _row(self, call: Call, asked: _Asked, reply: Reply, body: bytes) -> Row:
        translation = self._messages if asked.is_native else self._converse
        request_id = reply.headers.get("x-amzn-requestid", "")
        row = translation.answered(
            call.attempt,
            call.endpoint,
            body,
            request_id=request_id,
            at=date_of(reply),
            model=call.model,
            asked=call.body,
        )
        tier = tier_of(reply.headers.get(native.TIER)) if asked.is_native else None
        return replace(row, tier=tier) if tier else row


def _path(model: str, verb: str) -> str:
    """A verb of a model, whose colons and slashes are escaped."""
    return f"/model/{quote(model, safe='')}/{verb}"
