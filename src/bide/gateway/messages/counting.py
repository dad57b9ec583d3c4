"""Counting a message's tokens: by its provider where that counts, else by an estimate that says so in its headers."""

from typing import Any

import msgspec

from bide.gateway.access import check_model
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.messages.version import check_version
from bide.gateway.onward import forwarded
from bide.gateway.passing import respond
from bide.gateway.refusal import RefusalError
from bide.intake.body import name_model
from bide.intake.counting import estimate
from bide.providers.decoding import UNREADABLE
from bide.providers.port import Call, CountingProvider

METHOD = "bide-token-count"
"""The header that says of a count that it is an estimate. What the provider counted itself has none."""

PATH = "/v1/messages/count_tokens"


class _Block(msgspec.Struct):
    type: str


class _Message(msgspec.Struct):
    role: str
    content: str | list[_Block]


class _Asked(msgspec.Struct):
    """What is looked at. `max_tokens` and whatever else only an answer needs may be left out."""

    model: str
    messages: list[_Message]
    system: str | list[_Block] | None = None
    tools: list[dict[str, Any]] | None = None


_decode = msgspec.json.Decoder(_Asked).decode


async def count_tokens(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """How many tokens a message would be. Nothing of it is kept, and it costs nothing."""
    body = await exchange.body(gateway.settings.largest_body)
    asked = _read(body)
    check_version(body, exchange.headers)
    check_model(caller.key, asked.model)
    destination = gateway.routing.to(asked.model)
    provider, model = destination.provider, destination.route.model
    if isinstance(provider, CountingProvider):
        wanted = name_model(body, model) if destination.renamed else body
        call = Call(PATH, wanted, exchange.request_id, model, forwarded(exchange.headers))
        answer = await provider.count_tokens(call)
        await respond(exchange, answer)
        return
    tokens = estimate(body, model)
    counted = msgspec.json.encode({"input_tokens": tokens.count})
    await exchange.respond(200, counted, {METHOD: f"estimate; by={tokens.method}"})


def _read(body: bytes) -> _Asked:
    try:
        asked = _decode(body)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        field = where.strip("`.").replace("[", ".").replace("]", "")
        text = f"{field}: {message}" if field else message
        raise RefusalError(400, "invalid_request", text, param=field or None) from None
    except UNREADABLE as error:
        raise RefusalError(400, "invalid_json", f"the body is not JSON: {error}") from None
    if not asked.messages:
        raise RefusalError(400, "invalid_request", "messages: at least one message is required", param="messages")
    return asked
