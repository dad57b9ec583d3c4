"""The accounts: which are on, what they take and cost, their limits, and what of these is in use."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bide.accounts import State
from bide.engine.advice import as_table, records
from bide.engine.standing import facts, in_use
from bide.gateway.api.paging import fields
from bide.gateway.api.shape.account import Provider, Providers
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.refusal import RefusalError

PRIVATE = ("switched_on_by", "to_switch_on", "address", "variables")
"""What concerns whoever runs bide, and nobody who comes with a key."""


async def list_providers(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Every account that is on or could be."""
    fields(exchange, ())
    shown = [_provider(state, caller) for state in gateway.accounts]
    await exchange.respond(200, msgspec.json.encode(Providers(data=shown)))


async def show(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """One account, with what is in use of its limits where there are no keys."""
    fields(exchange, ())
    name = exchange.parameters["account"]
    state = next((state for state in gateway.accounts if state.account == name), None)
    if state is None:
        known = ", ".join(state.account for state in gateway.accounts)
        raise RefusalError(404, "not_found", f"there is no account {name[:80]!r}; there are: {known}")
    used = None
    if caller.key is None and state.setup is not None:
        context, now = gateway.context, gateway.context.clock.now()
        snapshot = await context.store.snapshots.take(context.host, now)
        did = await records(context, snapshot, now)
        used = in_use(state.account, snapshot, now) | {
            "last_day": [as_table(one) for one in did if one.account == name]
        }
    shown = _provider(state, caller, used)
    await exchange.respond(200, msgspec.json.encode(shown))


def _provider(state: State, caller: Caller, used: Mapping[str, Any] | None = None) -> Provider:
    found = facts(state)
    if caller.key is not None:
        found |= dict.fromkeys(PRIVATE)
    return msgspec.convert(found | {"in_use": used}, Provider)
