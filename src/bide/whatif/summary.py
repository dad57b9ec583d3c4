"""Results over several seeds, averaged and set beside the bounds: one line a policy and scenario."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bide.whatif.comparison import Result
from bide.whatif.contender import Bound
from bide.whatif.mix import CLASSES
from bide.whatif.outcome import Sums

ALL = "all"
"""The scenario under which averages over all of them stand."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a part of a log, averaged over seeds. `cost` and `wasted` are parts of the cost of calling everything, `lateness_p99` is
    in microseconds."""

    requests: float
    cost: float
    met: float
    lateness_p99: int
    wasted: float
    unanswered: float


@dataclass(frozen=True, slots=True)
class Line:
    """A policy in a scenario. The ratios are to what the clairvoyants paid there."""

    scenario: str
    policy: str
    total: Figures
    kinds: Mapping[str, Figures]
    days: Mapping[int, Figures]
    batches: float
    calls: float
    to_single: float
    to_any: float
    kept: Mapping[int, float]
    flexed: float = 0.0
    turned_away: float = 0.0


def lines(results: Sequence[Result]) -> list[Line]:
    """Scenario by scenario in the order they came; where there are several, all of them together at the end."""
    scenarios = list(dict.fromkeys(one.scenario for one in results))
    policies = list(dict.fromkeys(one.policy for one in results))
    found = [
        _line(scenario, policy, [one for one in results if one.scenario == scenario])
        for scenario in scenarios
        for policy in policies
    ]
    if len(scenarios) > 1:
        found += [_line(ALL, policy, results) for policy in policies]
    return found


def _line(scenario: str, policy: str, results: Sequence[Result]) -> Line:
    mine = [one for one in results if one.policy == policy]
    kinds = sorted({kind for one in mine for kind in one.kinds}, key=_place)
    days = sorted({day for one in mine for day in one.days})
    return Line(
        scenario,
        policy,
        _figures(one.total for one in mine),
        {kind: _figures(one.kinds[kind] for one in mine if kind in one.kinds) for kind in kinds},
        {day: _figures(one.days[day] for one in mine if day in one.days) for day in days},
        _mean(one.batches for one in mine),
        _mean(one.calls for one in mine),
        _ratio(mine, results, Bound.SINGLE),
        _ratio(mine, results, Bound.ANY),
        {level: _mean(one.kept[level] for one in mine) for level in (mine[0].kept if mine else ())},
        _mean(one.flexed for one in mine),
        _mean(one.turned_away for one in mine),
    )


def _place(kind: str) -> tuple[int, str]:
    """The usual classes from the most urgent on, then those that a log has of its own."""
    return (CLASSES.index(kind), "") if kind in CLASSES else (len(CLASSES), kind)


def _ratio(mine: Sequence[Result], results: Sequence[Result], bound: Bound) -> float:
    """What it cost beside what the bound paid with the same seeds in the same scenarios, averaged."""
    paid = {(one.scenario, one.seed): one.total.cost for one in results if one.policy == bound.value}
    return _mean(
        one.total.cost / paid[one.scenario, one.seed] for one in mine if paid.get((one.scenario, one.seed), 0.0) > 0
    )


def _figures(sums: Iterable[Sums]) -> Figures:
    several = list(sums)
    return Figures(
        _mean(one.requests for one in several),
        _mean(one.cost for one in several),
        _mean(one.met_share for one in several),
        int(_mean(one.lateness_p99 for one in several)),
        _mean(one.wasted for one in several),
        _mean(one.unanswered for one in several),
    )


def _mean(values: Iterable[float]) -> float:
    several = list(values)
    return sum(several) / len(several) if several else 0.0
