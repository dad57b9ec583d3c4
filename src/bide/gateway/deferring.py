"""Calls that may wait: accepted, then held until the answer is there, or answered with 202 and a place to ask.

When a client goes away its call goes on. A retry of the client's SDK attaches to it: the same key, path and body, with a
retry count, while nobody waits for it; one orphan, one retry. A first try is always a new call.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec import UNSET

from bide.core.clock import SECOND
from bide.engine.context import Context
from bide.gateway.access import tell
from bide.gateway.api.receipts import receipt_of
from bide.gateway.api.shape.request import RequestReceipt
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.holding import BrokenOffError, Line, Places, settled
from bide.gateway.outcome import described, outcome_of
from bide.gateway.refusal import RefusalError
from bide.gateway.responses.view import view
from bide.gateway.waiters import Waiters
from bide.intake.endpoint import Endpoint
from bide.intake.group import Group
from bide.intake.single import Desk, SingleCall
from bide.lanes.urgency import Urgency
from bide.store.calls import Orphaned
from bide.store.database import Row
from bide.store.deliveries import Recipient
from bide.store.taking import Taken

RETRY_COUNT = "x-stainless-retry-count"
"""How both official SDKs number their tries."""

WEBHOOK = "bide-webhook"
"""Where to tell that a call is settled. Whoever gives one does not wait on the connection."""

SOONEST, LATEST = 1, 30
"""Seconds after which to ask again; in between it is a twentieth of the time that is left."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What ``Prefer`` asks for (RFC 7240): an answer without the result, after waiting for so many seconds."""

    respond_async: bool = False
    wait: int | None = None

    @classmethod
    def read(cls, text: str | None) -> "Preference":
        """The preferences that are known here; others are none of ours."""
        respond_async, wait = False, None
        for part in (text or "").split(","):
            name, _, value = part.strip().partition("=")
            if name.lower() == "respond-async":
                respond_async = True
            elif name.lower() == "wait" and value.strip('" ').isdigit():
                wait = int(value.strip('" '))
        return cls(respond_async, wait)


