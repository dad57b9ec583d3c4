"""One seed from beginning to end: run the day, let the world come to rest, judge."""

import asyncio
import contextlib
import gc
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.errors import BideError
from bide.simulator.books import Books
from bide.simulator.faults import Fault
from tests.simulation.checker import Checker, Violation
from tests.simulation.gates import Gates, Strike
from tests.simulation.life import OWNER, hand_in, work
from tests.simulation.loop import Process, SimulatedLoop
from tests.simulation.plan import JobPlan, Plan
from tests.simulation.providers import SIMULATED
from tests.simulation.world import World

LONGEST = 12 * DAY
"""After so long everything must have come to its end, whatever went wrong."""

CHECK_EVERY = HOUR
"""How often the rules that always hold are looked at: a rescue must not mask a lost batch."""

MOST_CALLBACKS = 400_000
"""More turns than this is a livelock."""


@dataclass(slots=True)
class Outcome:
    """What came of a seed."""

    plan: Plan
    violations: list[Violation] = field(default_factory=list[Violation])
    struck: list[Strike] = field(default_factory=list[Strike])
    faults: list[Fault] = field(default_factory=list[Fault])
    callbacks: int = 0
    elapsed: int = 0
    """Simulated microseconds."""
    log: list[str] = field(default_factory=list[str])
    """The store's event log, one line an event."""
    processes: list[Process] = field(default_factory=list[Process])
    books: Books | None = None
    """What the provider has on record."""


def run(plan: Plan, faults: Sequence[Fault] | None = None) -> Outcome:
    """Run a plan. `faults` replaces the provider's own, as in a replay."""
    loop = SimulatedLoop()
    outcome = Outcome(plan)
    gc_was_on = gc.isenabled()
    try:
        loop.run_until_complete(_day(loop, plan, faults, outcome))
    except Exception as error:
        outcome.violations.append(("the run ends", f"{type(error).__name__}: {error}"))
    finally:
        outcome.callbacks = loop.callbacks
        bury(loop, outcome.processes)
        if gc_was_on:
            gc.enable()
    return outcome


async def _day(loop: SimulatedLoop, plan: Plan, faults: Sequence[Fault] | None, outcome: Outcome) -> None:
    from tests.simulation.loop import SimulatedClock

    started_at = SimulatedClock(loop).now()
    books = Books(plan.script, plan.seed, started_at, faults, protocol=SIMULATED[plan.provider].protocol)
    outcome.books = books
    world = World(loop, books, Gates(plan.strikes), plan.seed)
    checker = Checker(world, plan)
    keeper = loop.create_task(_keep_alive(world, plan))
    callers = [loop.create_task(_call(world, plan, job)) for job in plan.jobs]
    checked_at = started_at
    try:
        while True:
            await asyncio.sleep(CHECK_EVERY / SECOND / 12)
            now = world.clock.now()
            if now - checked_at >= CHECK_EVERY:
                checked_at = now
                outcome.violations += checker.always()
            if world.faults:
                raise world.faults[0]
            done = all(caller.done() for caller in callers) and _all_done(world)
            if done or outcome.violations:
                break
            if now - started_at > LONGEST // 2:
                world.books.faults.silence()
            if now - started_at > LONGEST or loop.callbacks > MOST_CALLBACKS:
                break
        for caller in callers:
            if caller.done():
                caller.result()
        outcome.violations += [] if outcome.violations else checker.finally_()
    finally:
        keeper.cancel()
        for caller in callers:
            caller.cancel()
        outcome.struck = world.gates.struck
        outcome.faults = list(world.books.faults.fired)
        outcome.elapsed = world.clock.now() - started_at
        outcome.log = [
            f"{(row['at'] - started_at) / SECOND:12.3f} {row['kind']:20} job={row['job_id']} batch={row['batch_id']} {row['detail']}"
            for row in world.connection.execute("SELECT * FROM events ORDER BY id")
        ]
        outcome.processes = world.processes
        for process in world.processes:
            loop.kill(process)


async def _keep_alive(world: World, plan: Plan) -> None:
    """Start the workers, and start them again when they die."""
    lives = 0
    workers: dict[int, Process] = {}
    for number in range(plan.workers):
        workers[number] = _start_worker(world, plan, number, lives)
        lives += 1
    while True:
        await world.crashed.wait()
        world.crashed.clear()
        for number, process in list(workers.items()):
            if process.dead:
                downtime = plan.downtimes[lives % len(plan.downtimes)]
                world.loop.call_later(downtime / SECOND, _restart, world, plan, workers, number, lives)
                workers[number] = Process("none")
                lives += 1


def _restart(world: World, plan: Plan, workers: dict[int, Process], number: int, life: int) -> None:
    workers[number] = _start_worker(world, plan, number, life)


def _start_worker(world: World, plan: Plan, number: int, life: int) -> Process:
    process = world.process(f"worker{number}")
    task = world.loop.start(process, work(world, process, plan, life))
    task.add_done_callback(
        lambda done: None if done.cancelled() or not done.exception() else world.faults.append(_error(done))
    )
    return process


def _error(task: "asyncio.Task[None]") -> BaseException:
    error = task.exception()
    assert error is not None
    return error


async def _call(world: World, plan: Plan, job: JobPlan) -> None:
    """A caller: hands a job in, asks again with the same key when nobody answered, and perhaps cancels it."""
    await asyncio.sleep(job.at / SECOND)
    number = 0
    while True:
        process = world.process(f"caller{job.number}")
        task = world.loop.start(process, hand_in(world, process, plan, job, 1_000 * (job.number + 1) + number))
        while not task.done() and not process.dead:
            await asyncio.sleep(1.0)
        number += 1
        if task.done():
            try:
                identifier = task.result()
            except BideError:
                await asyncio.sleep(30)
                continue
            break
        await asyncio.sleep(MINUTE / SECOND)
    if job.cancel_after is not None:
        await asyncio.sleep(job.cancel_after / SECOND)
        process = world.process(f"canceller{job.number}")
        store = world.store(process)
        world.loop.start(process, _cancel(world, store, identifier))


async def _cancel(world: World, store: object, job: int) -> None:
    from bide.store.store import Store

    assert isinstance(store, Store)
    try:
        await store.jobs.cancel(OWNER, job, world.clock.now())
    except BideError:
        return


def _all_done(world: World) -> bool:
    (open_jobs,) = world.connection.execute(
        "SELECT count(*) FROM jobs WHERE state NOT IN ('done', 'accepting')"
    ).fetchone()
    (undelivered,) = world.connection.execute("SELECT count(*) FROM deliveries WHERE delivered_at IS NULL").fetchone()
    return not open_jobs and not undelivered


def bury(loop: SimulatedLoop, processes: Sequence[Process]) -> None:
    """Close what is left of a run: the coroutines of dead processes must not run their `finally` in the next one."""
    loop.set_exception_handler(lambda loop, context: None)
    left = [task for process in processes for task in process.tasks] + list(asyncio.all_tasks(loop))
    for task in left:
        coroutine = task.get_coro()
        if not task.done():
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            with contextlib.suppress(RuntimeError):
                coroutine.close()
    loop.close()


def without(plan: Plan, strike: Strike) -> Plan:
    """The plan without one strike."""
    return replace(plan, strikes=[one for one in plan.strikes if one != strike])
