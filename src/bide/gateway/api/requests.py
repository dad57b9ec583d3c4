"""Calls by their id, deferred and passed on: listed, asked about, waited for, cancelled."""

import msgspec

from bide.core.clock import SECOND
from bide.core.errors import NotFoundError
from bide.core.states import Lane, RequestState
from bide.core.usage import Usage
from bide.engine.context import Context
from bide.engine.pricing import STANDARD
from bide.gateway.api.paging import fields, limit, no_place, one_of, whole
from bide.gateway.api.receipts import passed_receipt
from bide.gateway.api.shape.base import dollars, seconds
from bide.gateway.api.shape.request import Request, RequestRow, Requests
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.refusal import RefusalError
from bide.store.database import Row
from bide.store.history import Wanted

LONGEST = 60
"""Seconds that a poll may wait."""

FILTERS = ("limit", "after", "status", "lane", "job", "workflow", "model")


async def list_requests(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """The caller's calls, newest first."""
    found = fields(exchange, FILTERS)
    count = limit(found)
    wanted = Wanted(
        state=one_of(found, "status", [state.value for state in RequestState]),
        lane=one_of(found, "lane", [lane.value for lane in Lane]),
        job=found.get("job"),
        workflow=found.get("workflow"),
        model=found.get("model"),
    )
    rows = await gateway.context.store.history.requests(caller.owner, wanted, found.get("after"), count + 1)
    if rows is None:
        raise no_place(found["after"])
    page = [_row(row) for row in rows[:count]]
    listed = Requests(
        data=page,
        first_id=page[0].id if page else None,
        last_id=page[-1].id if page else None,
        has_more=len(rows) > count,
    )
    await exchange.respond(200, msgspec.json.encode(listed))


async def show(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """What is known about a request, with its receipt. ``?wait=N`` waits up to N seconds for its answer."""
    identifier, wait = exchange.parameters["request_id"], _wait(exchange)
    try:
        await gateway.telling.tell(exchange, caller, identifier, raw=False, wait=wait)
    except NotFoundError as error:
        row = await gateway.context.store.passages.find(caller.owner, identifier)
        if row is None:
            raise _unknown(error) from None
        await exchange.respond(200, msgspec.json.encode(await passed(gateway.context, row)))


async def response(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """The answer itself, with its own status; 202 while there is none."""
    identifier, wait = exchange.parameters["request_id"], _wait(exchange)
    try:
        await gateway.telling.tell(exchange, caller, identifier, raw=True, wait=wait)
    except NotFoundError as error:
        raise await _not_deferred(gateway, caller, identifier, error) from None


async def cancel(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Spend no more on a request. One that is settled, or called this moment, stays as it is."""
    fields(exchange, ())
    identifier, context = exchange.parameters["request_id"], gateway.context
    try:
        if await context.store.calls.cancel(caller.owner, identifier, context.clock.now()):
            gateway.waiters.look()
            gateway.wake()
    except NotFoundError as error:
        raise await _not_deferred(gateway, caller, identifier, error) from None
    await gateway.telling.tell(exchange, caller, identifier, raw=False)


def _wait(exchange: Exchange) -> float:
    return float(whole(fields(exchange, ("wait",)), "wait", 0, 0, LONGEST))


def _unknown(error: NotFoundError) -> RefusalError:
    return RefusalError(404, "not_found", f"{error}; GET /bide/v1/requests lists them")


async def _not_deferred(gateway: Gateway, caller: Caller, identifier: str, error: NotFoundError) -> RefusalError:
    """What to say of an id that no deferred request has."""
    if await gateway.context.store.passages.find(caller.owner, identifier) is None:
        return _unknown(error)
    message = f"{identifier} was passed on at once: its answer went to its caller and is not kept"
    return RefusalError(409, "passed_on", message)


def _row(row: Row) -> RequestRow:
    names = row.keys()
    is_deferred = "deadline" in names
    return RequestRow(
        id=row["external_id"],
        status=RequestState(row["state"]),
        path=row["path"],
        model=row["model"],
        account=row["account"],
        job=row["job"] if is_deferred else None,
        workflow=row["workflow"],
        urgency=row["urgency"],
        deadline=seconds(row["deadline"]) if is_deferred else None,
        created_at=row["at"] // SECOND,
        settled_at=seconds(row["settled_at"]),
        lane=Lane(row["lane"]) if row["lane"] else None,
        amount_usd=dollars(row["amount"]),
    )


async def passed(context: Context, row: Row) -> Request:
    """A call that was passed on at once, or answered with what was kept, from a row of `store.passages.find`."""
    state = {"sent": RequestState.OPEN, "answered": RequestState.SUCCEEDED}.get(row["state"], RequestState.FAILED)
    card = None if row["card_id"] is None else await context.store.history.card(row["card_id"])
    lane, provider, listed = Lane(row["lane"] or Lane.REALTIME), context.providers.get(row["account"]), row["listed"]
    if provider is not None and row["kind"] == "paid" and lane is Lane.REALTIME:
        source = context.pricing.source
        sent = source.when(provider.catalogue, row["model"], row["sent_at"])
        dated = source.card(provider.catalogue, row["model"], STANDARD, sent)
        listed = dated.cost(Usage(*(row[name] for name in Usage._fields))) if dated else None
    return Request(
        id=row["external_id"],
        status=state,
        path=row["path"],
        model=row["model"],
        account=row["account"],
        job=None,
        workflow=row["workflow"],
        urgency=row["urgency"],
        deadline=None,
        created_at=row["sent_at"] // SECOND,
        settled_at=seconds(row["finished_at"]),
        lane=lane,
        amount_usd=dollars(row["amount"]),
        guaranteed=None,
        receipt=passed_receipt(row, card, listed),
    )
