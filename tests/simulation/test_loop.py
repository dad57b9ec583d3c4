"""The simulated loop: exact time, no threads, processes that can be killed and paused."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from tests.simulation.loop import PROCESS, Deadlock, Process, SimulatedClock, SimulatedLoop


@pytest.fixture
def loop() -> Iterator[SimulatedLoop]:
    simulated = SimulatedLoop()
    yield simulated
    simulated.close()


def run(loop: SimulatedLoop, coroutine: Coroutine[Any, Any, Any]) -> Any:
    return loop.run_until_complete(coroutine)


def test_time_jumps_to_the_next_timer_exactly(loop: SimulatedLoop) -> None:
    clock = SimulatedClock(loop)

    async def sleep() -> list[int]:
        start = clock.now()
        passed: list[int] = []
        for seconds in (0.000001, 1.5, 86_400 * 3, 0.25):
            await asyncio.sleep(seconds)
            passed.append(clock.now() - start)
        return passed

    assert run(loop, sleep()) == [1, 1_500_001, 259_201_500_001, 259_201_750_001]


def test_timeouts_and_queues_run_on_simulated_time(loop: SimulatedLoop) -> None:
    async def work() -> float:
        queue: asyncio.Queue[int] = asyncio.Queue()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3_600):
                await queue.get()
        loop.call_later(7, queue.put_nowait, 1)
        assert await queue.get() == 1
        async with asyncio.timeout(10):
            await asyncio.sleep(9)
        return loop.time()

    assert run(loop, work()) == 1_000 + 3_600 + 7 + 9


def test_a_lost_wake_up_is_an_error_and_not_a_hang(loop: SimulatedLoop) -> None:
    async def wait() -> None:
        await loop.create_future()

    with pytest.raises(Deadlock):
        run(loop, wait())


def test_threads_are_refused(loop: SimulatedLoop) -> None:
    async def thread() -> None:
        await asyncio.to_thread(print)

    with pytest.raises(RuntimeError, match="threads are not simulated"):
        run(loop, thread())


def test_a_killed_process_gets_no_more_turns_and_unwinds_nothing(loop: SimulatedLoop) -> None:
    process, events = Process("victim"), list[str]()

    async def victim() -> None:
        try:
            events.append("begun")
            await asyncio.sleep(10)
            events.append("woken")
        finally:
            events.append("unwound")

    async def world() -> None:
        loop.start(process, victim())
        await asyncio.sleep(5)
        loop.kill(process)
        await asyncio.sleep(100)

    run(loop, world())
    assert events == ["begun"]
    for task in process.tasks:
        task.get_coro().close()  # type: ignore[union-attr]


def test_what_a_process_starts_belongs_to_it(loop: SimulatedLoop) -> None:
    process, seen = Process("parent"), list[Process | None]()

    async def child() -> None:
        seen.append(PROCESS.get())

    async def parent() -> None:
        await asyncio.create_task(child())

    async def world() -> None:
        await loop.start(process, parent())
        seen.append(PROCESS.get())

    run(loop, world())
    assert seen == [process, None]
    assert len(process.tasks) >= 2


def test_a_paused_process_misses_its_timers_and_goes_on(loop: SimulatedLoop) -> None:
    process, woken = Process("sleeper"), list[float]()

    async def sleeper() -> None:
        for _ in range(3):
            await asyncio.sleep(10)
            woken.append(loop.time() - 1_000)

    async def world() -> None:
        task = loop.start(process, sleeper())
        await asyncio.sleep(15)
        loop.pause(process)
        await asyncio.sleep(1_000)
        loop.resume(process)
        await task

    run(loop, world())
    assert woken == [10, 1_015, 1_025]


def test_sets_of_tasks_have_an_order_of_their_own(loop: SimulatedLoop) -> None:
    async def wait() -> list[int]:
        async def number(value: int) -> int:
            await asyncio.sleep(1)
            return value

        tasks = [asyncio.ensure_future(number(value)) for value in range(20)]
        done, _ = await asyncio.wait(tasks)
        return [task.result() for task in done]

    first = run(loop, wait())
    second = SimulatedLoop()
    assert sorted(first) == list(range(20))
    assert [first.index(value) for value in range(3)] == [first.index(value) for value in range(3)]
    second.close()


def test_a_clock_that_jumps_does_not_move_timers(loop: SimulatedLoop) -> None:
    clock = SimulatedClock(loop)

    async def jump() -> tuple[int, float]:
        before = clock.now()
        clock.jump(3_600_000_000)
        await asyncio.sleep(1)
        return clock.now() - before, loop.time()

    assert run(loop, jump()) == (3_601_000_000, 1_001.0)
