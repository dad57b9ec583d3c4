"""Following the event log: up to where it is complete, for everybody who listens on this gateway.

Events are numbered when they are written and seen when their transaction ends, so on PostgreSQL a later number may be seen
first. Whoever was sent it and came back with it would never get the earlier one. So the log is told only up to the first
number that is missing; one that stays away was rolled back, and is not waited for any longer.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, MutableMapping, Sequence

from bide.core.errors import StoreError
from bide.store.store import Store

LOOK = 0.5
"""Seconds between looks while somebody listens."""

PATIENCE = 5.0
"""Seconds after which a missing number is given up: longer than any transaction of ours."""

BEFORE = 1_000
"""So many numbers before the newest are looked at for missing ones, when the first one begins to listen."""

CHUNK = 5_000


class Tail:
    """How far the log is complete."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.listeners = 0
        self._looking: asyncio.Task[None] | None = None
        self._grown = asyncio.Condition()
        self._gaps: dict[int, float] = {}
        self.last = 0
        """Every event up to here is there, or never will be."""

    @contextlib.asynccontextmanager
    async def followed(self) -> AsyncGenerator[None]:
        """Look for as long as somebody listens. Raises `StoreError`."""
        if not self.listeners:
            newest = await self._store.events.newest()
            self.last = max(self.last, newest - BEFORE, 0)
            await self._look()
        self.listeners += 1
        looking = self._looking = self._looking or asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            self.listeners -= 1
            if not self.listeners:
                self._looking = None
                looking.cancel()

    async def beyond(self, position: int, patience: float) -> None:
        """Return when the log is complete beyond a position, or the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience), self._grown:
                await self._grown.wait_for(lambda: self.last > position)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            with contextlib.suppress(StoreError):
                await self._look()

    async def _look(self) -> None:
        numbers = await self._store.events.numbers(self.last, CHUNK)
        reached = complete(self.last, numbers, self._gaps, asyncio.get_running_loop().time())
        if reached > self.last:
            self.last = reached
            async with self._grown:
                self._grown.notify_all()


def complete(last: int, numbers: Sequence[int], gaps: MutableMapping[int, float], now: float) -> int:
    """Up to which number the log is complete, if it was so up to `last` and holds `numbers` above.

    `gaps` remembers for each number that follows a gap since when that has been seen, in seconds.
    """
    reached, is_open, previous = last, True, last
    seen: set[int] = set()
    for number in numbers:
        if number != previous + 1:
            seen.add(number)
            if now - gaps.setdefault(number, now) < PATIENCE:
                is_open = False
        if is_open:
            reached = number
        previous = number
    for number in set(gaps) - seen:
        del gaps[number]
    return reached
