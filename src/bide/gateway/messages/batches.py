"""Message batches in front of any provider: handed in whole, followed, cancelled, and their results as JSON Lines."""

import asyncio
from typing import Any

import msgspec

from bide.core.errors import NotFoundError
from bide.core.identifiers import new_identifier
from bide.core.span import Span
from bide.gateway.access import check_batches
from bide.gateway.caller import Caller
from bide.gateway.exchange import NOTICE, Exchange, GoneError
from bide.gateway.gateway import Gateway
from bide.gateway.messages.creation import hand_in, handed_in_before, read_creation
from bide.gateway.messages.paging import page, read_cursor
from bide.gateway.messages.result_line import result_line
from bide.gateway.messages.spool import spooled
from bide.gateway.messages.view import ENDED, base_of, shown, status_of
from bide.gateway.passing import WhileThere
from bide.gateway.refusal import RefusalError
from bide.intake.message_batch import MOST_BYTES
from bide.intake.repetition import kept
from bide.store.database import Row
from bide.store.message_batches import MessageBatch, UnendedError

ROWS = 250
"""Rows of results that are read before others have their turn."""

JSON_LINES = "application/x-jsonl"


async def create(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Take a batch in. Nothing is answered before everything is on the disk; a client that leaves before has handed in nothing."""
    context = gateway.context
    verbs = context.store.message_batches
    check_batches(caller.key)
    gateway.pressure.check()
    creation = read_creation(gateway, exchange, caller)
    whose = f"{caller.key_id}\0{exchange.path}\0".encode()
    async with spooled(exchange, MOST_BYTES, whose) as spool:
        new = creation.named(new_identifier("msgbatch", context.entropy), spool.digest)
        external_id = new.external_id
        try:
            async with WhileThere(exchange):
                known = await handed_in_before(gateway, exchange, caller, new)
                external_id = known or external_id
                if known is None:
                    external_id = await hand_in(gateway, caller, creation, spool.file, new)
                    gateway.wake()
                batch = await verbs.get(caller.owner, external_id)
                if known and new.idempotency_key:
                    told = kept(known, batch.deadline, batch.created_at, creation.deadline, creation.came_at)
                    exchange.notes |= {NOTICE: told} if told else {}
        except (GoneError, asyncio.CancelledError):
            await asyncio.shield(verbs.let_go(external_id, context.holder))
            raise
    await exchange.respond(200, msgspec.json.encode(shown(batch, base_of(exchange))))
    await verbs.delivered(external_id, context.clock.now())


async def retrieve(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """A batch as it is now."""
    await _show(exchange, await _find(gateway, exchange, caller))


async def list_batches(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """The caller's batches, the newest first."""
    cursor = read_cursor(exchange.query)
    count, verbs = cursor.limit, gateway.context.store.message_batches
    try:
        found = await verbs.page(caller.owner, count + 1, after=cursor.after, before=cursor.before)
    except NotFoundError as error:
        name = "after_id" if cursor.before is None else "before_id"
        raise RefusalError(400, "invalid_request", f"{name}: {error}", param=name) from None
    kept = found[:count] if cursor.before is None else found[-count:]
    base = base_of(exchange)
    listed = page([shown(batch, base) for batch in kept], has_more=len(found) > count)
    await exchange.respond(200, msgspec.json.encode(listed))


async def cancel(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Spend no more on a batch. What its providers have finished still comes; asked again, it changes nothing."""
    batch = await _find(gateway, exchange, caller)
    if status_of(batch) == ENDED:
        raise RefusalError(400, "batch_ended", f"{batch.external_id} has ended; there is nothing left to cancel")
    await gateway.context.store.jobs.cancel(caller.owner, batch.job_id, gateway.context.clock.now())
    gateway.wake()
    await _show(exchange, await _find(gateway, exchange, caller))


async def delete(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Show a batch and its results no more. Only one that has ended."""
    name = exchange.parameters["batch_id"]
    try:
        await gateway.context.store.message_batches.delete(caller.owner, name, gateway.context.clock.now())
    except UnendedError as error:
        raise RefusalError(400, error.code, str(error)) from None
    await exchange.respond(200, msgspec.json.encode({"id": name, "type": "message_batch_deleted"}))


async def results(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """A line for each request, in the order in which they were handed in, while they are read."""
    batch = await _find(gateway, exchange, caller)
    if status_of(batch) != ENDED:
        raise RefusalError(
            404, "no_results_yet", f"{batch.external_id} is {status_of(batch)}; it has results when it has ended"
        )
    store = gateway.context.store
    job = await store.jobs.get(caller.owner, batch.job_id)
    after = (job.first_request or 1) - 1
    async with WhileThere(exchange):
        await exchange.start(200, content_type=JSON_LINES)
        while rows := await store.requests.results(job.owner, job, after, ROWS):
            after = rows[-1]["id"]
            await exchange.write(b"".join([result_line(row, await _response(gateway, row)) for row in rows]))
            await asyncio.sleep(0)
    await exchange.end()


async def _find(gateway: Gateway, exchange: Exchange, caller: Caller) -> MessageBatch:
    """The batch that is asked for. Who asks by its id was told it, also where a gateway was killed before it could note that: the
    same create again is a new batch."""
    context = gateway.context
    batch = await context.store.message_batches.get(caller.owner, exchange.parameters["batch_id"])
    if batch.delivered_at is None:
        await context.store.message_batches.delivered(batch.external_id, context.clock.now())
    return batch


async def _show(exchange: Exchange, batch: MessageBatch) -> None:
    await exchange.respond(200, msgspec.json.encode(shown(batch, base_of(exchange))))


async def _response(gateway: Gateway, row: Row) -> bytes | None:
    """What the provider said to a request."""
    response: Any = row["response"]
    if response is None and row["object_id"] is not None:
        span = Span(row["object_id"], row["start"], row["length"], row["checksum"])
        response = await gateway.context.store.bodies.read(span)
    return bytes(response) if response else None
