"""Many small writes as few: whoever comes while one is under way goes with the next, and waits for it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 256
"""Items that go together: beyond this the wait of the first outweighs what the last saves."""


class Group(Generic[Item, Result]):
    """Hands items to `write` together, and each caller what came of its own."""

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        linger: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`write` gives a result for each item, in their order; what it raises, all of them get. `linger` says how many
        seconds to wait for more before a write."""
        self._write = write
        self._linger = linger
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._writing: asyncio.Task[None] | None = None

    def add(self, item: Item) -> "asyncio.Future[Result]":
        """Queue an item; its result is to come."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._writing is None:
            self._writing = asyncio.create_task(self._work())
        return future

    async def settle(self) -> None:
        """Wait until everything that was queued is written."""
        while self._writing is not None:
            await asyncio.wait([self._writing])

    async def _work(self) -> None:
        try:
            while self._waiting:
                if (seconds := self._linger()) and len(self._waiting) < MOST:
                    await asyncio.sleep(seconds)
                some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._write_some(some)
        finally:
            self._writing = None

    async def _write_some(self, some: Sequence[tuple[Item, "asyncio.Future[Result]"]]) -> None:
        try:
            results = await self._write([item for item, _ in some])
        except Exception as error:
            for _, future in some:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(some, results, strict=True):
            if not future.done():
                future.set_result(result)
