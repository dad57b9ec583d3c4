"""What a gateway does now and then: it takes over from gateways that died, removes the bytes of files that are gone, and learns what
other processes have seen."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bide.core.clock import DAY
from bide.core.errors import StoreError
from bide.engine.context import Context
from bide.lanes.forecast.prior import prior_of

PERIOD = 60.0
"""Seconds between two rounds."""

TORN_AFTER = DAY
"""An upload that has been under way for so long is none any more."""


class Upkeep:
    """The rounds. `recoveries` are what is done first in each: they take over from gateways that are gone."""

    def __init__(self, context: Context, recoveries: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self._context = context
        self._recoveries = recoveries
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with a round."""
        context = self._context
        context.memory.expect({name: prior_of(one.catalogue) for name, one in context.providers.items()})
        self._task = asyncio.create_task(self._work())

    def soon(self) -> None:
        """There is something to do."""
        self._due.set()

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def round(self) -> None:
        """Do it once."""
        for recover in self._recoveries:
            await recover()
        now = self._context.clock.now()
        await self._context.memory.refresh(self._context.store, now)
        while await self._context.store.files.sweep(now, now - TORN_AFTER):
            await asyncio.sleep(0)

    async def _work(self) -> None:
        while True:
            self._due.clear()
            try:
                await self.round()
            except StoreError as error:
                self._context.troubles["store"] = str(error)
            try:
                async with asyncio.timeout(PERIOD):
                    await self._due.wait()
            except TimeoutError:
                continue
