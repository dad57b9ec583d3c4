"""OpenAI's batches, in front of any provider: created, looked up, listed, cancelled.

A create is on the disk before it is answered; its file is read afterwards, and what is wrong with it shows on the batch, as at
OpenAI.
"""

import hashlib

import msgspec

from bide.core.errors import NotFoundError
from bide.core.identifiers import new_identifier
from bide.core.served import ServedBatch
from bide.core.states import BatchOutcome, ServedState
from bide.delivery.target import WebhookUrlError
from bide.gateway.access import check_batches
from bide.gateway.batches.creation import Creation, read_creation
from bide.gateway.batches.view import batch_view
from bide.gateway.caller import Caller
from bide.gateway.exchange import NOTICE, Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.page import openai_only, page, read_limit
from bide.gateway.refusal import RefusalError
from bide.intake.repetition import kept
from bide.store.served import NewServed

LARGEST = 64 << 10
"""Bytes of a create."""

LONGEST_KEY = 255
"""Characters of an Idempotency-Key."""

LISTED, MOST_LISTED = 20, 100


async def create(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Put a batch on record, and have its file read."""
    openai_only(exchange)
    check_batches(caller.key)
    context = gateway.context
    body, now = await exchange.body(LARGEST), context.clock.now()
    words = context.settings.deadline
    creation = read_creation(body, exchange.headers, words.on_miss, now, words.low)
    digest = hashlib.blake2b(b"%d\0%b" % (caller.key_id or 0, body), digest_size=16).digest()
    batch = await _retried(gateway, exchange, caller, digest, now)
    if batch is None:
        gateway.pressure.check()
        _check_webhook(gateway, creation.webhook)
        new = _new_batch(gateway, exchange, caller, creation, digest)
        batch, is_new = await context.store.served.create(caller.owner, new, now)
        if is_new:
            gateway.validations.begin(batch)
        elif told := kept(batch.external_id, batch.deadline, batch.created_at, new.deadline, now):
            exchange.notes[NOTICE] = told
    await _tell(gateway, exchange, batch)
    await context.store.served.told(batch.id, context.clock.now())


async def show(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """One batch."""
    openai_only(exchange)
    await _tell(gateway, exchange, await _find(gateway, exchange, caller))


async def list_batches(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """A page of batches, the newest first."""
    openai_only(exchange)
    limit = read_limit(exchange.query, LISTED, MOST_LISTED)
    try:
        found = await gateway.context.store.served.list(caller.owner, exchange.query.get("after") or None, limit + 1)
    except NotFoundError as error:
        raise RefusalError(400, "invalid_request", f"{error} It cannot be gone on after.", param="after") from None
    shown = [await _view(gateway, await gateway.endings.end(batch)) for batch in found[:limit]]
    await exchange.respond(200, page(shown, has_more=len(found) > limit))


async def cancel(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Spend no more on a batch. What is answered stays."""
    openai_only(exchange)
    batch = await _find(gateway, exchange, caller)
    if batch.state in (ServedState.FAILED, ServedState.ENDED) and batch.outcome is not BatchOutcome.CANCELLED:
        ended = batch.outcome or batch.state
        raise RefusalError(409, "conflict", f"Cannot cancel a batch with status '{ended}'.")
    store = gateway.context.store
    batch = await store.served.cancel(caller.owner, batch.external_id, gateway.context.clock.now())
    gateway.validations.withdraw(batch)
    gateway.wake()
    await _tell(gateway, exchange, batch)


def _check_webhook(gateway: Gateway, url: str | None) -> None:
    """See that somebody may be told there. Raises `RefusalError`."""
    herald = gateway.context.herald
    if url is None or herald is None:
        return
    try:
        herald.check(url)
    except WebhookUrlError as error:
        raise RefusalError(400, error.code, str(error), param="metadata.bide_webhook") from None


async def _retried(gateway: Gateway, exchange: Exchange, caller: Caller, digest: bytes, now: int) -> ServedBatch | None:
    """The batch that a retry of the client's SDK means: its first try came through, and the answer to it did not."""
    if not exchange.is_retry or "idempotency-key" in exchange.headers:
        return None
    return await gateway.context.store.served.attach(caller.owner, digest, now)


def _new_batch(gateway: Gateway, exchange: Exchange, caller: Caller, creation: Creation, digest: bytes) -> NewServed:
    key = exchange.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise RefusalError(400, "invalid_request", f"an Idempotency-Key has 1 to {LONGEST_KEY} characters")
    return NewServed(
        external_id=new_identifier("batch", gateway.context.entropy),
        endpoint=creation.endpoint,
        completion_window=creation.completion_window,
        metadata=None if creation.metadata is None else msgspec.json.encode(creation.metadata).decode(),
        input_file=creation.input_file,
        partial=creation.partial,
        output_life=creation.output_life,
        deadline=creation.deadline,
        said_by=creation.said_by,
        priority=creation.priority,
        on_miss=creation.on_miss,
        workflow=creation.workflow or caller.workflow,
        webhook=creation.webhook,
        kept_for=creation.kept_for,
        digest=digest,
        holder=gateway.context.holder,
        key_id=caller.key_id,
        idempotency_key=key,
    )


async def _find(gateway: Gateway, exchange: Exchange, caller: Caller) -> ServedBatch:
    """The batch that a path names, ended where that is due."""
    try:
        batch = await gateway.context.store.served.find(caller.owner, exchange.parameters["batch_id"])
    except NotFoundError as error:
        raise RefusalError(404, "not_found", str(error), param="batch_id") from None
    return await gateway.endings.end(batch)


async def _tell(gateway: Gateway, exchange: Exchange, batch: ServedBatch) -> None:
    await exchange.respond(200, msgspec.json.encode(await _view(gateway, batch)))


async def _view(gateway: Gateway, batch: ServedBatch) -> dict[str, object]:
    jobs, job, progress = gateway.context.store.jobs, None, None
    if batch.state is ServedState.RUNNING and batch.job_id is not None:
        job = await jobs.get(batch.owner, batch.job_id)
        progress = await jobs.progress(batch.owner, batch.job_id)
    return batch_view(batch, job, progress)
