"""Purging what is over: small steps, one worker at a time, and whatever a crash left behind first."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace

from bide.core.budget import Span, period_of
from bide.core.clock import HOUR, MINUTE
from bide.core.errors import LeaseLostError
from bide.core.job import Job
from bide.engine.context import Context
from bide.lanes.outcome.retention import Horizon
from bide.store.purge import Hold

PERIOD = HOUR
"""Between two purges, whichever worker makes them."""

LEASE = 5 * MINUTE
"""How long a worker that died in the middle of it keeps the others from going on. A step takes well under a second."""

AT_A_TIME = 100
"""Jobs and batches that are looked up at a time."""

MOST_COUNTED = 100_000
"""Jobs up to which a rehearsal counts."""

TABLES = ("events", "passages", "ledger")

log = logging.getLogger("bide.engine")


@dataclass(frozen=True, slots=True)
class Purged:
    """What went, or would go."""

    jobs: int = 0
    requests: int = 0
    batches: int = 0
    events: int = 0
    passages: int = 0
    ledger: int = 0

    @property
    def is_nothing(self) -> bool:
        return self == Purged()


async def purge(
    context: Context, *, at_once: bool = False, is_over: Callable[[], bool] = lambda: False
) -> Purged | None:
    """Purge what may go; None where another worker does, or where it is not yet due and not wanted `at_once`.

    Ends early where `is_over` says so; the next purge goes on.

    Raises:
        StoreError: the store refuses it for now; the next purge goes on.
    """
    store, now = context.store.purge, context.clock.now()
    fence = await store.claim(context.holder, now, now + LEASE, at_once=at_once)
    if fence is None:
        return None
    run = _Run(context, fence, is_over)
    try:
        await run.everything(context.settings.retention.horizon(now))
    except LeaseLostError:
        return run.purged  # this worker stood still for so long that another has gone on
    await store.rest(fence, context.clock.now() + (0 if is_over() else PERIOD))
    if not run.purged.is_nothing:
        log.info("purge", extra={"fields": asdict(run.purged)})
    return run.purged


async def rehearse(context: Context) -> Purged:
    """What a purge would take now, as far as nothing else has to go before it."""
    store, now = context.store.purge, context.clock.now()
    horizon = context.settings.retention.horizon(now)
    jobs = await store.eligible(horizon, now, MOST_COUNTED)
    counts = {table: await store.count(table, getattr(horizon, table)) for table in TABLES}
    return Purged(jobs=len(jobs), requests=sum(job.requests for job in jobs), **counts)


class _Run:
    """One purge under its lease."""

    def __init__(self, context: Context, fence: int, is_over: Callable[[], bool]) -> None:
        self._context = context
        self._store = context.store.purge
        self._fence = fence
        self._is_over = is_over
        self.purged = Purged()

    async def everything(self, horizon: Horizon) -> None:
        """All of it, in the order in which it hangs together: what points to something goes before that."""
        for job in await self._store.taken(AT_A_TIME):
            await self._job(job)
        while not self._is_over():
            if not await self._jobs(horizon):
                break
        while not self._is_over() and (batches := await self._store.empty_batches(horizon, AT_A_TIME)):
            for batch, tag in batches:
                await self._store.drop_batch(self._hold, batch, tag)
                self._add(batches=1)
        now = self._context.clock.now()
        while not self._is_over() and await self._store.forget_kept(self._hold, horizon.passages, now):
            pass
        await self._each(self._store.release)
        await self._each(self._store.sweep)
        for table in TABLES:
            await self._table(table, getattr(horizon, table))
        while not self._is_over() and await self._store.forget_names(self._hold, horizon.passages):
            pass
        if horizon.ledger:
            await self._store.forget_spending(self._hold, period_of(Span.MONTH, horizon.ledger))

    @property
    def _hold(self) -> Hold:
        return Hold(self._fence, self._context.clock.now() + LEASE)

    async def _jobs(self, horizon: Horizon) -> bool:
        """Some of the jobs that may go; whether there were any."""
        found = False
        now = self._context.clock.now()
        for job in await self._store.eligible(horizon, now, AT_A_TIME):
            if self._is_over():
                break
            if await self._store.take(self._hold, job, horizon, now):
                found = True
                await self._job(job)
        return found

    async def _job(self, job: Job) -> None:
        after: int | None = 0
        while after is not None:
            if self._is_over():
                return  # it was taken, and is gone on with next time
            after = await self._store.thin(self._hold, job, after)
        await self._store.finish(self._hold, job)
        self._add(jobs=1, requests=job.requests)

    async def _each(self, step: Callable[[Hold, int], Awaitable[int | None]]) -> None:
        """Take a step until there is nothing more behind what it came to."""
        after: int | None = 0
        while after is not None and not self._is_over():
            after = await step(self._hold, after)

    async def _table(self, table: str, before: int) -> None:
        after: int | None = 0
        while before and after is not None and not self._is_over():
            walk = await self._store.walk(self._hold, table, before, after)
            after = walk.after
            self._add(**{table: walk.gone})

    def _add(self, **more: int) -> None:
        self.purged = replace(self.purged, **{name: getattr(self.purged, name) + more[name] for name in more})
