"""Message batches in front of any provider: handed in whole, followed, cancelled, and their results as JSON Lines."""

import asyncio
from typing import Any

import msgspec

from bide.core.clock import DAY
from bide.core.deadline import OnMiss, Priority
from bide.core.errors import NotFoundError
from bide.core.identifiers import new_identifier
from bide.core.job import Job
from bide.core.span import Span
from bide.gateway.access import check_batches, under_key
from bide.gateway.caller import Caller
from bide.gateway.calls import WORKFLOW
from bide.gateway.deferring import RETRY_COUNT
from bide.gateway.exchange import Exchange, GoneError
from bide.gateway.gateway import Gateway
from bide.gateway.messages.paging import page, read_cursor
from bide.gateway.messages.result_line import result_line
from bide.gateway.messages.spool import Spool, spooled
from bide.gateway.messages.version import version_of
from bide.gateway.messages.view import ENDED, base_of, shown, status_of
from bide.gateway.passing import while_there
from bide.gateway.refusal import RefusalError
from bide.intake.findings import BadLinesError
from bide.intake.ingest import ingest
from bide.intake.message_batch import MOST_BYTES, MessageRequests, explained
from bide.intake.order import Order
from bide.intake.validator import Validator
from bide.intake.window import ContextWindows
from bide.lanes.urgency import Said, Urgency, Words, urgency
from bide.store.database import Row
from bide.store.jobs import Acceptance
from bide.store.message_batches import MessageBatch, NewMessageBatch, TakenError, UnendedError

WINDOW = DAY
"""How long a batch may take that does not say so: what Anthropic's may."""

ROWS = 250
"""Rows of results that are read before others have their turn."""

JSON_LINES = "application/x-jsonl"


async def create(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Take a batch in. Nothing is answered before everything is on the disk; a client that leaves before has handed in nothing."""
    context, version = gateway.context, version_of(exchange.headers)
    check_batches(caller.key)
    gateway.pressure.check()
    now = context.clock.now()
    wanted = _wanted(gateway, exchange, caller, now)
    whose = f"{caller.key_id}\0{exchange.path}\0".encode()
    async with spooled(exchange, MOST_BYTES, whose) as spool:
        new = NewMessageBatch(
            new_identifier("msgbatch", context.entropy),
            now,
            spool.digest,
            exchange.headers.get("idempotency-key"),
            context.holder,
        )
        external_id = new.external_id
        try:
            async with while_there(exchange):
                known = await _before(gateway, exchange, caller, new)
                external_id = known or external_id
                if known is None:
                    external_id = await _accepted(gateway, caller, wanted, spool, new, version)
                    gateway.wake()
                batch = await context.store.message_batches.get(caller.owner, external_id)
        except (GoneError, asyncio.CancelledError):
            await asyncio.shield(context.store.message_batches.let_go(external_id, context.holder))
            raise
    await exchange.respond(200, msgspec.json.encode(shown(batch, base_of(exchange))))
    await context.store.message_batches.delivered(external_id, context.clock.now())


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
    async with while_there(exchange):
        await exchange.start(200, content_type=JSON_LINES)
        while rows := await store.requests.results(job.owner, job, after, ROWS):
            after = rows[-1]["id"]
            await exchange.write(b"".join([result_line(row, await _response(gateway, row)) for row in rows]))
            await asyncio.sleep(0)
    await exchange.end()


def _wanted(gateway: Gateway, exchange: Exchange, caller: Caller, now: int) -> tuple[Urgency, str | None]:
    """By when a batch is wanted, and its workflow: as the headers or a class of calls say, else within a day. A key's default is
    for single calls: who makes a batch has time."""
    headers = {name: value for name, value in exchange.headers.items() if name.startswith("bide-")}
    workflow = headers.get(WORKFLOW) or caller.workflow
    said = Said(
        path=exchange.path,
        model="",
        headers=headers,
        workflow=workflow,
        key=caller.key.name if caller.key else None,
    )
    settings = gateway.context.settings
    words = Words(settings.gateway.flex, settings.gateway.background)
    found = urgency(said, settings.urgency_rules, words, now)
    if found.deadline is None and found.source == "default":
        on_miss = OnMiss(headers.get("bide-on-miss", found.on_miss).strip().lower())
        found = Urgency(now + WINDOW, "message batch", on_miss)
    return found, workflow


async def _before(gateway: Gateway, exchange: Exchange, caller: Caller, new: NewMessageBatch) -> str | None:
    """The batch that this create is a repetition of: under the same key, or one whose answer the client's own retry missed."""
    context = gateway.context
    verbs = context.store.message_batches
    if new.idempotency_key is not None:
        return await verbs.known(caller.owner, new)
    tries = exchange.headers.get(RETRY_COUNT, "0")
    if tries.isdigit() and int(tries):
        return await verbs.attach(caller.owner, new)
    return None


async def _accepted(
    gateway: Gateway,
    caller: Caller,
    wanted: tuple[Urgency, str | None],
    spool: Spool,
    new: NewMessageBatch,
    version: str,
) -> str:
    """The id of the batch, which is there and will be answered when this returns."""
    context, (found, workflow) = gateway.context, wanted
    validator = Validator(ContextWindows(gateway.routing.window), gateway.routing)
    requests = MessageRequests(spool.file, validator, version, caller.key.allows if caller.key else _everything)
    order = Order(
        owner=caller.owner,
        name=new.external_id,
        deadline=new.created_at if found.deadline is None else found.deadline,
        on_miss=found.on_miss,
        priority=Priority.URGENT if found.deadline is None else None,
        priority_source=found.source,
        parameters=msgspec.json.encode({"message_batch": new.external_id}).decode(),
        workflow=workflow,
        new=True,
    )

    async def accept(owner: str, job: int, acceptance: Acceptance, now: int) -> Job:
        return await context.store.message_batches.accept(owner, job, new, acceptance, now)

    try:
        await ingest(
            context,
            under_key(order, caller.key),
            lambda model: gateway.routing.to(model).route,
            requests.chunks(),
            accept=accept,
        )
    except TakenError as taken:
        return taken.external_id
    except BadLinesError as error:
        raise _refused(error) from None
    return new.external_id


def _refused(error: BadLinesError) -> RefusalError:
    """The first of the requests that cannot be used, and how many they are."""
    findings = error.findings
    problem = findings.problems[0]
    more = findings.refused - 1
    also = f" ({more:,} more of the {findings.refused + findings.requests:,} requests cannot be used)" if more else ""
    return RefusalError(400, str(problem.code), f"{explained(problem)}{also}", param=problem.field)


def _everything(model: str) -> bool:
    return True


async def _find(gateway: Gateway, exchange: Exchange, caller: Caller) -> MessageBatch:
    return await gateway.context.store.message_batches.get(caller.owner, exchange.parameters["batch_id"])


async def _show(exchange: Exchange, batch: MessageBatch) -> None:
    await exchange.respond(200, msgspec.json.encode(shown(batch, base_of(exchange))))


async def _response(gateway: Gateway, row: Row) -> bytes | None:
    """What the provider said to a request."""
    response: Any = row["response"]
    if response is None and row["object_id"] is not None:
        span = Span(row["object_id"], row["start"], row["length"], row["checksum"])
        response = await gateway.context.store.bodies.read(span)
    return bytes(response) if response else None
