"""The event log as server-sent events: the owner's moves of jobs, batches and requests, as they happen."""

import asyncio
import json

import msgspec

from bide.core.clock import SECOND
from bide.core.errors import StoreError
from bide.gateway.api.paging import fields, invalid, whole
from bide.gateway.api.shape.queue import Event
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.passing import EVENT_STREAM
from bide.gateway.refusal import RefusalError
from bide.store.database import Row

LONGEST = 3_600
"""Seconds that one connection may listen; clients come back by themselves, and lose nothing."""

BEAT = 15.0
"""Seconds between two comments, which tell proxies that the connection lives."""

MOST = 256
"""Connections that may listen at a time."""

LAST = 10**18 - 1
"""The highest number of an event: 18 digits."""

PAGE = 500
"""Events read at a time; nothing more of them is kept in memory."""

COMMENT = b": bide is listening\n\n"


async def follow(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Events after ``Last-Event-ID`` (or ``?after=N``), else from now on; for up to ``?wait=N`` seconds."""
    found = fields(exchange, ("after", "wait"))
    wait = whole(found, "wait", LONGEST, 0, LONGEST)
    position = _position(exchange, whole(found, "after", -1, 0, LAST))
    if gateway.tail.listeners >= MOST:
        raise RefusalError(429, "too_many_listeners", "too many clients listen already", headers={"retry-after": "30"})
    async with gateway.tail.followed():
        if position < 0:
            position = gateway.tail.last
        await exchange.start(200, {"cache-control": "no-cache"}, EVENT_STREAM)
        await exchange.write(COMMENT)
        gone = asyncio.ensure_future(exchange.gone())
        try:
            await _tell(gateway, exchange, caller, position, wait, gone)
        finally:
            gone.cancel()
        await exchange.end()


async def _tell(
    gateway: Gateway, exchange: Exchange, caller: Caller, position: int, wait: int, gone: "asyncio.Future[None]"
) -> None:
    """Send what there is and what comes, until the time is over, the client is gone, or the gateway stops."""
    clock = asyncio.get_running_loop().time
    until, beat = clock() + wait, clock() + BEAT
    while not gone.done():
        last = gateway.tail.last
        rows = []
        if last > position:
            try:
                rows = await gateway.context.store.events.page(caller.owner, position, last, PAGE)
            except StoreError:
                return  # the client comes back
        if rows:
            await exchange.write(b"".join(map(_event, rows)))
            beat = clock() + BEAT
        position = rows[-1]["id"] if len(rows) == PAGE else max(position, last)
        if len(rows) == PAGE:
            continue
        now = clock()
        if now >= until or gateway.is_draining:
            return
        if now >= beat:
            await exchange.write(COMMENT)
            beat = now + BEAT
        listening = asyncio.ensure_future(gateway.tail.beyond(position, max(0.0, min(until, beat, now + 1.0) - now)))
        await asyncio.wait({gone, listening}, return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()


def _position(exchange: Exchange, after: int) -> int:
    """After which event to begin; -1: after the newest. The header of a client that comes back stands above the query."""
    text = exchange.headers.get("last-event-id", "").strip()
    if not text:
        return after
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise invalid("Last-Event-ID", f"it is {text[:40]!r}; send back the number of the last event")
    return int(text)


def _event(row: Row) -> bytes:
    told = Event(
        id=row["id"],
        at=row["at"] / SECOND,
        kind=row["kind"],
        job=row["job"],
        batch=row["batch"],
        detail=json.loads(row["detail"]),
    )
    return f"id: {row['id']}\nevent: {row['kind']}\ndata: ".encode() + msgspec.json.encode(told) + b"\n\n"
