"""An event loop whose time is simulated: it jumps to the next timer instead of waiting for it.

It is its own selector and has no sockets and no threads. Private attributes of asyncio are used in this file only;
`test_loop.py` fails on a Python that changes them.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
from typing import Any, cast

from bide.core.clock import DAY, SECOND

START = 1_000.0
"""The loop's first time. Small: near Unix time a float is too coarse for microseconds, and due timers never become due."""

EPOCH = 1_800_000_000 * SECOND
"""The wall clock's instant at the loop's time 0."""


class Process:
    """One life of an engine. A dead one gets no more turns: its tasks stand still, nothing of them is unwound."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dead = False
        self.paused = False
        self.stash: list[asyncio.Handle] = []
        self.tasks: list[asyncio.Task[Any]] = []


PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)
"""Whose turn it is; inherited by every task, timer and callback."""


class Deadlock(Exception):  # noqa: N818 - it ends a run like an assertion
    """Nothing is ready and no timer is set: a wake-up was lost."""


class _Task(asyncio.Task[Any]):
    """A task whose place in a set does not depend on its address."""

    _serial = itertools.count()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._number = next(_Task._serial)  # first: the constructor puts the task into a set
        super().__init__(*args, **kwargs)

    def __hash__(self) -> int:
        return self._number


class SimulatedLoop(asyncio.BaseEventLoop):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self._now: float = START
        self._selector = self
        self._clock_resolution = 1e-6
        self.callbacks = 0
        self.set_task_factory(self._make_task)

    def time(self) -> float:
        return self._now

    def select(self, timeout: float | None) -> tuple[()]:
        """Instead of waiting, move time to the next timer (asyncio itself caps `timeout` at a day)."""
        if timeout is None:
            raise Deadlock("nothing is ready and no timer is set")
        if timeout > 0:
            self._now = float(self._scheduled[0].when())  # type: ignore[attr-defined]
        return ()

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> asyncio.Handle:
        self.callbacks += 1
        handle = asyncio.Handle(callback, args, self, context)
        process = handle._context.get(PROCESS)  # type: ignore[attr-defined]
        if process is not None and process.dead:
            handle.cancel()
        elif process is not None and process.paused:
            process.stash.append(handle)
        else:
            self._ready.append(handle)  # type: ignore[attr-defined]
        return handle

    def kill(self, process: Process) -> None:
        """Stop a process where it stands, as `kill -9` does: no `finally` of it runs."""
        process.dead = True
        handles: list[asyncio.Handle] = [*self._ready, *self._scheduled]  # type: ignore[attr-defined]
        for handle in handles:
            if handle._context is not None and handle._context.get(PROCESS) is process:  # type: ignore[attr-defined]
                handle.cancel()

    def pause(self, process: Process) -> None:
        """Let a process stand still, as SIGSTOP does: its timers run out meanwhile, it does not notice."""
        process.paused = True
        ready = cast(Any, self)._ready
        scheduled = cast(Any, self)._scheduled
        for handle in [one for one in ready if one._context.get(PROCESS) is process and not one.cancelled()]:
            # The loop is going through this queue, so what is in it stays there; a cancelled handle is passed over.
            process.stash.append(asyncio.Handle(handle._callback, handle._args, self, handle._context))
            handle.cancel()
        for timer in [one for one in scheduled if one._context.get(PROCESS) is process]:
            scheduled.remove(timer)
            timer._scheduled = False
            process.stash.append(timer)
        heapq.heapify(scheduled)

    def resume(self, process: Process) -> None:
        """Let it go on."""
        process.paused = False
        stash, process.stash = process.stash, []
        for handle in stash:
            if handle.cancelled() or process.dead:
                continue
            if isinstance(handle, asyncio.TimerHandle) and handle.when() > self._now:
                heapq.heappush(self._scheduled, handle)  # type: ignore[attr-defined]
                handle._scheduled = True  # type: ignore[attr-defined]
            else:
                self._ready.append(handle)  # type: ignore[attr-defined]

    def start(self, process: Process, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run a coroutine as part of a process."""
        token = PROCESS.set(process)
        try:
            task = self.create_task(coroutine)
        finally:
            PROCESS.reset(token)
        process.tasks.append(task)
        return task

    def _make_task(self, loop: asyncio.AbstractEventLoop, coroutine: Any, **kwargs: Any) -> asyncio.Task[Any]:
        task = _Task(coroutine, loop=loop, **kwargs)
        process = PROCESS.get()
        if process is not None:
            process.tasks.append(
                task
            )  # kept until the end: a collected coroutine would run its `finally` in the next life
        return task

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        raise RuntimeError("threads are not simulated")

    def _process_events(self, event_list: Any) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody else is there to wake."""


class SimulatedClock:
    """The wall clock of a simulated world. `jump` moves it without time passing."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop
        self._offset = 0

    def now(self) -> int:
        return EPOCH + round(self._loop.time() * SECOND) + self._offset

    def jump(self, duration: int) -> None:
        self._offset += duration

    def seconds_until(self, instant: int) -> float:
        return min(max(0, instant - self.now()), DAY) / SECOND

    async def sleep_until(self, instant: int) -> None:
        while (left := instant - self.now()) > 0:
            await asyncio.sleep(left / SECOND)
