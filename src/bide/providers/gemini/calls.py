"""generateContent in real time, for both of Google's services: where a call goes differs, and how it says its tier."""

from collections.abc import AsyncIterator, Mapping

import msgspec
from msgspec import Raw

from bide.providers.decoding import UNREADABLE
from bide.providers.failures import StreamRefusedError
from bide.providers.gemini import status
from bide.providers.line import Line
from bide.providers.port import Answer, Call, RateHeaders
from bide.providers.translated import Translation, date_of, shedding
from bide.providers.transport import Reply

SERVED = {"standard": "default", "flex": "flex", "priority": "priority"}
"""Tiers in OpenAI's words, by the reply's header of the Gemini API, which is silent about what was asked for."""

ASKED = {word: tier for tier, word in SERVED.items()}

Outer = dict[str, Raw]
"""A body whose fields are not looked into."""


def outer(body: bytes) -> Outer:
    """A body of generateContent, to be changed."""
    return msgspec.json.decode(body, type=Outer)


def without(body: bytes, *names: str) -> bytes:
    """A body without these fields."""
    if not any(b'"%b"' % name.encode() in body for name in names):
        return body
    fields = outer(body)
    for name in names:
        fields.pop(name, None)
    return msgspec.json.encode(fields)


def tiered(body: bytes, tier: str | None) -> bytes:
    """A translated body asking for a tier in OpenAI's words; None: as it is."""
    return body if tier is None else msgspec.json.encode({**outer(body), "serviceTier": ASKED.get(tier, tier)})


class Calls:
    """Makes calls over the line of an account."""

    def __init__(self, line: Line, translation: Translation) -> None:
        self._line = line
        self._translation = translation

    async def send(self, call: Call, model: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer to a call whose translated body this is; `model` is the path of its model."""
        async with self._line.exchange("POST", f"{model}:generateContent", body=body, headers=headers) as reply:
            return await self._answered(call, reply)

    async def _answered(self, call: Call, reply: Reply) -> Answer:
        said = await reply.read()
        with shedding(call, reply):
            status.raise_for_account(self._translation, reply, said)
        if reply.status >= 300:
            row = self._translation.failed(call.attempt, call.endpoint, reply.status, said)
        else:
            row = self._translation.answered(call.attempt, call.endpoint, said, at=date_of(reply), asked=call.body)
        tier = SERVED.get(reply.headers.get("x-gemini-service-tier", ""))
        return Answer(msgspec.structs.replace(row, tier=tier) if tier else row, RateHeaders())

    async def stream(self, call: Call, model: str, body: bytes, headers: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The same as it is spoken, in the caller's format."""
        path = f"{model}:streamGenerateContent?alt=sse"
        async with self._line.exchange("POST", path, body=body, headers=headers) as reply:
            if reply.status >= 300:
                raise StreamRefusedError(await self._answered(call, reply))
            async for chunk in self._translation.relay(reply, call):
                yield chunk


class _Tier(msgspec.Struct, rename="camel"):
    service_tier: str | None = None


def tier_of(body: bytes) -> str | None:
    """The tier that a translated body asks for."""
    try:
        return msgspec.json.decode(body, type=_Tier).service_tier
    except UNREADABLE:
        return None
