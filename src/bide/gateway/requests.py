"""Deferred requests by their id: asked about, waited for, cancelled."""

from bide.core.errors import NotFoundError
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.refusal import RefusalError

LONGEST = 60.0
"""Seconds that a poll may wait."""


async def show(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """What is known about a request. ``?wait=N`` waits up to N seconds for its answer."""
    await _tell(gateway, exchange, caller, raw=False)


async def response(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """The answer itself, with its own status; 202 while there is none."""
    await _tell(gateway, exchange, caller, raw=True)


async def cancel(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Spend no more on a request. One that is settled, or called this moment, stays as it is."""
    identifier = exchange.parameters["request_id"]
    context = gateway.context
    if await context.store.calls.cancel(caller.owner, identifier, context.clock.now()):
        gateway.waiters.look()
        gateway.wake()
    await gateway.deferring.tell(exchange, caller, identifier, raw=False)


async def _tell(gateway: Gateway, exchange: Exchange, caller: Caller, *, raw: bool) -> None:
    wait = exchange.query.get("wait", "0")
    if not wait.isdigit():
        raise RefusalError(400, "invalid_request", f"wait is {wait!r}; write seconds, as in wait=30", param="wait")
    try:
        await gateway.deferring.tell(
            exchange, caller, exchange.parameters["request_id"], raw=raw, wait=min(float(wait), LONGEST)
        )
    except NotFoundError as error:
        raise RefusalError(404, "not_found", str(error)) from None
