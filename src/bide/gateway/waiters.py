"""Who waits for which answer on this gateway, and being told when it is there, whoever got it."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress

from bide.core.clock import MINUTE
from bide.core.errors import StoreError
from bide.engine.context import Context

SHORTEST = 0.02
"""Seconds between two looks: answers come in thousands."""

PAUSE = 1.0
"""Seconds after the store failed."""

OVERLAP = MINUTE
"""Looks overlap by so much, for the clocks of other machines and for transactions that take their time."""

SWEEP = 10.0
"""Seconds between two looks at everything that is waited for: nobody waits forever for a clock that is wrong."""


class Waiters:
    """Waits for calls to be settled. `look` tells that some may be."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._jobs: defaultdict[int, dict[str, set[asyncio.Event]]] = defaultdict(dict)
        self._counts: dict[int, int] = {}
        self._changed = asyncio.Event()
        self._looked_at = 0
        self._tasks: list[asyncio.Task[None]] = []
        self.is_over = False
        """Whether nobody may wait here any more."""

    def start(self) -> None:
        """Begin to look."""
        self._tasks = [asyncio.create_task(self._watch()), asyncio.create_task(self._look())]

    async def stop(self) -> None:
        """Look no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def end(self) -> None:
        """Let everybody go who waits, and whoever comes: this gateway stops."""
        self.is_over = True
        for calls in self._jobs.values():
            for events in calls.values():
                for event in events:
                    event.set()

    def look(self) -> None:
        """Something was settled in this process."""
        self._changed.set()

    async def wait(self, job: int, external_id: str, seconds: float | None) -> bool:
        """Wait until a call of a job is settled; False when the time is over first."""
        return await self.wait_for_any([(job, external_id)], seconds)

    async def wait_for_any(self, calls: Sequence[tuple[int, str]], seconds: float | None) -> bool:
        """Wait until one of some calls, each with its job, is settled; False when the time is over or this gateway stops first."""
        if self.is_over:
            return False
        event = asyncio.Event()
        for job, external_id in calls:
            self._jobs[job].setdefault(external_id, set()).add(event)
            self._counts.pop(job, None)  # it may have been settled before
        self._changed.set()
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        finally:
            for job, external_id in calls:
                self._forget(job, external_id, event)
        return not self.is_over

    def _forget(self, job: int, external_id: str, event: asyncio.Event) -> None:
        if (mine := self._jobs.get(job)) is None:
            return
        if waiting := mine.get(external_id):
            waiting.discard(event)
        if not waiting:
            mine.pop(external_id, None)
        if not mine:
            self._jobs.pop(job, None)
            self._counts.pop(job, None)

    async def _watch(self) -> None:
        """Changes that other processes make."""
        while True:
            try:
                await self._context.store.database.wait_for_change()
            except StoreError:
                await asyncio.sleep(PAUSE)
            self._changed.set()

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        swept_at = loop.time()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(SWEEP):
                    await self._changed.wait()
            self._changed.clear()
            if loop.time() >= swept_at + SWEEP:
                swept_at = loop.time()
                self._counts.clear()
            if self._jobs:
                try:
                    await self._check()
                except StoreError:
                    await asyncio.sleep(PAUSE)
                    self._changed.set()
            await asyncio.sleep(SHORTEST)

    async def _check(self) -> None:
        calls, now = self._context.store.calls, self._context.clock.now()
        counts = await calls.settled_counts(list(self._jobs))
        for job in list(self._jobs):
            before, settled = self._counts.get(job), counts.get(job, 0)
            if before == settled or job not in self._jobs:
                continue
            since = 0 if before is None else self._looked_at - OVERLAP
            self._counts[job] = settled  # before the answer comes: who begins to wait meanwhile takes it away again
            try:
                found = await calls.settled_of_job(job, since)
            except StoreError:
                self._counts.pop(job, None)
                raise
            for external_id in found:
                for event in self._jobs.get(job, {}).get(external_id, ()):
                    event.set()
        self._looked_at = now
