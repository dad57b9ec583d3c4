"""How often the forecast keeps what it says, in each scenario: `python -m tests.lanes.forecast.coverage [first seed] [last seed]`.

Batches are submitted, cancelled and learned from as the engine does; each is given a promise at its submission. `true` is what was made of it
had no batch been cancelled, `seen` what the forecast says of itself from what it could see.
"""

import heapq
import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.lanes.forecast.turnarounds import SCENARIOS, Scenario, Sent, World, submissions

from bide.core.clock import DAY, MINUTE, SECOND
from bide.core.states import BatchOutcome
from bide.lanes.forecast.calibration import LEVELS, SHOWN, Promise
from bide.lanes.forecast.forecast import Forecast, Running
from bide.lanes.forecast.prior import Prior
from bide.lanes.forecast.turnaround import MEDIAN
from bide.lanes.outcome.lesson import BatchEnd, of_batch

BEGIN = 1_800_000_000 * SECOND // DAY * DAY

GRID = 2 * MINUTE
"""How often the engine looks, at most."""

SHORT = 14 * MINUTE


@dataclass(frozen=True)
class Outcome:
    """By level in per cent, the part that was made; `brier` is the score of "done within 14 minutes"."""

    true: dict[int, float]
    seen: dict[int, float]
    brier: float


@dataclass(frozen=True)
class _Batch:
    sent: Sent
    rows: Sequence[int]
    given: Promise

    @property
    def ends_after(self) -> int:
        return min(self.rows[-1], self.sent.patience)

    def running(self) -> Running:
        return Running("a", "m", self.sent.requests, self.sent.requests, BEGIN + self.sent.at, self.given)

    def end(self) -> BatchEnd:
        done = [(age, 1) for age in self.rows if age <= self.sent.patience]
        return BatchEnd(
            account="a",
            model="m",
            requests=self.sent.requests,
            submitted_at=BEGIN + self.sent.at,
            ended_at=BEGIN + self.sent.at + self.ends_after,
            outcome=BatchOutcome.COMPLETED if len(done) == len(self.rows) else BatchOutcome.CANCELLED,
            done=done,
            left=len(self.rows) - len(done),
            given=self.given,
        )


def play(scenario: Scenario, seed: int, a_day: int = 300, groups_every: int = 15 * MINUTE) -> Outcome:
    """Four days of a scenario."""
    world, forecast = World(scenario, seed), Forecast({"a": Prior(MEDIAN)})
    ends: list[tuple[int, int]] = []
    running: dict[int, _Batch] = {}
    numbers = itertools.count()
    made = dict.fromkeys(SHOWN, 0.0)
    brier, total = 0.0, 0
    view = forecast.view(BEGIN)
    for sent in submissions(seed, a_day, groups_every):
        now = BEGIN + sent.at
        while ends and ends[0][0] <= now:
            _, number = heapq.heappop(ends)
            end = running.pop(number).end()
            forecast.add(of_batch(end, view.batch("a", "m", end.requests)))
        if now >= view.now + GRID:
            view = forecast.view(now, [batch.running() for batch in running.values()])
        rows = world.rows(world.takes(sent.at, sent.requests), sent.requests)
        batch = _Batch(sent, rows, view.promise("a", "m", sent.requests))
        for level in SHOWN:
            by = batch.given[LEVELS.index(level)]
            made[level] += sum(age <= by for age in rows) / len(rows)
        expected = view.batch("a", "m", sent.requests).finished(SHORT)
        brier += sum((expected - (age <= SHORT)) ** 2 for age in rows) / len(rows)
        total += 1
        number = next(numbers)
        running[number] = batch
        heapq.heappush(ends, (now + batch.ends_after, number))
    kept = view.calibration("a", "m")
    return Outcome(
        {level: part / total for level, part in made.items()},
        {level: kept.kept(level).made for level in SHOWN},
        brier / total,
    )


def main(first: int, last: int) -> None:
    """Print the table."""
    write = sys.stdout.write
    write("| scenario | true 50 | 80 | 95 | seen 50 | 80 | 95 | Brier 14 min |\n|---|---|---|---|---|---|---|---|\n")
    for scenario in SCENARIOS:
        found = [play(scenario, seed) for seed in range(first, last + 1)]
        columns = [sum(one.true[level] for one in found) / len(found) for level in SHOWN]
        columns += [sum(one.seen[level] for one in found) / len(found) for level in SHOWN]
        brier = sum(one.brier for one in found) / len(found)
        shown = " | ".join(f"{value * 100:.1f}" for value in columns)
        write(f"| `{scenario.name}` | {shown} | {brier:.3f} |\n")


if __name__ == "__main__":
    main(*(int(word) for word in (sys.argv[1:] or ["1", "10"])[:2]))
