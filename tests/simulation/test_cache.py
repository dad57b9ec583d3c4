"""Days on which every job asks what the first one asked: what was answered once is given again, over crashes, and costs nothing."""

from dataclasses import replace

from bide.core.clock import HOUR, MINUTE
from bide.core.deadline import OnMiss
from bide.simulator.behaviour import Behaviour
from bide.simulator.chance import Spread
from bide.simulator.script import Script
from tests.simulation.gates import Kind, Moment, Strike
from tests.simulation.plan import JobPlan, Plan, draw
from tests.simulation.run import Outcome, run

AGAIN = Plan(
    seed=1,
    jobs=[JobPlan(number, number * HOUR, 30, 5 * HOUR, OnMiss.RESCUE, None, 0) for number in range(2)],
    script=Script(batch=Behaviour(turnaround=Spread(5 * MINUTE))),
    strikes=[],
    workers=1,
    batch_size=60,
    requests_per_minute=600,
    kept=True,
)
"""A job, and the same an hour later."""

REPEATING = (30_000, 30_003, 30_018, 30_021, 30_029)
"""Seeds in which a later job comes when the first is answered, with whatever goes wrong there."""


def repeated(outcome: Outcome) -> int:
    """How often something was given."""
    return sum(" requests.repeated " in line for line in outcome.log)


def billed(outcome: Outcome) -> int:
    assert outcome.books is not None
    return sum(1 for _ in outcome.books.charges(2**62))


def test_what_was_answered_before_is_not_sent() -> None:
    outcome = run(AGAIN)

    assert (outcome.violations, billed(outcome), repeated(outcome)) == ([], 30, 1)
    apart = run(replace(AGAIN, kept=False))
    assert (apart.violations, billed(apart), repeated(apart)) == ([], 60, 0)


def test_a_crash_where_answers_are_given_leaves_all_of_it_or_nothing() -> None:
    for moment in Moment:
        for nth in (1, 2):
            outcome = run(replace(AGAIN, strikes=[Strike("Cache.serve", nth, moment, Kind.CRASH)]))
            assert (outcome.violations, billed(outcome), len(outcome.struck)) == ([], 30, 1), (moment, nth)


def test_every_promise_is_kept_with_repeats() -> None:
    outcomes = {seed: run(replace(draw(seed), kept=True)) for seed in REPEATING}

    assert {seed: found.violations for seed, found in outcomes.items() if found.violations} == {}
    assert sum(map(repeated, outcomes.values())) >= 5
