"""Days at a provider with a flex tier: answered there while it has capacity, in real time when it has none, in time always."""

from collections import Counter
from dataclasses import replace

import pytest

from bide.core.clock import FAR_FUTURE, HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.lanes.capacity.scarcity import FIRST_SLOTS
from bide.simulator.behaviour import Behaviour
from bide.simulator.calls import CallSettings
from bide.simulator.chance import Spread
from bide.simulator.script import Script
from tests.simulation.plan import JobPlan, Plan
from tests.simulation.run import run

REQUESTS = 30

NEVER = Behaviour(turnaround=Spread(20 * HOUR))
"""Batches do not come back in time, so whatever is answered is answered by calls."""


def plan(within: int, batch: Behaviour = NEVER, **calls: object) -> Plan:
    return Plan(
        seed=1,
        jobs=[JobPlan(0, 0, REQUESTS, within, OnMiss.RESCUE, None, 0)],
        script=Script(batch=batch, realtime=CallSettings(**calls)),  # pyright: ignore[reportArgumentType]
        strikes=[],
        workers=1,
        batch_size=60,
        requests_per_minute=60,
        flex=True,
    )


def billed(day: Plan) -> Counter[str]:
    """By mode, what was billed on a day on which every promise was kept."""
    outcome = run(day)
    assert outcome.violations == []
    assert outcome.books is not None
    return Counter(charge.mode for charge in outcome.books.charges(FAR_FUTURE))


@pytest.mark.parametrize("refused", [0.0, 0.6])
def test_what_is_short_of_time_is_answered_in_flex(refused: float) -> None:
    assert billed(plan(15 * MINUTE, flex_refused=refused)) == {"flex": REQUESTS}


def test_a_tier_without_capacity_costs_nothing_and_no_deadline() -> None:
    assert billed(plan(15 * MINUTE, flex_refused=1.0)) == {"realtime": REQUESTS}


def test_what_is_still_in_flight_at_its_last_safe_moment_is_called_as_well() -> None:
    found = billed(plan(10 * MINUTE, flex_refused=0.0, flex_wait=Spread(14 * MINUTE)))
    assert found["realtime"] == REQUESTS
    assert 0 < found["flex"] <= REQUESTS, "asked for once each, however late"


def test_the_last_stage_of_a_batch_is_flex() -> None:
    assert billed(plan(2 * HOUR, flex_refused=0.03)) == {"flex": REQUESTS}


def test_a_tier_that_is_not_granted_is_noticed() -> None:
    found = billed(plan(15 * MINUTE, flex_served=False))
    assert found == {"realtime": REQUESTS}


def test_where_the_tier_is_not_granted_batches_are_used_again() -> None:
    quick = Behaviour(turnaround=Spread(3 * MINUTE), validation=Spread(SECOND))
    found = billed(plan(20 * MINUTE, quick, flex_served=False))
    assert found["realtime"] <= FIRST_SLOTS, "those that were asked for before it was noticed"
    assert found["batch"] == REQUESTS - found["realtime"]


def test_a_batch_with_time_enough_is_left_to_it() -> None:
    quick = Behaviour(turnaround=Spread(5 * MINUTE), validation=Spread(SECOND))
    assert billed(plan(2 * HOUR, quick, flex_refused=0.0)) == {"batch": REQUESTS}


def test_an_account_that_does_not_use_it_does_not() -> None:
    assert billed(replace(plan(15 * MINUTE, flex_refused=0.0), flex=False)) == {"realtime": REQUESTS}
