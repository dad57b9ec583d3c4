"""Days of the whole engine at an account with a window or a blackout: when something is sent, and whether every promise holds."""

from dataclasses import replace
from typing import Any

import pytest

from bide.core.clock import HOUR, MINUTE, SECOND, to_datetime
from bide.core.deadline import OnMiss
from bide.lanes.hours.window import parse_window
from bide.simulator.answers import AnswerSettings
from bide.simulator.behaviour import Behaviour
from bide.simulator.calls import CallSettings
from bide.simulator.chance import Spread
from bide.simulator.script import Script
from tests.simulation.loop import SimulatedClock, SimulatedLoop
from tests.simulation.plan import JobPlan, Plan, draw
from tests.simulation.run import run

LONGEST_CALL = 20 * SECOND

QUICK = Behaviour(turnaround=Spread(10 * MINUTE))
NEVER = Behaviour(turnaround=Spread(10 * MINUTE), stuck="in_progress", stuck_share=0.0)


def a_plan(behaviour: Behaviour, hours: dict[str, Any]) -> Plan:
    """A job of 30 that is due in nine hours, and one of 10 that is due in two."""
    jobs = [JobPlan(0, 0, 30, 9 * HOUR, OnMiss.RESCUE, None, 0), JobPlan(1, 0, 10, 2 * HOUR, OnMiss.RESCUE, None, 0)]
    script = Script(batch=behaviour, realtime=CallSettings(), answers=AnswerSettings())
    return Plan(1, jobs, script, [], 1, 60, 60, hours=hours)


def clock(instant: int) -> str:
    return f"{to_datetime(instant):%H:%M}"


def began() -> int:
    """When simulated days begin."""
    loop = SimulatedLoop()
    try:
        return SimulatedClock(loop).now()
    finally:
        loop.close()


START = began()


def window(start: int, end: int) -> str:
    """Between so many microseconds after the beginning of the day."""
    return f"{clock(START + start)}-{clock(START + end)} UTC"


def created(log: list[str]) -> list[float]:
    """Hours after the beginning of the day at which batches were submitted."""
    return [float(line.split()[0]) / 3_600 for line in log if line.split()[1] == "batch.submitted"]


def test_batches_wait_for_their_window_and_what_cannot_goes_at_once() -> None:
    text = window(4 * HOUR, 6 * HOUR)
    outcome = run(a_plan(QUICK, {"window": text}))

    assert outcome.violations == []
    opens = (parse_window(text).opens_at(START) - START) / HOUR
    assert [(at < 0.01, opens <= at < opens + 0.01) for at in created(outcome.log)] == [(True, False), (False, True)]


@pytest.mark.parametrize("strict", [False, True])
def test_in_a_blackout_nothing_is_sent_but_rescues(strict: bool) -> None:
    hours = {"blackout": window(HOUR, 3 * HOUR), "blackout_strict": strict}
    outcome = run(a_plan(NEVER, hours))

    assert outcome.violations == []
    assert outcome.books is not None
    blackout = parse_window(hours["blackout"])
    sent = [(charge.at - LONGEST_CALL, charge.mode) for charge in outcome.books.charges(START + 12 * HOUR)]
    inside = [mode for at, mode in sent if blackout.is_open(at)]
    assert set(inside) <= {"realtime"}
    assert bool(inside) is not strict, "what is due in two hours is called within it, or before it"


@pytest.mark.parametrize(
    "hours",
    [
        {"window": window(2 * HOUR, 3 * HOUR), "on_window_end": "wait"},
        {"blackout": window(HOUR, 2 * HOUR)},
        {"blackout": window(HOUR, 2 * HOUR), "blackout_strict": True, "window": window(3 * HOUR, 8 * HOUR)},
    ],
)
@pytest.mark.parametrize("seed", [3, 8])
def test_every_promise_is_kept_whatever_else_goes_wrong(seed: int, hours: dict[str, Any]) -> None:
    assert run(replace(draw(seed), hours=hours)).violations == []
