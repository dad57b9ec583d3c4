"""What every route has in common: an exchange, who calls, and errors in the caller's words."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from starlette.types import Receive, Scope, Send

from bide.core.identifiers import new_identifier
from bide.gateway.caller import LOCAL, Caller, check_hop, check_repeated
from bide.gateway.exchange import Exchange, GoneError
from bide.gateway.gateway import Gateway
from bide.gateway.refusal import refusal_of

log = logging.getLogger("bide.gateway")

Handler = Callable[[Gateway, Exchange, Caller], Awaitable[None]]
"""Answers one exchange, or raises what prevents an answer."""


class Surface:
    """A route's ASGI application. Everything but the probes asks who calls."""

    def __init__(self, gateway: Gateway, handler: Handler, *, is_open: bool = False) -> None:
        self._gateway = gateway
        self._handler = handler
        self._is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        context = self._gateway.context
        exchange = Exchange(scope, receive, send, new_identifier("req", context.entropy))
        try:
            caller = LOCAL
            if not self._is_open:
                check_repeated(exchange.repeated)
                check_hop(exchange.headers)
                caller = await self._gateway.identities.identify(exchange)
            await self._handler(self._gateway, exchange, caller)
        except GoneError:
            return
        except asyncio.CancelledError:
            raise
        except Exception as error:
            refusal = refusal_of(error)
            if refusal.status == 500:
                log.exception("%s %s failed unexpectedly", exchange.method, exchange.path)
            if not exchange.is_answered:
                await exchange.refuse(refusal)
