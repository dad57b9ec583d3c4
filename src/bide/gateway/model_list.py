"""The models that can be asked for: those with a name of the user's own, and those of the catalogue that an account claims."""

from collections.abc import Iterator
from typing import Any

import msgspec

from bide.gateway.access import check_model
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.refusal import Protocol
from bide.lanes.route import NoRouteError


async def list_models(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """Every model by the names that it may be asked for."""
    names = sorted(name for name in set(_names(gateway)) if caller.key is None or caller.key.allows(name))
    shown = [_shown(gateway, exchange, name) for name in names]
    if exchange.protocol is Protocol.ANTHROPIC:
        page = {
            "data": shown,
            "has_more": False,
            "first_id": names[0] if names else None,
            "last_id": names[-1] if names else None,
        }
    else:
        page = {"object": "list", "data": shown}
    await exchange.respond(200, msgspec.json.encode(page))


async def show_model(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """One model. 404 where no account serves it, or the key may not ask for it."""
    name = exchange.parameters["model"]
    check_model(caller.key, name)
    gateway.routing.to(name)
    await exchange.respond(200, msgspec.json.encode(_shown(gateway, exchange, name)))


def _names(gateway: Gateway) -> Iterator[str]:
    for account, provider in gateway.context.providers.items():
        settings = gateway.context.settings.providers.get(account)
        if settings is not None:
            yield from settings.aliases
        for pattern in provider.serves:
            if not set(pattern) & set("*?["):
                yield pattern


def _shown(gateway: Gateway, exchange: Exchange, name: str) -> dict[str, Any]:
    try:
        account = gateway.routing.to(name).route.account
    except NoRouteError:
        account = "several accounts"
    if exchange.protocol is Protocol.ANTHROPIC:
        return {"type": "model", "id": name, "display_name": name, "created_at": "1970-01-01T00:00:00Z"}
    return {"id": name, "object": "model", "created": 0, "owned_by": account}
