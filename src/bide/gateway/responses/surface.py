"""The paths of responses that are there: of deferred ones by what bide knows, of others at the account that keeps them."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlencode

import msgspec

from bide.core.errors import NotFoundError
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.holding import BrokenOffError, Line, settled
from bide.gateway.outcome import Outcome, outcome_of
from bide.gateway.passing import respond
from bide.gateway.refusal import RefusalError
from bide.gateway.responses.items import listed
from bide.gateway.responses.kept import is_native
from bide.gateway.responses.names import call_id
from bide.gateway.responses.recalled import stream_recalled
from bide.gateway.responses.view import view
from bide.providers.port import KeepingProvider
from bide.store.database import Row

PATH = "/responses"

FORWARDED = ("include", "after", "limit", "order")
"""Words of a query that an account gets."""


async def show(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """A response as it stands; with ``?stream=true`` its events, once it is there."""
    identifier = exchange.parameters["response_id"]
    streams = exchange.query.get("stream", "").lower() == "true"
    if streams and "starting_after" in exchange.query:
        why = (
            "starting_after is not served, as events are made from the whole response; leave it out to have all of them"
        )
        raise RefusalError(400, "invalid_request", why, param="starting_after")
    if await _passed_on(gateway, exchange, caller, "GET", "", streams=streams):
        return
    row = await _row(gateway, caller, identifier)
    if not streams:
        await _tell(gateway, exchange, caller, row)
        return
    line = Line(exchange, {"bide-request-id": row["external_id"]}, row["path"], stream=True)
    waiting = asyncio.ensure_future(gateway.waiters.wait(row["job_id"], row["external_id"], None))
    if await settled(line, waiting):
        row = await _row(gateway, caller, identifier)
        outcome = await outcome_of(gateway.context.store, row)
        assert outcome is not None
        if outcome.is_success:
            outcome = Outcome(200, await _view(gateway, caller, row, outcome), outcome.lane)
        try:
            await line.answer(outcome)
        except BrokenOffError:
            return


async def cancel(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Spend no more on a response. Twice is as good as once; one that is there is not cancelled any more."""
    if await _passed_on(gateway, exchange, caller, "POST", "/cancel"):
        return
    row = await _row(gateway, caller, exchange.parameters["response_id"])
    if row["state"] not in ("open", "cancelled"):
        raise RefusalError(400, "invalid_request", f"the response is {_ended(row)} and cannot be cancelled any more")
    context = gateway.context
    if await context.store.calls.cancel(caller.owner, row["external_id"], context.clock.now()):
        gateway.waiters.look()
        gateway.wake()
    await _tell(gateway, exchange, caller, await _row(gateway, caller, exchange.parameters["response_id"]))


async def delete(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Tell nobody of a response any more. One that is not there yet is cancelled first."""
    identifier, context = exchange.parameters["response_id"], gateway.context
    if await _passed_on(gateway, exchange, caller, "DELETE", ""):
        await context.store.responses.delete(caller.owner, identifier, context.clock.now())
        return
    row = await _row(gateway, caller, identifier)
    await context.store.calls.cancel(caller.owner, row["external_id"], context.clock.now())
    await context.store.responses.delete(caller.owner, identifier, context.clock.now())
    gateway.waiters.look()
    deleted = {"id": identifier, "object": "response", "deleted": True}
    await exchange.respond(200, msgspec.json.encode(deleted))


async def input_items(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """What a response was asked."""
    if await _passed_on(gateway, exchange, caller, "GET", "/input_items"):
        return
    row = await _row(gateway, caller, exchange.parameters["response_id"])
    span, _ = await gateway.context.store.responses.asked(caller.owner, row["external_id"])
    found = listed(await gateway.context.store.bodies.read(span), row["external_id"], exchange.query)
    await exchange.respond(200, found)


async def compact(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Not served: what it returns is sealed by OpenAI for OpenAI alone."""
    why = "bide does not compact conversations, which only the provider could read then; send what was said in input"
    raise RefusalError(404, "unknown_path", why)


async def _tell(gateway: Gateway, exchange: Exchange, caller: Caller, row: Row) -> None:
    outcome = await outcome_of(gateway.context.store, row)
    headers = {"bide-request-id": row["external_id"], "bide-lane": row["lane"] or "none"}
    await exchange.respond(200, await _view(gateway, caller, row, outcome), headers)


async def _view(gateway: Gateway, caller: Caller, row: Row, outcome: Outcome | None) -> bytes:
    store = gateway.context.store
    span, is_live = await store.responses.asked(caller.owner, row["external_id"])
    provider = gateway.context.providers.get(row["account"])
    native = provider is not None and is_native(provider)
    return view(row, await store.bodies.read(span), outcome, is_live=is_live, is_native=native)


async def _row(gateway: Gateway, caller: Caller, identifier: str) -> Row:
    """A deferred call of Responses."""
    call = call_id(identifier)
    if call is not None:
        with suppress(NotFoundError):
            row = await gateway.context.store.calls.outcome(caller.owner, call)
            if row["path"].endswith(PATH):
                return row
    raise _missing(identifier)


async def _passed_on(
    gateway: Gateway, exchange: Exchange, caller: Caller, method: str, path: str, *, streams: bool = False
) -> bool:
    """Answer with what the account says that keeps the response. False where none does, and bide may."""
    identifier, context = exchange.parameters["response_id"], gateway.context
    await gateway.kept.settle()
    row = await context.store.responses.find(caller.owner, identifier)
    if row is None:
        return False
    if row["deleted_at"] is not None:
        raise _missing(identifier)
    provider = context.providers.get(row["account"])
    if not isinstance(provider, KeepingProvider):
        raise RefusalError(503, "account_is_off", f"{identifier} lives at {row['account']}, which is switched off")
    asked = f"/{identifier}{path}{_query(exchange.query)}"
    if streams:
        await stream_recalled(exchange, provider, asked)
    else:
        await respond(exchange, await provider.recall(method, asked))
    return True


def _query(given: Mapping[str, str]) -> str:
    known = {name: value for name, value in given.items() if name.removesuffix("[]") in FORWARDED}
    return f"?{urlencode(known)}" if known else ""


def _missing(identifier: str) -> RefusalError:
    return RefusalError(
        404,
        "response_not_found",
        f"there is no response {identifier}; one that was translated at once is kept by nobody",
        param="response_id",
    )


def _ended(row: Row) -> str:
    return "completed" if row["state"] == "succeeded" else row["state"]
