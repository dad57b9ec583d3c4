"""Telling what became of a deferred call: its answer, or how it stands and when to ask again."""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import UNSET

from bide.core.clock import SECOND
from bide.engine.context import Context
from bide.gateway.api.receipts import receipt_of
from bide.gateway.api.shape.request import RequestReceipt
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.holding import Line, settled
from bide.gateway.outcome import described, outcome_of
from bide.gateway.waiters import Waiters
from bide.intake.group import Group
from bide.store.calls import Orphaned
from bide.store.database import Row
from bide.store.taking import Taken

SOONEST, LATEST = 1, 30
"""Seconds after which to ask again; in between it is a twentieth of the time that is left."""

NOTES = 0.02
"""Seconds that notes of who was told wait for each other: nobody waits for them, and one that a kill takes away leaves a call that
its client's retry still finds."""


class Telling:
    """Answers whoever asks about a call, and notes who has the whole answer."""

    def __init__(self, context: Context, waiters: Waiters) -> None:
        self._context = context
        self._waiters = waiters
        self._delivered: Group[str, None] = Group(self._note_delivered, lambda: NOTES)

    async def promise(self, exchange: Exchange, caller: Caller, taken: Taken | Orphaned, wait: int) -> bool:
        """Answer 202 and where to ask, or the answer where it comes within the time that the client waits. False where the
        client is gone before it could be told: a retry of its SDK may take the call over."""
        is_settled = False
        if wait:
            line = Line(exchange, {}, exchange.path, stream=False)
            waiting = asyncio.ensure_future(self._waiters.wait(taken.job, taken.external_id, wait))
            is_settled = await settled(line, waiting, asyncio.get_running_loop().time() + wait)
        outcome, row = None, taken.row if isinstance(taken, Taken) else None
        if not is_settled and (row is None or wait):
            row = await self._context.store.calls.outcome(caller.owner, taken.external_id)
            outcome = await outcome_of(self._context.store, row)
        if await exchange.is_gone():
            return False
        if is_settled or row is None:
            await self.tell(exchange, caller, taken.external_id, raw=True)
        else:
            await exchange.respond(202, described(row, outcome), self._place(row["deadline"], taken.external_id))
            self.delivered(taken.external_id)
        return True

    async def tell(self, exchange: Exchange, caller: Caller, external_id: str, *, raw: bool, wait: float = 0) -> None:
        """What became of a call: described, or `raw` as its answer. Waits up to `wait` seconds for it."""
        store = self._context.store
        row = await store.calls.outcome(caller.owner, external_id)
        outcome = await outcome_of(store, row)
        if outcome is None and wait and await self._waiters.wait(row["job_id"], external_id, wait):
            row = await store.calls.outcome(caller.owner, external_id)
            outcome = await outcome_of(store, row)
        receipt = UNSET if raw else await receipt_for(self._context, caller.owner, row)
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
            self.delivered(external_id)
        else:
            await exchange.respond(200, described(row, outcome, receipt), headers)

    def delivered(self, external_id: str) -> None:
        """Note that somebody has the whole answer, or the promise of it: the same again is a new call."""
        self._delivered.add(external_id).add_done_callback(seen)

    async def settle(self) -> None:
        """Wait until everything that was noted is on record."""
        await self._delivered.settle()

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


async def receipt_for(context: Context, owner: str, row: Row) -> RequestReceipt:
    """The receipt of a call, from a row of `store.calls.outcome`."""
    tried = await context.store.history.tried(owner, row["job_id"], row["request_id"])
    return receipt_of(row, tried, context.settings.deadline.batch_minimum, context.clock.now())


def seen(written: "asyncio.Future[None]") -> None:
    """An error here changes nothing for anybody: a call that is not noted as delivered may be attached to once more."""
    if not written.cancelled():
        written.exception()
