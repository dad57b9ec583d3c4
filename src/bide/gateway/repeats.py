"""Exact repeats of calls: which of them may have the answer of an earlier one, and urgent calls that are given it.

Deferred calls are looked up by the engine, like those of files. An urgent one is looked up here, before it is passed on; its answer
is kept before it is given, so that whoever has it and asks again is given the same. So is a deferred one that its cap or a budget
does not hold: what is kept costs nothing.
"""

from collections.abc import Mapping

import msgspec

from bide.core.clock import SECOND
from bide.core.errors import StoreError
from bide.core.states import Lane
from bide.engine.context import Context
from bide.gateway.books import Books
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.passing import decode_response
from bide.intake.endpoint import Endpoint
from bide.intake.likeness import likeness
from bide.intake.routing import Routing
from bide.lanes.arrival import cache
from bide.lanes.arrival.urgency import Said
from bide.providers.decoding import UNREADABLE
from bide.providers.port import Answer, Verdict
from bide.store.cache import Given, KeptAnswer
from bide.store.passages import Passage
from bide.store.requests import Alike
from bide.store.taking import ALONE

NOTE = cache.HEADER
"""The header of an answer that says why a call was not answered from what is kept, though it asked for that."""

OK = 200

BETAS = ("openai-beta", "anthropic-beta")
"""Headers that go on to the provider and change what it answers."""


class Asking(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call that may be answered at once from what is kept; `body` as it would be passed on. `now` in microseconds."""

    caller: Caller
    model: str
    alike: Alike
    workflow: str | None
    urgency: str
    body: bytes
    output_tokens: int
    now: int


class Repeats:
    """Tells repeats, gives them their answers, and keeps answers for them."""

    def __init__(self, context: Context, routing: Routing, books: Books) -> None:
        self._context = context
        self._routing = routing
        self._books = books
        self._settings = context.settings.cache
        self._rule = context.settings.cache.rule

    def kept_for(self, exchange: Exchange, said: Said, caller: Caller) -> int:
        """How old an answer to a call may be, and how long its own is kept, in microseconds; 0: neither. Where that is off, nothing
        more is asked than this.

        Raises:
            CacheWordError: the call says it, and it is not understood.
        """
        own = cache.said(said.headers, said.metadata)
        found = self._rule.kept_for(said.workflow, said.model) if own is None else own
        if not found:
            return 0
        if caller.key is not None and not caller.key.allows_lane(Lane.CACHE):
            if own:
                exchange.notes[NOTE] = f"no: the key may not use the lane {Lane.CACHE}"  # its name may be no header
            return 0
        return found

    def alike(
        self, exchange: Exchange, said: Said, caller: Caller, endpoint: Endpoint, body: bytes, kept_for: int
    ) -> Alike:
        """How exact repeats of a call are known; `body` is without what is only for bide. A call that asks for it and cannot have it
        is told why."""
        route = self._routing.to(said.model).route
        found = likeness(endpoint.url, route, caller.key_id, body, _betas(exchange.headers))
        if found.digest is not None:
            return found.digest, kept_for
        if cache.said(said.headers, said.metadata):
            exchange.notes[NOTE] = f"no: {found.hindrance}"
        return ALONE

    async def answer(self, exchange: Exchange, call: Asking) -> bool:
        """Answer a call from what is kept; False where nothing is, or what is cannot be read."""
        digest, kept_for = call.alike
        if digest is None or kept_for is None:
            return False
        store = self._context.store
        try:
            kept = await store.cache.find(call.caller.owner, digest, kept_for, call.now)
            if kept is None:
                return False
            response = decode_response(await store.bodies.read(kept.body))
            await store.cache.give(self._given(exchange, call), kept)
        except (StoreError, *UNREADABLE) as error:
            self._context.troubles["store"] = str(error)
            return False
        await exchange.respond(OK, bytes(response.body), _headers(kept, call.now))
        return True

    async def keep(self, passage: Passage, alike: Alike, answer: Answer) -> None:
        """Keep the answer to a call that was passed on, where it is one and not too large."""
        row, (digest, kept_for) = answer.row, alike
        if digest is None or kept_for is None or row.verdict is not Verdict.ANSWERED or row.status != OK:
            return
        if len(row.response) > self._settings.largest:
            return
        price = await self._books.price(passage, row.usage, row.tier)
        now = self._context.clock.now()
        try:
            await self._context.store.cache.keep(
                passage.owner, digest, passage.external_id, row.response, price, now + kept_for, now
            )
        except StoreError as error:
            self._context.troubles["store"] = str(error)

    def _given(self, exchange: Exchange, call: Asking) -> Given:
        route = self._routing.to(call.model).route
        return Given(
            external_id=exchange.request_id,
            owner=call.caller.owner,
            key=call.caller.key_id,
            workflow=call.workflow,
            path=exchange.path,
            account=route.account,
            model=route.model,
            urgency=call.urgency,
            body_bytes=len(call.body),
            output_tokens=call.output_tokens,
            now=call.now,
        )


def _headers(kept: KeptAnswer, now: int) -> Mapping[str, str]:
    """Where an answer came from, and its age in seconds (RFC 9111)."""
    return {"bide-lane": Lane.CACHE, "age": str(max(0, now - kept.kept_at) // SECOND)}


def _betas(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name: headers[name] for name in BETAS if name in headers}