class Deferring:
    """Takes calls in and gives their answers out."""

    def __init__(self, context: Context, desk: Desk, waiters: Waiters, places: Places) -> None:
        self._context = context
        self._desk = desk
        self._waiters = waiters
        self._places = places
        self._delivered: Group[str, None] = Group(self._note_delivered)
        self._let_go: Group[str, None] = Group(self._note_gone)

    async def serve(
        self,
        exchange: Exchange,
        caller: Caller,
        endpoint: Endpoint,
        body: bytes,
        wanted: bytes,
        urgency: Urgency,
        deadline: int,
        *,
        stream: bool,
        workflow: str | None,
        background: bool = False,
    ) -> bool:
        """Take a call in and answer it. `body` is as it came, `wanted` what its provider is to get. One in the `background` is
        answered with a response that is queued.

        True where the call was new: the engine then looks when it has gathered enough.
        """
        prefer = Preference.read(exchange.headers.get("prefer"))
        holds = not prefer.respond_async and WEBHOOK not in exchange.headers and not background
        digest = _digest(caller, exchange.path, body)
        taken: Taken | Orphaned | None = None
        if holds:
            with self._places.one():
                taken = await self._attached(exchange, caller, digest) or await self._taken(
                    exchange, caller, endpoint, wanted, urgency, deadline, digest, stream=stream, workflow=workflow
                )
                await self._hold(exchange, caller, taken, stream=stream)
        else:
            taken = await self._taken(
                exchange,
                caller,
                endpoint,
                wanted,
                urgency,
                deadline,
                digest,
                stream=stream,
                workflow=workflow,
                holder=None,
            )
            if background:
                row = await self._context.store.calls.outcome(caller.owner, taken.external_id)
                await exchange.respond(200, view(row, wanted, None), {"bide-request-id": taken.external_id})
            else:
                await self._promise(exchange, caller, taken, prefer.wait or 0)
        return isinstance(taken, Taken) and taken.is_first

    @property
    def held(self) -> int:
        """How many connections are held."""
        return self._places.taken

    async def settle(self) -> None:
        """Wait until everything that was noted is on record."""
        await self._desk.settle()
        await self._delivered.settle()
        await self._let_go.settle()

    async def recover(self) -> None:
        """Connections on gateways that are gone are gone."""
        store = self._context.store
        for holder in await store.calls.holders():
            if holder != self._context.holder and not await store.database.is_present(holder):
                await store.calls.release_holder(holder)

    async def _attached(self, exchange: Exchange, caller: Caller, digest: bytes) -> Orphaned | None:
        """The call that this is a retry of."""
        tries = exchange.headers.get(RETRY_COUNT, "0")
        if not tries.isdigit() or int(tries) < 1 or "idempotency-key" in exchange.headers:
            return None
        return await self._context.store.calls.attach(caller.owner, digest, self._context.holder)

    async def _taken(
        self,
        exchange: Exchange,
        caller: Caller,
        endpoint: Endpoint,
        wanted: bytes,
        urgency: Urgency,
        deadline: int,
        digest: bytes,
        *,
        stream: bool,
        workflow: str | None,
        holder: str | None = "",
    ) -> Taken:
        taken = await self._desk.hand_in(
            SingleCall(
                owner=caller.owner,
                key=caller.key,
                workflow=workflow,
                endpoint=endpoint,
                path=exchange.path,
                body=wanted,
                deadline=deadline,
                on_miss=urgency.on_miss,
                urgency=urgency.source,
                stream=stream,
                digest=digest,
                idempotency_key=exchange.headers.get("idempotency-key"),
                holder=self._context.holder if holder == "" else holder,
                recipients=await self._recipients(exchange, caller),
            )
        )
        tell(exchange, taken.reservation)
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
        delivered = False
        try:
            if await settled(line, waiting):
                outcome = await outcome_of(
                    self._context.store, await self._context.store.calls.outcome(caller.owner, taken.external_id)
                )
                assert outcome is not None
                await line.answer(outcome)
                delivered = True
            elif self._waiters.is_over:
                raise self._cut(line, taken.external_id)
        except (BrokenOffError, RefusalError):
            await self._let_go.add(taken.external_id)  # on record before the client's retry can come, here or elsewhere
            raise
        finally:
            (self._delivered if delivered else self._let_go).add(taken.external_id).add_done_callback(_seen)

    def _cut(self, line: Line, external_id: str) -> Exception:
        """The end of a connection whose gateway stops. Its call goes on, and the client's retry attaches to it elsewhere."""
        if line.exchange.is_answered:
            return BrokenOffError("the gateway stops")
        place = {"location": f"/bide/v1/requests/{external_id}", "bide-request-id": external_id, "retry-after": "1"}
        message = "this gateway stops; the call goes on: send the same again, as the SDKs do by themselves"
        return RefusalError(503, "draining", message, headers=place)

    async def _promise(self, exchange: Exchange, caller: Caller, taken: Taken, wait: int) -> None:
        """Answer 202 and where to ask, or the answer where it comes within the time that the client waits."""
        if wait and await self._waiters.wait(taken.job, taken.external_id, wait):
            await self.tell(exchange, caller, taken.external_id, raw=True)
            return
        outcome, row = None, taken.row
        if row is None or wait:
            row = await self._context.store.calls.outcome(caller.owner, taken.external_id)
            outcome = await outcome_of(self._context.store, row)
        await exchange.respond(202, described(row, outcome), self._place(row["deadline"], taken.external_id))

    async def tell(self, exchange: Exchange, caller: Caller, external_id: str, *, raw: bool, wait: float = 0) -> None:
        """What became of a call: described, or `raw` as its answer. Waits up to `wait` seconds for it."""
        store = self._context.store
        row = await store.calls.outcome(caller.owner, external_id)
        outcome = await outcome_of(store, row)
        if outcome is None and wait and await self._waiters.wait(row["job_id"], external_id, wait):
            row = await store.calls.outcome(caller.owner, external_id)
            outcome = await outcome_of(store, row)
        receipt = UNSET if raw else await self._receipt(caller, row)
        if outcome is None:
            tag = f'"{external_id}-open"'
            headers = {**self._place(row["deadline"], external_id), "etag": tag}
            if exchange.headers.get("if-none-match") == tag:
                await exchange.respond(304, b"", headers)
            else:
                await exchange.respond(202 if raw else 200, described(row, None, receipt), headers)
            return
        headers = {"bide-request-id": external_id, "etag": f'"{external_id}-{row["state"]}"'}
        if exchange.headers.get("if-none-match") == headers["etag"]:
            await exchange.respond(304, b"", headers)
        elif raw:
            await Line(exchange, headers, row["path"], bool(row["stream"])).answer(outcome)
            self._delivered.add(external_id).add_done_callback(_seen)
        else:
            await exchange.respond(200, described(row, outcome, receipt), headers)

    async def _receipt(self, caller: Caller, row: Row) -> RequestReceipt:
        tried = await self._context.store.history.tried(caller.owner, row["job_id"], row["request_id"])
        return receipt_of(row, tried, self._context.settings.deadline.batch_minimum, self._context.clock.now())

    def _place(self, deadline: int, external_id: str) -> Mapping[str, str]:
        left = (deadline - self._context.clock.now()) // SECOND
        return {
            "location": f"/bide/v1/requests/{external_id}",
            "retry-after": str(max(SOONEST, min(LATEST, left // 20))),
            "preference-applied": "respond-async",
            "bide-request-id": external_id,
        }

    async def _note_delivered(self, external_ids: Sequence[str]) -> Sequence[None]:
        await self._context.store.calls.delivered(external_ids, self._context.clock.now())
        return [None] * len(external_ids)

    async def _note_gone(self, external_ids: Sequence[str]) -> Sequence[None]:
        await self._context.store.calls.let_go(external_ids, self._context.holder)
        return [None] * len(external_ids)


def _digest(caller: Caller, path: str, body: bytes) -> bytes:
    """Identity of who asks what."""
    return hashlib.blake2b(b"\0".join([str(caller.key_id).encode(), path.encode(), body]), digest_size=16).digest()


def _seen(written: "asyncio.Future[None]") -> None:
    """An error here changes nothing for anybody: a call that is not noted as delivered may be attached to once more."""
    if not written.cancelled():
        written.exception()
