"""A response that lives at its account, as the stream of events that it could have been.

The account's own stream of it is there only for responses in its background that were streamed from the beginning, and as
long as it remembers the events. Whole responses it has all of, so the events are made from those, once they are there.
"""

import asyncio
from typing import Any

import msgspec
from msgspec import Raw

from bide.gateway.exchange import Exchange
from bide.gateway.holding import BrokenOffError, Line, settled
from bide.gateway.outcome import SUCCESS, Outcome
from bide.gateway.passing import EVENT_STREAM, decode_response
from bide.gateway.refusal import NOT_AGAIN, RefusalError
from bide.providers.decoding import UNREADABLE
from bide.providers.port import KeepingProvider
from bide.providers.translate import UntranslatableError
from bide.providers.translate.replay import replay
from bide.providers.translate.wire import Wire

UNDER_WAY = ("queued", "in_progress")

SOONEST, LATEST = 0.5, 10.0
"""Seconds between two looks at a response that is under way; each is twice as long as the last."""


class _Standing(msgspec.Struct):
    status: str | None = None


async def stream_recalled(exchange: Exchange, provider: KeepingProvider, path: str) -> None:
    """Answer with the events of a response, when it is there; `path` is its own at the account."""
    line = Line(exchange, {"bide-lane": "realtime"}, "/v1/responses", stream=True)
    asking = asyncio.ensure_future(_ended(provider, path))
    asking.add_done_callback(lambda asked: asked.cancelled() or asked.exception())  # where nobody is left to be told
    waiting = asyncio.ensure_future(_is_done(asking))
    try:
        if not await settled(line, waiting):
            return
        outcome = asking.result()
        if not outcome.is_success:
            await line.answer(outcome)
        elif exchange.is_answered:
            await exchange.end(outcome.body)
        else:
            await exchange.respond(200, outcome.body, line.headers, EVENT_STREAM)
    except BrokenOffError:
        return
    finally:
        asking.cancel()


def events_of(body: bytes) -> bytes:
    """The events of a response. The last has all of it as the account shows it.

    Raises:
        UntranslatableError: it is no response.
    """
    events = replay(body, Wire.RESPONSES)
    head, last = events.rstrip(b"\n").rsplit(b"\n\n", 1)
    name, data = last.split(b"\ndata: ", 1)
    told: dict[str, Any] = msgspec.json.decode(data)
    return b"%b\n\n%b\ndata: %b\n\n" % (head, name, msgspec.json.encode({**told, "response": Raw(body)}))


async def _ended(provider: KeepingProvider, path: str) -> Outcome:
    """What the account says of a response that is not under way any more; the body of one that is there is its events."""
    pause = SOONEST
    while True:
        found = decode_response((await provider.recall("GET", path)).row.response)
        body = bytes(found.body)
        try:
            status = msgspec.json.decode(body, type=_Standing).status
        except UNREADABLE:
            status = None
        if found.status_code >= SUCCESS:
            return Outcome(found.status_code, body, None)
        if status not in UNDER_WAY:
            break
        await asyncio.sleep(pause)
        pause = min(LATEST, 2 * pause)
    if status == "cancelled":
        message = "the response was cancelled before it was there"
        return Outcome(409, b"", None, RefusalError(409, "cancelled", message, headers=NOT_AGAIN))
    try:
        return Outcome(200, events_of(body), "realtime")
    except UntranslatableError:
        why = "the response cannot be told as events; ask again without stream"
        return Outcome(400, b"", None, RefusalError(400, "invalid_request", why, param="stream"))


async def _is_done(asking: "asyncio.Future[Outcome]") -> bool:
    await asyncio.wait({asking})
    return True
