"""The deadline policy over every scenario: 2 days of the main trace, 3 seeds, beside rules that people write and clairvoyants.

The figures are deterministic. The trace lies in BIDE_SHARED, by default in ``../shared``; without it this is skipped by name.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.measure import Figure
from bide.settings import RealtimeSettings, Settings
from bide.whatif.arrival import Mix
from bide.whatif.comparison import Result, World, compare
from bide.whatif.contender import BIDE, CLAIRVOYANT, COPIES, DEFAULT, Bound, contender
from bide.whatif.logs.reading import read_log
from bide.whatif.outcome import Prices
from bide.whatif.scenario import NEVER, SCENARIOS
from bide.whatif.summary import ALL, Line, lines

TRACE = Path("traces") / "servegen_mix_days0-3.csv.gz"
DAYS, SEEDS = 2, (1, 2, 3)

REALTIME = "realtime"
MET, EACH, ON_AVERAGE, WITH_COPIES, WORST, TWICE, CALIBRATION = 99.95, 1.03, 1.02, 1.01, 1.005, 0.5, 5.0

AMPLE = [name for name, scenario in SCENARIOS.items() if not scenario.is_tight]
TIGHT = [name for name, scenario in SCENARIOS.items() if scenario.is_tight]


def figures() -> list[Figure]:
    """Plays everything, prints the table, and says which bounds hold. Some minutes."""
    path = Path(os.environ.get("BIDE_SHARED", Path(__file__).parent.parent.parent / "shared")) / TRACE
    if not path.exists():
        print(f"policy: skipped, there is no {path}; set BIDE_SHARED to the folder that has it", file=sys.stderr)
        return []
    results = _results(path)
    found = lines(results)
    print("\n".join(table(found)))
    return [*judged(found, BIDE), *judged(found, COPIES), *speed(results)]


def _results(path: Path) -> list[Result]:
    read = read_log(str(path), {}).first_days(DAYS)
    world = World(read.arrivals, Mix(), Prices(), read.start, DAYS)
    texts = [*DEFAULT, COPIES]
    settings = Settings(realtime=RealtimeSettings(kept_for_urgent=0.5))  # as `bide serve` has it
    contenders = [*(contender(text, lambda _: settings) for text in texts), *CLAIRVOYANT]
    processes = os.cpu_count() or 1

    def tell(result: Result) -> None:
        print(f"policy: {result.scenario} {result.seed} {result.policy} {result.seconds:.1f} s", file=sys.stderr)

    few = [one for one in contenders if one.name in (BIDE, COPIES, REALTIME, *(bound.value for bound in Bound))]
    everything = compare(world, contenders, list(SCENARIOS.values()), SEEDS, processes, tell)
    return [*everything, *compare(world, few, [NEVER], SEEDS, processes, tell)]


def table(found: Sequence[Line]) -> Iterator[str]:
    """Cost, deadlines met, waste and unanswered by policy and scenario, as Markdown."""
    scenarios = [*SCENARIOS, NEVER.name]
    policies = list(dict.fromkeys(line.policy for line in found))
    shown: dict[str, Callable[[Line], str]] = {
        "cost / all real time": lambda line: f"{line.total.cost:.3f}",
        "cost / clairvoyant": lambda line: f"{line.to_single:.3f}",
        "deadlines met, %": lambda line: f"{100 * line.total.met:.3f}",
        "paid twice, %": lambda line: f"{100 * line.total.wasted:.2f}",
        "never answered": lambda line: f"{line.total.unanswered:.0f}",
        "15-minute class, cost": lambda line: f"{line.kinds['standard'].cost:.3f}",
    }
    by_place = {(line.scenario, line.policy): line for line in found}
    for title, show in shown.items():
        yield f"\n| {title} | " + " | ".join(scenarios) + " |"
        yield "| --- |" + " --- |" * len(scenarios)
        for policy in policies:
            cells = [by_place.get((scenario, policy)) for scenario in scenarios]
            yield f"| {policy} | " + " | ".join(show(one) if one and one.total.requests else "" for one in cells) + " |"
    yield ""


def judged(found: Sequence[Line], policy: str) -> Iterator[Figure]:
    """What is promised of a policy, against what came of it."""
    mine = {line.scenario: line for line in found if line.policy == policy and line.scenario != ALL}
    ample = {name: mine[name] for name in AMPLE}
    yield _worst(f"{policy}: deadlines met, %", ample, lambda line: 100 * line.total.met, MET, at_most=False)
    yield _worst(f"{policy}: requests without an answer", mine, lambda line: line.total.unanswered, 0)
    average = sum(line.to_single for line in ample.values()) / len(ample)
    bound = WITH_COPIES if policy == COPIES else ON_AVERAGE
    yield Figure(f"{policy}: cost / clairvoyant, on average", average, bound)
    yield _worst(f"{policy}: cost / clairvoyant", ample, lambda line: line.to_single, EACH)
    yield _worst(f"{policy}: cost / all real time", mine, lambda line: line.total.cost, WORST)
    yield _worst(f"{policy}: paid twice, %", mine, lambda line: 100 * line.total.wasted, TWICE)
    for name in TIGHT:
        called = next(line for line in found if (line.scenario, line.policy) == (name, REALTIME))
        bound = 100 * called.total.met
        yield Figure(f"{policy}: deadlines met in {name}, %", 100 * mine[name].total.met, bound, at_most=False)
    for level in (50, 80, 95):
        kept = {name: line.kept[level] for name, line in ample.items()}
        average = sum(kept.values()) / len(kept)
        detail = ", ".join(f"{name} {share:.0f}" for name, share in kept.items())
        yield Figure(f"{policy}: given {level} %, points off", abs(average - level), CALIBRATION, detail=detail)


def _worst(
    name: str, found: dict[str, Line], value: Callable[[Line], float], bound: float, *, at_most: bool = True
) -> Figure:
    choose = max if at_most else min
    scenario, line = choose(found.items(), key=lambda one: value(one[1]))
    return Figure(f"{name}, worst", value(line), bound, at_most=at_most, detail=scenario)


def speed(results: Sequence[Result]) -> Iterator[Figure]:
    """How long 10,000 requests take under bide's own decisions in the usual scenario, in seconds of CPU; the slowest beside it."""
    taken: dict[str, list[float]] = {}
    for one in results:
        if one.policy == BIDE:
            taken.setdefault(one.scenario, []).append(one.seconds / one.total.requests * 10_000)
    average = {name: sum(several) / len(several) for name, several in taken.items()}
    slowest = max(average, key=lambda name: average[name])
    yield Figure(
        "bide: CPU for 10,000 requests", average["measured"], 10.0, "s", detail=f"{slowest} {average[slowest]:.0f} s"
    )
