"""Calls that may wait: accepted, then held until the answer is there, or answered with 202 and a place to ask.

When a client goes away its call goes on. A retry of the client's SDK attaches to it: the same key, path and body, with a
retry count, while nobody waits for it; one orphan, one retry. A first try is always a new call.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import nullcontext

import msgspec

from bide.engine.context import Context
from bide.gateway.access import tell
from bide.gateway.caller import Caller
from bide.gateway.exchange import NOTICE, Exchange
from bide.gateway.holding import BrokenOffError, Line, Places, settled
from bide.gateway.outcome import outcome_of
from bide.gateway.preference import WEBHOOK, Preference, holds
from bide.gateway.refusal import RefusalError
from bide.gateway.responses.view import view
from bide.gateway.telling import Telling, seen
from bide.gateway.waiters import Waiters
from bide.intake.endpoint import Endpoint
from bide.intake.group import Group
from bide.intake.single import Desk, SingleCall
from bide.lanes.arrival.urgency import Urgency
from bide.store.calls import Orphaned
from bide.store.deliveries import Recipient
from bide.store.requests import Alike
from bide.store.taking import ALONE, Taken


class Deferred(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call that may wait. `body` is as it came, `wanted` what its provider is to get; `deadline` in microseconds. One in the
    `background` is answered with a response that is queued."""

    caller: Caller
    endpoint: Endpoint
    body: bytes
    wanted: bytes
    urgency: Urgency
    deadline: int
    stream: bool
    workflow: str | None
    background: bool = False
    alike: Alike = ALONE
    """How exact repeats of it are known, whose answer it may have."""
    max_cost: int | None = None
    """The most that it may cost, in 1e-12 USD; None: no cap."""


