"""The batches that this worker works on: filled, or claimed when they are due, and followed step by step, each in a task of its own."""

from collections.abc import Callable

from bide.core.batch import Batch
from bide.core.clock import FAR_FUTURE, SECOND
from bide.engine import steps
from bide.engine.context import Context, Spawn
from bide.lanes.decision.grounds import Grounds
from bide.lanes.plan.assemble import Opening
from bide.store.snapshot import Snapshot

FULL_PAUSE = 2 * SECOND
"""After another worker has taken the room that a bucket was to have, before it is tried again."""


class Following:
    """One worker's. `on_change` is told when it should look again, `is_over` says whether it is about to stop."""

    def __init__(
        self, context: Context, spawn: Spawn, on_change: Callable[[], None], is_over: Callable[[], bool]
    ) -> None:
        self._context = context
        self._spawn = spawn
        self._on_change = on_change
        self._is_over = is_over
        self._batches: dict[int, str] = {}
        """The batches that are followed, with their accounts."""
        self._filling: dict[int, str] = {}
        """The buckets that batches are filled from, with their accounts."""
        self._full: dict[int, int] = {}
        """The buckets whose room another worker took, and until when they are left alone."""

    def fill(self, grounds: Grounds) -> int:
        """Fill the batches that were decided on; when a bucket whose room another took may be tried again."""
        for opening in grounds.decisions.openings:
            self._fill(opening, grounds)
        self._full = {bucket: until for bucket, until in self._full.items() if grounds.now < until}
        return min(self._full.values(), default=FAR_FUTURE)

    def _fill(self, opening: Opening, grounds: Grounds) -> None:
        """Fill as many batches as the opening has, one after the other in a task, and follow each: the next may be filled while
        the one before is uploaded."""
        bucket = opening.bucket.id
        if bucket in self._filling or not self._free(opening.bucket.account):
            return
        if self._context.clock.now() < self._full.get(bucket, 0):
            return
        decided = grounds.of_batch(opening)

        async def fill() -> None:
            try:
                for number in range(opening.batches):
                    if number and (self._is_over() or not self._free(opening.bucket.account)):
                        return
                    batch = await steps.fill(self._context, opening, decided)
                    if batch is None:
                        self._full[bucket] = self._context.clock.now() + FULL_PAUSE
                        return
                    self._full.pop(bucket, None)
                    self._follow(batch)
                    if batch.requests < opening.requests:
                        return  # nothing waits any more, or what does has no room
            finally:
                self._filling.pop(bucket, None)
                self._on_change()

        self._filling[bucket] = opening.bucket.account
        self._spawn(fill())

    async def claim(self, snapshot: Snapshot, now: int) -> int:
        """Claim the batches that are due and follow each; when the next will be due."""
        context = self._context
        next_at = FAR_FUTURE
        for account, due_at in snapshot.next_batch.items():
            if account not in context.providers:
                continue
            free = self._free(account)
            if due_at > now:
                next_at = min(next_at, due_at)
            elif free > 0:
                lease_until = now + context.settings.engine.lease
                claimed = await context.store.batches.claim(account, context.holder, now, lease_until, free)
                for batch in claimed:
                    self._follow(batch)
                if len(claimed) == free:
                    continue  # whoever finishes first makes room
                self._on_change()
        return next_at

    def _free(self, account: str) -> int:
        """How many more batches of an account may be worked on. One always may: a provider that hangs holds its own up, and
        nobody else's."""
        free = self._context.settings.engine.steps - len(self._batches) - len(self._filling)
        is_idle = account not in self._batches.values() and account not in self._filling.values()
        return max(free, int(is_idle))

    def _follow(self, batch: Batch) -> None:
        async def follow() -> None:
            try:
                await steps.follow(self._context, batch, self._on_change)
            finally:
                self._batches.pop(batch.id, None)

        self._batches[batch.id] = batch.account
        self._spawn(follow())
