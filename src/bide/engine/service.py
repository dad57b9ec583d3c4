"""The service: look at everything that is open, decide, act, sleep until the next due instant or until something changes.

Several services may work on one store at a time, in one process or on many machines: what is worked on is claimed.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from bide.core.bucket import Bucket
from bide.core.clock import FAR_FUTURE, SECOND
from bide.core.decision import reason_of
from bide.core.errors import BideError, StoreError
from bide.engine import recover
from bide.engine.call import Caller
from bide.engine.capping import Capping
from bide.engine.context import Context
from bide.engine.copying import make_copies
from bide.engine.errands import Errands
from bide.engine.flexing import tiers
from bide.engine.following import Following
from bide.engine.outlook import outlook_of
from bide.engine.placing import FRESH, replanned, stranded, unwell
from bide.lanes.arrival.cache import LOOKED_UP
from bide.lanes.decision.decide import decide
from bide.lanes.decision.decision import Decisions, GiveUp
from bide.lanes.decision.grounds import Grounds
from bide.lanes.forecast.prior import prior_of

GIVE_UP_CHUNK = 20_000
"""Requests that get a final state without an answer in one transaction."""

STORE_PAUSE = 5 * SECOND
"""After the store failed (a full disk, a server that restarts), before the next look."""


class Service:
    """One worker. `run` returns after `stop`, when nothing it started is under way."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: dict[int, str] = {}
        self._sick: dict[str, int] = {}
        """Accounts that were found unwell, and until when they count as that."""
        self._uncopied: dict[int, int] = {}
        """Batches of which the store has refused a second copy, and until when they are left alone."""
        self._changed = asyncio.Event()
        self._stopping = False
        self._caller = Caller(context, self._spawn, self._changed.set)
        self._following = Following(context, self._spawn, self._changed.set, lambda: self._stopping)
        self._errands = Errands(context, self._spawn, lambda: self._stopping)
        self._capping = Capping(context)
        context.memory.expect({name: prior_of(one.catalogue) for name, one in context.providers.items()})

    async def run(self) -> None:
        """Work until stopped."""
        context = self._context
        await context.store.database.attend(context.holder)
        await self._patiently(recover.recover(context))
        watcher = asyncio.create_task(self._watch())
        try:
            while not self._stopping:
                self._changed.clear()
                next_at = await self._turn()
                await self._rest(next_at)
        finally:
            watcher.cancel()
        while self._tasks:
            await asyncio.wait(list(self._tasks))
        await self._patiently(context.memory.keep(context.store, context.clock.now()))

    def stop(self) -> None:
        """Start nothing more. What is under way is finished: a call in flight has been paid for."""
        self._stopping = True
        self._changed.set()

    def wake(self) -> None:
        """Look again now."""
        self._changed.set()

    @property
    def calls_in_flight(self) -> int:
        return self._caller.in_flight

    async def _turn(self) -> int:
        """Look once and act; when to look again."""
        context = self._context
        try:
            now = context.clock.now()
            snapshot = await context.store.snapshots.take(context.host, now)
            if snapshot.next_lease is not None and snapshot.next_lease <= now:
                await recover.write_off(context)
            await context.memory.refresh(context.store, now)
            await context.pulse.refresh(context.store, now)
            if context.rules.copies:
                await context.purse.refresh(context.store, now)
            waiting_elsewhere = stranded(context, snapshot)
            self._sick.update(dict.fromkeys(unwell(snapshot) | self._caller.unwell(now), now + FRESH))
            snapshot = replanned(context, snapshot, {name for name, until in self._sick.items() if now < until})
            outlook = outlook_of(context, snapshot)
            outlook = replace(outlook, flex=await tiers(context, snapshot, outlook, self._caller.without_flex(now)))
            decisions = decide(outlook, context.rules, now)
            decisions.cancels.update(waiting_elsewhere)
            grounds = Grounds(outlook, context.rules, decisions, now)
            next_at = min(decisions.next_at, snapshot.next_lease or FAR_FUTURE)
            await self._settle(decisions, now)
            await asyncio.gather(*(self._repeat(bucket, grounds) for bucket in decisions.sought))
            has_moved, look_at = await self._capping.see_to(snapshot, now)
            if has_moved:
                self._changed.set()
            next_at = min(next_at, look_at, self._following.fill(grounds), await self._following.claim(snapshot, now))
            next_call = await self._caller.serve(decisions.wanted, outlook.capacities, grounds.of_calls)
            next_at = min(next_at, next_call or FAR_FUTURE)
            await self._note_holds(grounds)
            if await make_copies(context, grounds, self._uncopied):
                self._changed.set()
            next_at = min(next_at, await self._caller.keep(), self._errands.run(snapshot, now))
        except StoreError as error:
            context.troubles["store"] = str(error)
            return context.clock.now() + STORE_PAUSE
        context.troubles.pop("store", None)
        return next_at

    async def _settle(self, decisions: Decisions, now: int) -> None:
        """The decisions that only move state. Calls wait for it, so what may be thousands is written side by side: the store
        commits it together."""
        store = self._context.store
        for one in decisions.given_up:
            await self._give_up(one, now)
        await asyncio.gather(*(store.buckets.protect(bucket, now) for bucket in decisions.protected))
        if decisions.looks:
            await store.batches.look_by(decisions.looks)
        await asyncio.gather(*(store.batches.ask_cancel(batch, why, now) for batch, why in decisions.cancels.items()))
        if decisions.given_up or decisions.protected or decisions.cancels or decisions.looks:
            self._changed.set()

    async def _give_up(self, one: GiveUp, now: int) -> None:
        left = one.bucket.open.requests
        while left > 0:
            done = await self._context.store.requests.give_up(one.bucket, one.state, one.phase, GIVE_UP_CHUNK, now)
            self._context.on_settled()
            left = left - done if done else 0

    async def _repeat(self, bucket: Bucket, grounds: Grounds) -> None:
        """Answer some of a bucket's requests with what is kept. Everybody's next look comes right after it."""
        context = self._context
        decided = grounds.of_repeats(bucket)
        if await context.store.cache.serve(bucket, LOOKED_UP, decided, context.clock.now()):
            context.on_settled()
        self._changed.set()

    async def _note_holds(self, grounds: Grounds) -> None:
        """Write down what keeps requests waiting, when the reason is another than at the last look."""
        held = {one.bucket.id: reason_of(one.why) for one in grounds.decisions.held}
        news = [one for one in grounds.decisions.held if self._held.get(one.bucket.id) != held[one.bucket.id]]
        hold = self._context.store.decisions.hold
        await asyncio.gather(*(hold(one.bucket, grounds.of_hold(one), grounds.now) for one in news))
        self._held = held

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside the loop; its end is a change."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._changed.set()
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, StoreError):
            self._context.troubles["store"] = str(error)  # the lease runs out, and the step is made again
        else:
            self._context.on_fault(error)

    async def _rest(self, next_at: int) -> None:
        """Sleep until then, or until something changes; never so short that looking becomes all there is."""
        clock = self._context.clock
        shortest = clock.now() + self._context.settings.engine.shortest_turn
        await clock.sleep_until(shortest)
        try:
            async with asyncio.timeout(clock.seconds_until(next_at)):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _watch(self) -> None:
        """Turn changes that other processes make into wake-ups."""
        context = self._context
        while True:
            try:
                await context.store.database.wait_for_change()
            except StoreError as error:
                context.troubles["store"] = str(error)
                await context.clock.sleep_until(context.clock.now() + STORE_PAUSE)
            self._changed.set()

    async def _patiently(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that the store may refuse for now, and go on without it if it does."""
        try:
            await work
        except BideError as error:
            self._context.troubles["store"] = str(error)
