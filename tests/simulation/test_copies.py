"""Days on which batches of one are late: a second copy answers for one that is, and the other is cancelled and costs nothing."""

from collections import Counter
from dataclasses import replace
from unittest import mock

from bide.core.batch import Batch
from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE
from bide.core.deadline import OnMiss
from bide.lanes.decision import copying
from bide.lanes.plan.copies import may_be_copied
from bide.simulator.behaviour import Behaviour, Rule, When
from bide.simulator.chance import Spread
from bide.simulator.script import Script
from tests.simulation.plan import JobPlan, Plan, draw
from tests.simulation.run import Outcome, run

QUICK, LATE = Spread(2 * MINUTE), Spread(DAY)


def plan(*late: int, requests: int = 1) -> Plan:
    """A day with one job, due in two hours, in batches of one; those with these numbers come back after a day, if at all."""
    when = [Rule(When(nth=late), {"turnaround": LATE})] if late else []
    return Plan(
        seed=1,
        jobs=[JobPlan(0, 0, requests, 2 * HOUR, OnMiss.RESCUE, None, 0)],
        script=Script(batch=Behaviour(turnaround=QUICK), when=when),
        strikes=[],
        workers=1,
        batch_size=1,
        requests_per_minute=60,
        copies=True,
    )


def kept(day: Plan) -> Outcome:
    """A day on which every promise is kept."""
    outcome = run(day)
    assert outcome.violations == []
    return outcome


def billed(outcome: Outcome) -> Counter[str]:
    """By mode, what was billed."""
    assert outcome.books is not None
    return Counter(charge.mode for charge in outcome.books.charges(FAR_FUTURE))


def told(outcome: Outcome, kind: str) -> int:
    """How often an event happened."""
    return sum(f" {kind} " in line for line in outcome.log)


def test_a_copy_answers_for_a_batch_that_is_late() -> None:
    outcome = kept(plan(1))
    assert billed(outcome) == {"batch": 1}
    assert (told(outcome, "batch.copied"), told(outcome, "batch.cancelling")) == (1, 1)
    assert billed(kept(replace(plan(1), copies=False))) == {"realtime": 1}, "without copies it is called"


def test_what_is_late_twice_is_called_and_neither_batch_costs_anything() -> None:
    outcome = kept(plan(1, 2))
    assert billed(outcome) == {"realtime": 1}
    assert (told(outcome, "batch.copied"), told(outcome, "batch.cancelling")) == (1, 2)


def test_what_comes_back_as_expected_gets_no_copies() -> None:
    outcome = kept(plan(requests=5))
    assert (billed(outcome), told(outcome, "batch.copied")) == ({"batch": 5}, 0)


def test_copies_are_made_within_what_the_requests_of_the_day_leave() -> None:
    """At the mean price of a request a copy that is for nothing costs a quarter of what two requests would have cost in real time."""
    late = plan(1, requests=3)
    for budget, copies in ((0.24, 0), (0.26, 1)):
        outcome = kept(replace(late, copy_budget=budget))
        assert told(outcome, "batch.copied") == copies
        assert billed(outcome) == ({"batch": 3} if copies else {"batch": 2, "realtime": 1})
    nothing = kept(replace(plan(1), copy_budget=0.9))
    assert (billed(nothing), told(nothing, "batch.copied")) == ({"realtime": 1}, 0), "nothing was answered yet"


def test_every_promise_is_kept_with_copies() -> None:
    outcomes = {seed: run(draw(seed, copies=True)) for seed in range(20_000, 20_010)}
    assert {seed: found.violations for seed, found in outcomes.items() if found.violations} == {}
    assert sum(told(outcome, "batch.copied") for outcome in outcomes.values()) >= 5


def test_two_workers_do_not_wake_each_other_over_copies_that_are_refused() -> None:
    """Each refusal is a transaction, which the other worker sees: asked for again at once there would be ten times as many turns."""

    def again(batch: Batch) -> bool:
        return may_be_copied(replace(batch, copied=False, copy_of=None))

    with mock.patch.object(copying, "may_be_copied", again):
        outcome = kept(replace(plan(1, 2, 3, requests=3), workers=2))
    assert outcome.callbacks < 15_000
