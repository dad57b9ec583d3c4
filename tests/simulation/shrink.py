"""From a failing seed to a short story: fewer requests first, then fewer faults, as long as the same rule breaks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bide.simulator.faults import Fault
from tests.simulation.gates import Strike
from tests.simulation.plan import Plan
from tests.simulation.run import Outcome, run

Item = TypeVar("Item")

MOST_RUNS = 300


@dataclass(frozen=True, slots=True)
class Case:
    """A run by explicit lists: replayed, it breaks the same rule."""

    plan: Plan
    faults: Sequence[Fault]

    @property
    def size(self) -> tuple[int, int]:
        """(requests, faults and strikes)"""
        return sum(job.requests for job in self.plan.jobs), len(self.faults) + len(self.plan.strikes)

    def run(self) -> Outcome:
        """Run it again."""
        return run(self.plan, self.faults)


def case_of(outcome: Outcome) -> Case:
    """What happened, as lists."""
    return Case(replace(outcome.plan, strikes=outcome.struck), outcome.faults)


def shrink(case: Case, rule: str) -> Case:
    """The smallest case found that breaks `rule`."""
    runs = 0

    def breaks(candidate: Case) -> bool:
        nonlocal runs
        runs += 1
        return runs <= MOST_RUNS and any(found == rule for found, _ in candidate.run().violations)

    case = _fewer_jobs(case, breaks)
    case = _fewer_requests(case, breaks)
    strikes: Sequence[Strike] = _fewer(
        case.plan.strikes, lambda some: breaks(replace(case, plan=replace(case.plan, strikes=some)))
    )
    case = replace(case, plan=replace(case.plan, strikes=strikes))
    faults: Sequence[Fault] = _fewer(case.faults, lambda some: breaks(replace(case, faults=some)))
    return replace(case, faults=faults)


def _fewer_jobs(case: Case, breaks: Callable[[Case], bool]) -> Case:
    jobs = _fewer(case.plan.jobs, lambda some: bool(some) and breaks(replace(case, plan=replace(case.plan, jobs=some))))
    return replace(case, plan=replace(case.plan, jobs=jobs))


def _fewer_requests(case: Case, breaks: Callable[[Case], bool]) -> Case:
    for most in (1, 3, 10, 30):
        jobs = [replace(job, requests=min(job.requests, most)) for job in case.plan.jobs]
        smaller = replace(case, plan=replace(case.plan, jobs=jobs))
        if smaller.size < case.size and breaks(smaller):
            return smaller
    return case


def _fewer(items: Sequence[Item], fails: Callable[[Sequence[Item]], bool]) -> Sequence[Item]:
    """Delta debugging: the smallest part of `items` found for which `fails` still holds."""
    left = list(items)
    parts = 2
    if not left or fails([]):
        return []
    while len(left) >= 2:
        step = max(1, len(left) // parts)
        for start in range(0, len(left), step):
            candidate = left[:start] + left[start + step :]
            if candidate and fails(candidate):
                left, parts = candidate, max(2, parts - 1)
                break
        else:
            if step == 1:
                break
            parts = min(len(left), parts * 2)
    return left


def story(case: Case) -> str:
    """What happens in a case, in a screenful."""
    outcome = case.run()
    lines = [f"{rule}: {what}" for rule, what in outcome.violations[:5]]
    lines += [f"job: {job}" for job in case.plan.jobs]
    lines += [f"strike: {' '.join(map(str, strike.as_list()))}" for strike in case.plan.strikes]
    lines += [f"fault: {fault.as_table()}" for fault in case.faults]
    return "\n".join([*lines, *outcome.log[-60:]])
