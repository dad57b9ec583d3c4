"""The books of what is passed on at once: an intent before the call, its end and its price after it.

Neither is waited for on the way of an answer, but no answer is given before its intent is on the disk: so whatever was
paid for can be seen after a crash (promise 1). Where a key has a budget the intent is waited for: what the call may cost is
reserved with it, before anything is sent.
"""

import asyncio
from collections.abc import Sequence

from bide.core.errors import ConflictError, StoreError
from bide.core.states import AttemptState
from bide.core.usage import Usage
from bide.engine.call import suspicion
from bide.engine.context import Context
from bide.intake.group import Group
from bide.ledger.rates import mode_of
from bide.store.passages import Begun, Passage, Passed
from bide.store.reports import Price

FEW, MOMENT = 3, 0.001
"""With more calls than these under way, intents wait so many seconds for each other."""

ENDS = 0.05
"""Seconds that ends wait for each other: nobody waits for them."""

PAUSE, TRIES = 1.0, 60
"""Seconds after the store has failed to take ends, and how often they are written again: what was paid is known only here."""


class Books:
    """Writes passages, many in one transaction."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._begun: Group[Passage, Begun] = Group(self._write_begun, self._patience)
        self._ended: Group[Passed, None] = Group(self._write_ended, lambda: ENDS)
        self._under_way = 0
        self._beginning: dict[str, tuple[Passage, asyncio.Future[Begun]]] = {}
        self._gone: frozenset[str] = frozenset()
        self._is_over = False
        self.is_well = True
        """Whether the last intents could be written. Where not, nothing is sent before its intent is on the disk."""

    def begin(self, passage: Passage) -> "asyncio.Future[Begun]":
        """Put an intent on record; done when it is on the disk, with what was reserved for it, or with why it must not be sent
        and is not there. Whoever waits for it shields it: it is written all the same."""
        self._under_way += 1
        written = self._begun.add(passage)
        self._beginning[passage.external_id] = passage, written
        written.add_done_callback(lambda _: self._has_begun(passage, written))
        return written

    def forget(self) -> None:
        """An intent was not put on record, so it has no end either."""
        self._under_way -= 1

    def end(self, passed: Passed) -> None:
        """Put an end on record, soon. One that the store does not take is written off as its intent when it is next opened."""
        self._under_way -= 1
        self._ended.add(passed).add_done_callback(self._noted)

    async def price(self, passage: Passage, usage: Usage | None, tier: str | None) -> Price:
        """What an answer cost; unknown where the store does not take the price."""
        context = self._context
        provider = context.providers[passage.account]
        try:
            tariff = await context.pricing.tariff(provider.catalogue, passage.model, mode_of(tier), context.clock.now())
        except StoreError as error:
            context.troubles["store"] = str(error)
            return Price(usage or Usage(), None, None, None)
        return tariff.price(usage)

    async def suspected(self, passage: Passage) -> Price:
        """The most that a call can have cost whose answer nobody saw; unknown where the store does not take the price."""
        try:
            return await suspicion(
                self._context, passage.account, passage.model, passage.body_bytes, passage.output_tokens
            )
        except StoreError as error:
            self._context.troubles["store"] = str(error)
            return Price(Usage(), None, None, None)

    async def recover(self, *, at_once: bool = False) -> None:
        """Write off what gateways that are gone had under way: `at_once`, or when they were gone at the last look already,
        for a session with the store that is opened anew is gone for a moment too."""
        store, gone = self._context.store, set[str]()
        for holder in await store.passages.holders():
            if holder == self._context.holder or await store.database.is_present(holder):
                continue
            gone.add(holder)
            if not at_once and holder not in self._gone:
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
        self._gone = frozenset(gone)

    async def settle(self) -> None:
        """Wait until everything is on record, or the store does not take it."""
        self._is_over = True
        await self._begun.settle()
        await self._ended.settle()

    def _patience(self) -> float:
        """A single call goes on at once; of many, those of the same moment share a transaction."""
        return MOMENT if self._under_way > FEW else 0.0

    async def _write_begun(self, begun: Sequence[Passage]) -> Sequence[Begun]:
        try:
            written = await self._context.store.passages.record(begun, [])
        except StoreError:
            self.is_well = False
            raise
        self.is_well = True
        return written

    def _has_begun(self, passage: Passage, written: "asyncio.Future[Begun]") -> None:
        if not written.cancelled() and written.exception() is None:
            self._beginning.pop(passage.external_id, None)

    async def _write_ended(self, ended: Sequence[Passed]) -> Sequence[None]:
        """An end comes after its intent, and with it where the store did not take that."""
        waited = [self._beginning[one.external_id][1] for one in ended if one.external_id in self._beginning]
        for written in waited:
            if not written.done():  # when one of them is, so are those that were written with it
                await asyncio.wait([written])
        late = [self._beginning[one.external_id][0] for one in ended if one.external_id in self._beginning]
        billed = {one.external_id for one in ended if one.price is not None}
        begun = [passage for passage in late if passage.external_id in billed and not passage.has_budget]
        try:
            await self._persist(begun, ended)
        finally:
            for passage in late:
                self._beginning.pop(passage.external_id, None)
        return [None] * len(ended)

    async def _persist(self, begun: Sequence[Passage], ended: Sequence[Passed]) -> None:
        left = TRIES
        while True:
            try:
                await self._context.store.passages.record(begun, ended)
                return
            except ConflictError:  # the intents are on record: their commit had only not been heard of
                if not begun:
                    raise
                begun = []
            except StoreError as error:
                self._context.troubles["store"] = str(error)
                left -= 1
                if self._is_over or not left:
                    raise
                await asyncio.sleep(PAUSE)

    def _noted(self, written: "asyncio.Future[None]") -> None:
        if not written.cancelled() and (error := written.exception()) is not None:
            self._context.troubles["store"] = str(error)
