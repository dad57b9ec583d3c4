"""An event loop in a thread of its own, for callers that have none."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from bide.client.errors import ClosedError

Result = TypeVar("Result")


class LoopThread:
    """Runs coroutines for other threads. It does not keep the process from ending."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="bide", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of a coroutine. Whoever is interrupted while waiting cancels it.

        Raises:
            ClosedError: the loop has been stopped.
        """
        if self._loop.is_closed():
            work.close()
            raise ClosedError
        future: concurrent.futures.Future[Result] = concurrent.futures.Future()
        tasks: list[asyncio.Task[Result]] = []

        def begin() -> None:
            tasks.append(self._loop.create_task(work))
            tasks[0].add_done_callback(end)

        def end(task: "asyncio.Task[Result]") -> None:
            if task.cancelled():
                future.cancel()
            elif (error := task.exception()) is not None:
                future.set_exception(error)
            else:
                future.set_result(task.result())

        def give_up() -> None:
            for task in tasks:
                task.cancel()

        try:
            self._loop.call_soon_threadsafe(begin)
            return future.result()
        except BaseException:
            if not future.done():  # an interrupt, which may come at any line: whatever has begun is given up
                self._loop.call_soon_threadsafe(give_up)
            raise

    def call(self, function: Callable[[], None]) -> None:
        """Have a function called in the loop, soon; nothing after the loop has been stopped."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function)

    def stop(self) -> None:
        """End the loop and its thread; twice is once."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        finally:
            self._loop.close()
