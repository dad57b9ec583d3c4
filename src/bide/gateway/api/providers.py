"""The accounts: which are on, what they take and cost, their limits, and what of these is in use."""

import msgspec

from bide.accounts import State
from bide.engine.standing import facts, in_use
from bide.gateway.api.paging import fields
from bide.gateway.api.shape.account import Provider, Providers
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.refusal import RefusalError
from bide.store.snapshot import Snapshot

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
    snapshot = None
    if caller.key is None and state.setup is not None:
        snapshot = await gateway.context.store.snapshots.take(gateway.context.host, gateway.context.clock.now())
    shown = _provider(state, caller, snapshot, gateway.context.clock.now())
    await exchange.respond(200, msgspec.json.encode(shown))


def _provider(state: State, caller: Caller, snapshot: Snapshot | None = None, now: int = 0) -> Provider:
    found = facts(state)
    if caller.key is not None:
        found |= dict.fromkeys(PRIVATE)
    used = None if snapshot is None else in_use(state.account, snapshot, now)
    return msgspec.convert(found | {"in_use": used}, Provider)
