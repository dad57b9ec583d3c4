"""What every route has in common: an exchange, who calls, and errors in the caller's words."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from starlette.types import Receive, Scope, Send

from bide.core.clock import SECOND
from bide.core.identifiers import call_identifier
from bide.gateway.caller import LOCAL, Caller, check_hop, check_known, check_repeated, check_short
from bide.gateway.exchange import Exchange, GoneError
from bide.gateway.gateway import Gateway
from bide.gateway.holding import BrokenOffError
from bide.gateway.inspection import inspect
from bide.gateway.journal import ACCESS, note
from bide.gateway.refusal import RefusalError, refusal_of

log = logging.getLogger("bide.gateway")

UNFORESEEN = 500

OWN = "/bide/"
"""Paths at which a client may wait for as long as it likes."""

Handler = Callable[[Gateway, Exchange, Caller], Awaitable[None]]
"""Answers one exchange, or raises what prevents an answer."""


class Surface:
    """A route's ASGI application. Everything but the probes asks who calls."""

    def __init__(self, gateway: Gateway, handler: Handler, *, is_open: bool = False) -> None:
        self._gateway = gateway
        self._handler = handler
        self._is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        context, begun = self._gateway.context, asyncio.get_running_loop().time()
        exchange = Exchange(scope, receive, send, call_identifier("req", context.entropy, context.clock.now()))
        caller = LOCAL
        try:
            inspect(exchange)
            if not self._is_open:
                check_repeated(exchange.repeated)
                check_hop(exchange.headers)
                check_short(exchange.headers)
                check_known(exchange.own_headers)
                caller = await self._gateway.identities.identify(exchange)
            await self._handler(self._gateway, exchange, caller)
        except GoneError:
            pass
        except asyncio.CancelledError as error:
            if not self._gateway.is_draining:
                raise
            await self._failed(exchange, error)
        except Exception as error:
            await self._failed(exchange, error)
        finally:
            self._noted(exchange, caller, begun)

    async def _failed(self, exchange: Exchange, error: BaseException) -> None:
        """Say why there is no answer, or break the one off that has begun."""
        if isinstance(error, asyncio.CancelledError):
            refusal = RefusalError(503, "draining", "this gateway stops, and the call took too long to be waited for")
        elif isinstance(error, BrokenOffError):
            refusal = RefusalError(502, "broken_off", "the answer cannot be told as it was asked for; ask once more")
        else:
            assert isinstance(error, Exception)
            refusal = refusal_of(error)
        if refusal.status == UNFORESEEN:
            fields = {"method": exchange.method, "path": exchange.path, "request": exchange.request_id}
            log.error("fault", exc_info=error, extra={"fields": fields})
        if not exchange.is_answered:
            await exchange.refuse(refusal)
        elif refusal.status != UNFORESEEN:
            why = str(error) or refusal.code
            note(log, "broken_off", path=exchange.path, request=exchange.request_id, code=refusal.code, why=why)

    def _noted(self, exchange: Exchange, caller: Caller, begun: float) -> None:
        """What the journal keeps of an exchange: never more than its path, status and time."""
        now = asyncio.get_running_loop().time()
        answered = (exchange.answered_at or now) - begun
        known = {"method": exchange.method, "path": exchange.path, "status": exchange.status or None}
        if answered * SECOND > self._gateway.settings.slow and not exchange.path.startswith(OWN):
            note(log, "slow", logging.WARNING, **known, request=exchange.request_id, seconds=round(answered, 3))
        if ACCESS.isEnabledFor(logging.INFO):
            took = {"seconds": round(now - begun, 4), "to_head": round(answered, 4)}
            key = caller.key.external_id if caller.key else None
            note(ACCESS, "call", **known, **took, request=exchange.request_id, owner=caller.owner, key=key)
