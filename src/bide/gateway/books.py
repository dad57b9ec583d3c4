"""The books of what is passed on at once: an intent before the call, its end and its price after it.

Neither is waited for on the way of an answer, but no answer is given before its intent is on the disk: so whatever was
paid for can be seen after a crash (promise 1). Where a key has a budget the intent is waited for: what the call may cost is
reserved with it, before anything is sent.
"""

import asyncio
from collections.abc import Sequence

from bide.core.states import AttemptState
from bide.core.usage import Usage
from bide.engine.call import suspicion
from bide.engine.context import Context
from bide.intake.group import Group
from bide.ledger.rates import mode_of
from bide.store.passages import Begun, Passage, Passed
from bide.store.reports import Price

FEW, MOMENT = 3, 0.002
"""With more calls than these under way, intents wait so many seconds for each other."""

ENDS = 0.05
"""Seconds that ends wait for each other: nobody waits for them."""


class Books:
    """Writes passages, many in one transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._begun: Group[Passage, Begun] = Group(self._write_begun, self._patience)
        self._ended: Group[Passed, None] = Group(self._write_ended, lambda: ENDS)
        self._under_way = 0

    def begin(self, passage: Passage) -> "asyncio.Future[Begun]":
        """Put an intent on record; done when it is on the disk, with what was reserved for it, or with why it must not be sent
        and is not there."""
        self._under_way += 1
        return self._begun.add(passage)

    def forget(self) -> None:
        """An intent was not put on record, so it has no end either."""
        self._under_way -= 1

    def end(self, passed: Passed) -> None:
        """Put an end on record, soon. One that the store does not take is written off as its intent when it is next opened."""
        self._under_way -= 1
        self._ended.add(passed).add_done_callback(self._noted)

    async def price(self, passage: Passage, usage: Usage | None, tier: str | None) -> Price:
        """What an answer cost."""
        context = self._context
        provider = context.providers[passage.account]
        tariff = await context.pricing.tariff(provider.catalogue, passage.model, mode_of(tier), context.clock.now())
        return tariff.price(usage)

    async def suspected(self, passage: Passage) -> Price:
        """The most that a call can have cost whose answer nobody saw."""
        return await suspicion(self._context, passage.account, passage.model, passage.body_bytes, passage.output_tokens)

    async def recover(self) -> None:
        """Write off what gateways that are gone had under way."""
        store = self._context.store
        for holder in await store.passages.holders():
            if holder == self._context.holder or await store.database.is_present(holder):
                continue
            while orphans := await store.passages.orphans(holder):
                now = self._context.clock.now()
                ended = [
                    Passed(
                        external_id=one["external_id"],
                        state=AttemptState.LOST,
                        status=None,
                        code="caller_died",
                        price=await suspicion(
                            self._context, one["account"], one["model"], one["body_bytes"], one["output_tokens"]
                        ),
                        suspected=True,
                        first_token_at=None,
                        finished_at=now,
                    )
                    for one in orphans
                ]
                await store.passages.record([], ended)

    async def settle(self) -> None:
        """Wait until everything is on record."""
        await self._begun.settle()
        await self._ended.settle()

    def _patience(self) -> float:
        """A single call goes on at once; of many, those of the same moment share a transaction."""
        return MOMENT if self._under_way > FEW else 0.0

    async def _write_begun(self, begun: Sequence[Passage]) -> Sequence[Begun]:
        return await self._context.store.passages.record(begun, [])

    async def _write_ended(self, ended: Sequence[Passed]) -> Sequence[None]:
        await self._context.store.passages.record([], ended)
        return [None] * len(ended)

    def _noted(self, written: "asyncio.Future[None]") -> None:
        if not written.cancelled() and (error := written.exception()) is not None:
            self._context.troubles["store"] = str(error)
