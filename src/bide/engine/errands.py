"""What is done beside the loop, one of a kind at a time: answers are delivered, schedules handed in, others told, old things purged.

None of it may keep a rescue waiting: a disk may be slow, a file large, a listener dead.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from bide.core.clock import FAR_FUTURE, MINUTE
from bide.engine import deliver, scheduled
from bide.engine.context import Context, Spawn
from bide.engine.purge import PERIOD, purge
from bide.engine.tell import Teller
from bide.store.snapshot import Snapshot

PURGE_AFTER = MINUTE
"""After its start a worker has better to do than to clear up."""


class Errands:
    """One worker's. `is_over` says whether it is about to stop: what takes long ends early then."""

    def __init__(self, context: Context, spawn: Spawn, is_over: Callable[[], bool]) -> None:
        self._context = context
        self._spawn = spawn
        self._is_over = is_over
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._purge_at = context.clock.now() + PURGE_AFTER
        self._teller = Teller(context, is_over)

    def run(self, snapshot: Snapshot, now: int) -> int:
        """Start what is due and not under way; when something will be due."""
        return min(
            self._deliver(snapshot, now), self._tell(snapshot, now), self._hand_in(snapshot, now), self.purge(now)
        )

    def _deliver(self, snapshot: Snapshot, now: int) -> int:
        if snapshot.next_delivery is None:
            return FAR_FUTURE
        if snapshot.next_delivery > now:
            return snapshot.next_delivery
        if self._is_free("deliver"):
            self._begin("deliver", deliver.deliver(self._context))
        return FAR_FUTURE

    def _hand_in(self, snapshot: Snapshot, now: int) -> int:
        """Hand in what schedules ask for."""
        if snapshot.next_schedule is None or self._context.hand_in is None:
            return FAR_FUTURE
        if snapshot.next_schedule > now:
            return snapshot.next_schedule
        if self._is_free("hand in"):
            self._begin("hand in", scheduled.see_to(self._context, self._is_over))
        return FAR_FUTURE

    def _tell(self, snapshot: Snapshot, now: int) -> int:
        if snapshot.next_news is None or self._context.herald is None:
            return FAR_FUTURE
        if snapshot.next_news > now:
            return snapshot.next_news
        if self._is_free("tell"):
            self._begin("tell", self._teller.run())
        else:
            self._teller.nudge()
        return FAR_FUTURE

    def purge(self, now: int) -> int:
        """Purge what has been kept for long enough, now and then; when to look again."""
        if now < self._purge_at:
            return self._purge_at
        self._purge_at = now + PERIOD
        if not self._context.settings.retention.horizon(now).is_empty and self._is_free("purge"):
            self._begin("purge", self._purge())
        return self._purge_at

    async def _purge(self) -> None:
        await purge(self._context, is_over=self._is_over)

    def _is_free(self, kind: str) -> bool:
        task = self._tasks.get(kind)
        return task is None or task.done()

    def _begin(self, kind: str, work: Coroutine[Any, Any, None]) -> None:
        self._tasks[kind] = self._spawn(work)
