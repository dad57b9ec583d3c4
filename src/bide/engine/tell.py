"""News on its way: many at a time, none waiting for another, each try on record."""

import asyncio
from collections.abc import Callable

from bide.core.clock import MINUTE
from bide.delivery.herald import Herald, NotYet
from bide.delivery.schedule import Again, Arrived, GivenUp, Outcome, next_step
from bide.engine.context import Context
from bide.store.deliveries import NEWS, Delivery, Try

LEASE = 5 * MINUTE
"""Longer than any try takes. When it has run out, somebody else tells the same under the same name."""

AT_A_TIME = 32

LONGEST_ERROR = 500


class Teller:
    """Tells what is due. `run` ends when nothing more is."""

    def __init__(self, context: Context, stopping: Callable[[], bool]) -> None:
        self._context = context
        self._stopping = stopping
        self._due = asyncio.Event()

    def nudge(self) -> None:
        """Something more is due."""
        self._due.set()

    async def run(self) -> None:
        context = self._context
        if context.herald is None:
            return
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                self._due.clear()
                if (free := AT_A_TIME - len(under_way)) and not self._stopping():
                    now = context.clock.now()
                    claimed = await context.store.deliveries.claim(
                        context.holder, context.host, now, now + LEASE, free, NEWS
                    )
                    under_way |= {asyncio.create_task(_tell(context, context.herald, one)) for one in claimed}
                if not under_way:
                    return
                under_way = await self._one_ended(under_way)
        finally:
            for task in under_way:
                task.cancel()

    async def _one_ended(self, under_way: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
        """Wait until there is room, or more to do; what is still under way."""
        nudged = asyncio.ensure_future(self._due.wait())
        await asyncio.wait([*under_way, nudged], return_when=asyncio.FIRST_COMPLETED)
        nudged.cancel()
        for task in under_way:
            if task.done():
                task.result()  # the store's errors are the service's; the lease runs out
        return {task for task in under_way if not task.done()}


async def _tell(context: Context, herald: Herald, delivery: Delivery) -> None:
    """Tell once, and write down what follows from how it went."""
    clock, store = context.clock, context.store.deliveries
    started_at = clock.now()
    try:
        outcome = await herald.tell(delivery)
    except Exception as error:
        context.on_fault(error)
        outcome = Outcome(None, f"telling it failed unexpectedly ({type(error).__name__}); please report it")
    now = clock.now()
    if isinstance(outcome, NotYet):
        await store.put_off(delivery, outcome.due_at)
        return
    error = outcome.error[:LONGEST_ERROR] if outcome.error is not None else None
    tried = Try(started_at, now - started_at, outcome.status, error)
    match next_step(delivery.failures, outcome, context.entropy.uniform(), now):
        case Arrived():
            await store.told(delivery, tried, now)
        case Again(due_at):
            await store.failed(delivery, tried, due_at, now)
        case GivenUp(gone):
            await store.gave_up(delivery, tried, now, gone=gone)
