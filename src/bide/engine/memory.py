"""What this worker knows of the forecast: a copy of the counts on record, kept up to date, and what its calls have taught meanwhile."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bide.core.batch import LiveBatch
from bide.core.clock import DAY, MINUTE, SECOND
from bide.core.states import BatchState
from bide.lanes.arrival.weighing import Weighing
from bide.lanes.forecast.calibration import Promise, from_text
from bide.lanes.forecast.cell import Lessons, join
from bide.lanes.forecast.forecast import KEPT_FOR, Forecast, Running, View
from bide.lanes.forecast.prior import Prior
from bide.store.store import Store

REFRESH = MINUTE
"""How often the counts that changed are read, and what calls have taught is written."""

SHORTEST = 10 * SECOND
"""How soon they are read again after a batch of this worker has taught something."""

OVERLAP = 5 * MINUTE
"""How far back changes are read again: another machine's clock may be behind, and a transaction takes its time."""

REMEMBERED = 1_000
"""Models whose weighing is at hand: their names come from callers, so they have no end."""


class Memory:
    """One worker's. Losing it costs what the answers of a minute have taught."""

    def __init__(self) -> None:
        self._forecast = Forecast()
        self._view = self._forecast.view(0)
        self._taught: Lessons = {}
        self._read_at = 0
        self._next_at = 0
        self._forgotten_at = 0
        self._slowness: dict[tuple[str, str], float] = {}
        self._weighing: dict[tuple[str, str], Weighing] = {}

    def is_fresh(self, now: int) -> bool:
        """Whether the counts on record were read lately, as where an engine runs in this process."""
        return 0 < self._read_at <= now < self._read_at + 2 * REFRESH

    @property
    def view(self) -> View:
        """What is expected, as of the last look."""
        return self._view

    def expect(self, priors: Mapping[str, Prior]) -> None:
        """Before anything was seen, by account."""
        self._forecast.believe(priors)

    def look(self, live: Iterable[LiveBatch], now: int) -> View:
        """What is expected now, while these batches are live."""
        self._view = self._forecast.view(now, running_of(live))
        return self._view

    def slowness(self, account: str, model: str) -> float:
        """By what an account's calls of a model have been seen to exceed the time that is assumed for them; 1: by nothing."""
        known = self._slowness.get((account, model))
        if known is None:
            known = self._slowness[account, model] = self._view.latency(account, model).factor()
        return known

    def weighing(self, account: str, model: str) -> Weighing:
        """How many tokens the requests of an account's model turn out to have beside their size."""
        known = self._weighing.get((account, model))
        if known is None:
            if len(self._weighing) >= REMEMBERED:
                self._weighing.clear()
            known = self._weighing[account, model] = self._view.weighing(account, model)
        return known

    def note(self, lessons: Lessons) -> None:
        """What answers have taught; written with the next refresh."""
        join(self._taught, lessons)

    def hurry(self) -> None:
        """Something was added on record that is worth reading soon."""
        self._next_at = min(self._next_at, self._read_at + SHORTEST)

    async def refresh(self, store: Store, now: int) -> None:
        """Write what calls have taught and read what has changed, when it is time.

        Raises:
            StoreError: the store refuses; nothing is lost, and it is tried again.
        """
        if now < self._next_at:
            return
        await self.keep(store, now)
        if now >= self._forgotten_at + DAY:
            await store.forecasts.forget(now - KEPT_FOR)
            self._forecast.forget(now - KEPT_FOR)
            self._forgotten_at = now
        changed = await store.forecasts.changed(self._read_at - OVERLAP if self._read_at else 0)
        self._forecast.replace(changed)
        self._view = replace(self._view, now=now, _known={}, _ages={})  # of the batches that were last looked at
        self._slowness.clear()
        self._weighing.clear()
        self._read_at, self._next_at = now, now + REFRESH

    async def keep(self, store: Store, now: int) -> None:
        """Write what calls have taught."""
        if self._taught:
            taught, self._taught = self._taught, {}
            try:
                await store.forecasts.add(taught, now)
            except BaseException:
                join(self._taught, taught)
                raise


def running_of(live: Iterable[LiveBatch]) -> list[Running]:
    """The batches that a provider works on, as the forecast counts them."""
    return [
        Running(
            one.batch.account,
            one.batch.model,
            one.batch.requests,
            max(0, one.batch.requests - one.batch.output_rows),
            one.batch.submitted_at,
            promise_of(one.batch.promise),
            one.batch.cancel_at,
        )
        for one in live
        if one.batch.submitted_at is not None and one.batch.state in (BatchState.SUBMITTED, BatchState.CANCELLING)
    ]


@functools.lru_cache(maxsize=4_096)
def promise_of(text: str | None) -> Promise | None:
    """What a batch was given; None where that is not on record."""
    try:
        return from_text(text) if text else None
    except ValueError:
        return None
