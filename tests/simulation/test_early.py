"""A day at a server that shows what its running batches have finished: answers come sooner, and nobody pays twice for them."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from typing import cast

import pytest

from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.providers.kinds import KINDS
from bide.providers.setup import Kind
from bide.simulator.answers import AnswerSettings
from bide.simulator.behaviour import Behaviour
from bide.simulator.books import Books
from bide.simulator.calls import CallSettings
from bide.simulator.chance import Spread
from bide.simulator.script import Script
from tests.simulation.gates import Gates
from tests.simulation.life import hand_in, work
from tests.simulation.loop import Process, SimulatedClock, SimulatedLoop
from tests.simulation.plan import JobPlan, Plan
from tests.simulation.providers import SIMULATED
from tests.simulation.run import bury, run
from tests.simulation.world import World

REQUESTS = 40

HALF = Behaviour(
    turnaround=Spread(40 * MINUTE),
    begins=0.0,
    validation=Spread(SECOND),
    stuck="in_progress",
    stuck_share=0.5,
    cancelling=None,
)
"""Half of the batch is done after forty minutes; then nothing more comes of it, and it does not end for a cancel either."""

PLAN = Plan(
    seed=1,
    jobs=[JobPlan(0, 0, REQUESTS, 3 * HOUR, OnMiss.RESCUE, None, 0)],
    script=Script(batch=HALF, realtime=CallSettings(), answers=AnswerSettings()),
    strikes=[],
    workers=1,
    batch_size=60,
    requests_per_minute=60,
    provider="doubleword",
)


@dataclass
class Day:
    """What an afternoon came to, while the batch has not ended."""

    answered_after: list[int]
    """When requests were settled by the batch, in microseconds from its beginning."""
    billed: Counter[str]
    """What the provider billed, by mode."""
    wasted: int
    delivered: int


def afternoon(plan: Plan) -> Day:
    """Four hours of a plan."""
    loop = SimulatedLoop()

    async def live() -> Day:
        world = World(loop, Books(plan.script, plan.seed, start, protocol=protocol), Gates(()), plan.seed)
        worker, caller = world.process("worker"), world.process("caller")
        processes.extend((worker, caller))
        loop.start(worker, work(world, worker, plan, 0))
        await loop.start(caller, hand_in(world, caller, plan, plan.jobs[0], 1))
        await asyncio.sleep(4 * HOUR / SECOND)
        [state] = world.connection.execute("SELECT state FROM batches").fetchall()
        assert state["state"] == "cancelling"
        settled = world.connection.execute(
            "SELECT r.settled_at FROM requests r JOIN attempts a ON a.id = r.settled_by WHERE a.lane = 'batch'"
        ).fetchall()
        (wasted,) = world.connection.execute("SELECT count(*) FROM ledger WHERE kind = 'waste'").fetchone()
        return Day(
            [row["settled_at"] - start for row in settled],
            Counter(charge.mode for charge in world.books.charges(world.clock.now())),
            wasted,
            sum(len(copies) for copies in world.delivered.values()),
        )

    protocol, start = SIMULATED[plan.provider].protocol, SimulatedClock(loop).now()
    processes: list[Process] = []
    try:
        return loop.run_until_complete(live())
    finally:
        bury(loop, processes)


def test_answers_come_while_the_batch_runs_and_are_not_rescued() -> None:
    day = afternoon(PLAN)

    assert len(day.answered_after) == REQUESTS // 2
    assert min(day.answered_after) < 5 * MINUTE
    assert max(day.answered_after) < 45 * MINUTE
    assert day.billed == {"batch": REQUESTS // 2, "realtime": REQUESTS // 2}
    assert (day.wasted, day.delivered) == (0, 1)


def test_without_them_all_of_it_is_rescued(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = KINDS["doubleword"]
    late = replace(kind, capabilities=replace(kind.capabilities, early_results=None))
    monkeypatch.setitem(cast(dict[str, Kind], KINDS), "doubleword", late)

    day = afternoon(PLAN)

    assert day.answered_after == []
    assert day.billed == {"batch": REQUESTS // 2, "realtime": REQUESTS}


@pytest.mark.parametrize("how", [{"early_torn": True}, {"early_gaps": 0.5}, {"missing": 0.3, "repeated": 0.3}])
def test_every_promise_is_kept_whatever_is_wrong_with_what_grows(how: dict[str, object]) -> None:
    whole = replace(HALF, stuck=None, cancelling=Spread(MINUTE), **how)  # pyright: ignore[reportArgumentType]

    assert run(replace(PLAN, script=replace(PLAN.script, batch=whole))).violations == []
