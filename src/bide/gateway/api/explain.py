"""The decision record of a request, by its id: whose call it is, or which request of which job."""

import msgspec

from bide.core.errors import NotFoundError
from bide.core.states import Lane
from bide.core.usage import Usage
from bide.engine.context import Context
from bide.gateway.api.explanations import Cards, explanation_of, passed_explanation
from bide.gateway.api.paging import fields, whole
from bide.gateway.api.requests import passed
from bide.gateway.api.shape.explanation import Explanation
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.refusal import RefusalError
from bide.ledger.prices import day_of
from bide.ledger.reserve import SOLD_IN
from bide.store.database import Row

LAST_LINE = 2**53
"""What JSON's numbers hold."""


async def explain(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """What was decided for a request, and why. ``?custom_id=…`` or ``?line=N`` take a job's id and mean one of its requests."""
    found = fields(exchange, ("line", "custom_id"))
    line = whole(found, "line", 0, 0, LAST_LINE)
    identifier = exchange.parameters["request_id"]
    if "custom_id" in found:
        identifier = f"{identifier}:{found['custom_id']}"
    try:
        told = await explanation(
            gateway.context, caller.owner, identifier, line or None, private=caller.key is not None
        )
    except NotFoundError as error:
        raise RefusalError(404, "not_found", f"{error}; GET /bide/v1/requests lists them") from None
    await exchange.respond(200, msgspec.json.encode(told))


async def explanation(
    context: Context, owner: str, identifier: str, line: int | None = None, *, private: bool
) -> Explanation:
    """The record of the request ``req_…``, or ``JOB:custom_id``, or of the job's `line`.

    Raises:
        NotFoundError: the owner has no such request.
    """
    store = context.store
    job_id, colon, custom_id = identifier.partition(":")
    if colon or line is not None:
        job = await store.jobs.find(owner, job_id)
        row = await (
            store.decisions.on_line(owner, job, line)
            if line is not None
            else store.decisions.with_custom_id(owner, job, custom_id)
        )
        if row is None:
            what = f"line {line}" if line is not None else f"request {custom_id!r}"
            raise NotFoundError(f"the job {job_id} has no {what}")
        return await of_request(context, owner, row, private=private)
    try:
        call = await store.calls.outcome(owner, identifier)
    except NotFoundError:
        passage = await store.passages.find(owner, identifier)
        if passage is None:
            raise
        return await _of_passage(context, passage)
    row = await store.decisions.with_custom_id(owner, await store.jobs.get(owner, call["job_id"]), call["external_id"])
    assert row is not None
    return await of_request(context, owner, row, private=private)


async def of_request(context: Context, owner: str, row: Row, *, private: bool) -> Explanation:
    """The record of a request of a job, from a row of `store.decisions`."""
    store, now = context.store, context.clock.now()
    tried = await store.history.tried(owner, row["job_id"], row["request"])
    calls = [one["id"] for one in tried.attempts if one["lane"] != Lane.BATCH]
    until = row["settled_at"] or now
    decisions = await store.decisions.of_request(owner, row["bucket_id"], row["request"], calls, until)
    relevant = [one for one in decisions if one["at"] >= row["queued_at"] or one["action"] != "hold"]
    return explanation_of(
        row,
        relevant,
        tried,
        _cards(context, row["account"], row["model"], row["asked_at"]),
        context.settings,
        private=private,
        now=now,
    )


async def _of_passage(context: Context, row: Row) -> Explanation:
    usage = Usage(*(row[name] for name in Usage._fields))
    cards = _cards(context, row["account"], row["model"], row["sent_at"])
    return passed_explanation(await passed(context, row), row, cards, usage)


def _cards(context: Context, account: str, model: str, at: int) -> Cards:
    """What the lanes cost on the day of an instant; unknown where the account is not switched on here."""
    provider = context.providers.get(account)
    if provider is None:
        return Cards({})
    source, day = context.pricing.source, day_of(at)
    return Cards({lane: source.card(provider.catalogue, model, mode, day) for lane, mode in SOLD_IN.items()})
