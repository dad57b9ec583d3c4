"""Probes: whether the process lives, and whether it can take work."""

import msgspec

from bide.core.errors import StoreError
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway


async def healthz(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """200 as long as the process answers."""
    await exchange.respond(200, b'{"status":"ok"}')


async def readyz(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """200 when work is taken; 503 while the store cannot be used or the gateway drains, with the reason."""
    trouble = "draining" if gateway.is_draining else None
    if trouble is None:
        try:
            await gateway.context.store.agreed("tag")
        except StoreError:
            trouble = "the store cannot be used"
    body = {"status": "ok" if trouble is None else "unavailable", "reason": trouble}
    await exchange.respond(200 if trouble is None else 503, msgspec.json.encode(body))