class Deferring:
    """Takes calls in and gives their answers out. `wake` has the engine look, when there is something new to gather."""

    def __init__(
        self,
        context: Context,
        desk: Desk,
        waiters: Waiters,
        places: Places,
        telling: Telling,
        wake: Callable[[], None],
    ) -> None:
        self._context = context
        self._desk = desk
        self._waiters = waiters
        self._places = places
        self._telling = telling
        self._wake = wake
        self._let_go: Group[str, None] = Group(self._note_gone)
        self._recovered: Group[None, None] = Group(self._recover)

    async def serve(self, exchange: Exchange, call: Deferred) -> None:
        """Take a call in and answer it."""
        digest = _digest(call.caller, exchange.path, call.body)
        if holds(exchange.headers) and not call.background:
            with self._places.one():
                await self._hold(exchange, call.caller, await self._own(exchange, call, digest), stream=call.stream)
            return
        taken, is_told = await self._own(exchange, call, digest), False
        try:
            if call.background:
                is_told = await self._show(exchange, call, taken)
                return
            wait = Preference.read(exchange.headers.get("prefer")).wait or 0
            if self._places.is_full:
                wait = 0  # it has its answer all the same: the promise
            with self._places.one() if wait else nullcontext():
                is_told = await self._telling.promise(exchange, call.caller, taken, wait)
        finally:
            if not is_told:
                self._let_go.add(taken.external_id).add_done_callback(seen)

    async def _show(self, exchange: Exchange, call: Deferred, taken: Taken | Orphaned) -> bool:
        """Answer with a response that is queued, and whose id its client knows then; False where the client is gone."""
        store = self._context.store
        row = await store.calls.outcome(call.caller.owner, taken.external_id)
        if await exchange.is_gone():
            return False
        outcome = await outcome_of(store, row)  # of a call that a retry finds there may be one
        await exchange.respond(200, view(row, call.wanted, outcome), {"bide-request-id": taken.external_id})
        self._telling.delivered(taken.external_id)
        return True

    @property
    def held(self) -> int:
        """How many connections are held."""
        return self._places.taken

    async def settle(self) -> None:
        """Wait until everything that was noted is on record."""
        await self._desk.settle()
        await self._telling.settle()
        await self._let_go.settle()

    async def recover(self) -> None:
        """Connections on gateways that are gone are gone."""
        store = self._context.store
        for holder in await store.calls.holders():
            if holder != self._context.holder and not await store.database.is_present(holder):
                await store.calls.release_holder(holder)

    async def _own(self, exchange: Exchange, call: Deferred, digest: bytes) -> Taken | Orphaned:
        """The call that this is a retry of, else a new one; in either case this connection has it from here on."""
        attached = await self._attached(exchange, call.caller, digest)
        return attached or await self._taken(exchange, call, digest, self._context.holder)

    async def _attached(self, exchange: Exchange, caller: Caller, digest: bytes) -> Orphaned | None:
        """The call that this is a retry of."""
        if not exchange.is_retry or "idempotency-key" in exchange.headers:
            return None
        attach = self._context.store.calls.attach
        found = await attach(caller.owner, digest, self._context.holder)
        if found is None:  # its gateway may have died this moment
            await self._recovered.add(None)
            found = await attach(caller.owner, digest, self._context.holder)
        return found

    async def _taken(self, exchange: Exchange, call: Deferred, digest: bytes, holder: str | None) -> Taken:
        taken = await self._desk.hand_in(
            SingleCall(
                owner=call.caller.owner,
                key=call.caller.key,
                workflow=call.workflow,
                endpoint=call.endpoint,
                path=exchange.path,
                body=call.wanted,
                deadline=call.deadline,
                on_miss=call.urgency.on_miss,
                urgency=call.urgency.source,
                stream=call.stream,
                digest=digest,
                idempotency_key=exchange.headers.get("idempotency-key"),
                holder=holder,
                recipients=await self._recipients(exchange, call.caller),
                alike=call.alike,
                max_cost=call.max_cost,
            )
        )
        if (
            taken.is_first
            or call.alike is not ALONE
            or call.deadline - self._context.clock.now() < self._context.rules.grouping.single_below
        ):
            self._wake()
        tell(exchange, taken.reservation)
        if taken.notice:
            exchange.notes[NOTICE] = taken.notice
        return taken

    async def _recipients(self, exchange: Exchange, caller: Caller) -> Sequence[Recipient]:
        """Who is told when the call is settled. Raises `BideError` where the webhook cannot be one."""
        herald, url = self._context.herald, exchange.headers.get(WEBHOOK)
        if herald is None:
            return ()
        return [await herald.webhook(caller.owner, url)] if url else await herald.usual_webhook(caller.owner)

    async def _hold(self, exchange: Exchange, caller: Caller, taken: Taken | Orphaned, *, stream: bool) -> None:
        """Keep the connection until the answer is there."""
        line = Line(exchange, {"bide-request-id": taken.external_id}, exchange.path, stream)
        waiting = asyncio.ensure_future(self._waiters.wait(taken.job, taken.external_id, None))
        delivered = is_noted = False
        try:
            if await settled(line, waiting):
                outcome = await outcome_of(
                    self._context.store, await self._context.store.calls.outcome(caller.owner, taken.external_id)
                )
                assert outcome is not None
                if await exchange.is_gone():
                    return
                await line.answer(outcome)
                delivered = True
            elif self._waiters.is_over:
                raise self._cut(line, taken.external_id)
        except (BrokenOffError, RefusalError):
            await self._let_go.add(taken.external_id)  # on record before the client's retry can come, here or elsewhere
            is_noted = True  # and not once more, when the retry may hold it
            raise
        finally:
            if delivered:
                self._telling.delivered(taken.external_id)
            elif not is_noted:
                self._let_go.add(taken.external_id).add_done_callback(seen)

    def _cut(self, line: Line, external_id: str) -> Exception:
        """The end of a connection whose gateway stops. Its call goes on, and the client's retry attaches to it elsewhere."""
        if line.exchange.is_answered:
            return BrokenOffError("the gateway stops")
        place = {"location": f"/bide/v1/requests/{external_id}", "bide-request-id": external_id, "retry-after": "1"}
        message = (
            f"this gateway stops; the call goes on: the SDKs' own retry finds it, and so does GET {place['location']}"
        )
        return RefusalError(503, "draining", message, headers=place)

    async def _recover(self, asked: Sequence[None]) -> Sequence[None]:
        """One look for all who ask at a time."""
        await self.recover()
        return asked

    async def _note_gone(self, external_ids: Sequence[str]) -> Sequence[None]:
        await self._context.store.calls.let_go(external_ids, self._context.holder)
        return [None] * len(external_ids)


def _digest(caller: Caller, path: str, body: bytes) -> bytes:
    """Identity of who asks what."""
    return hashlib.blake2b(b"\0".join([str(caller.key_id).encode(), path.encode(), body]), digest_size=16).digest()
