"""Batches as providers have been seen to treat them: eight scenarios, drawn from a seed.

The figures are those of a published sample of 230,000 batches and of incident reports. Half of the variance of log T is a slow
congestion that all batches share (Ornstein-Uhlenbeck, 3 h), half is the luck of each batch. Within a batch processing begins at a Beta(2, 2)
share of T, and requests are done evenly from then on.
"""

import random  # noqa: TID251 - seeded, for its distributions
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, sqrt

from bide.core.clock import DAY, HOUR, MINUTE, SECOND

DAYS = 4

TAU = 3 * 60
"""Minutes after which congestion has half forgotten itself (e-folding)."""

OUTAGES = ((34 * HOUR, 44 * HOUR), (50 * HOUR, 53 * HOUR))

REGIMES = ((8, 20.0), (12, 8.0), (20, 240.0), (24, 30.0))
"""(until this hour of the day, median in minutes)"""


@dataclass(frozen=True)
class Scenario:
    """How long batches take: medians in minutes, by minute of the scenario."""

    name: str
    sigma: float
    median: Callable[[random.Random], Sequence[float]]
    outages: Sequence[tuple[int, int]] = ()
    hopeless: float = 0.0
    """The part of the batches that hardly moves before a day is over."""


def _constant(median: float) -> Callable[[random.Random], Sequence[float]]:
    return lambda draw: [median] * (DAYS * 24 * 60)


def _regime(draw: random.Random) -> Sequence[float]:
    hours = [next(median for until, median in REGIMES if hour < until) for hour in range(24)]
    return [hours[minute // 60 % 24] for minute in range(DAYS * 24 * 60)]


def _bimodal(draw: random.Random) -> Sequence[float]:
    medians: list[float] = []
    fast = True
    while len(medians) < DAYS * 24 * 60:
        medians += [4.0 if fast else 300.0] * (1 + int(draw.expovariate(1 / (90 if fast else 45))))
        fast = not fast
    return medians[: DAYS * 24 * 60]


SCENARIOS = (
    Scenario("fast", 0.9, _constant(10)),
    Scenario("measured", 1.68, _constant(7)),
    Scenario("slow", 0.89, _constant(45)),
    Scenario("congested", 1.0, _constant(180), hopeless=0.03),
    Scenario("bimodal", 0.5, _bimodal),
    Scenario("regime", 0.8, _regime),
    Scenario("outage", 1.68, _constant(7), outages=OUTAGES),
)


class World:
    """One draw of a scenario. Instants in microseconds since its beginning."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._scenario = scenario
        self._draw = random.Random(f"{scenario.name} {seed}")
        self._medians = scenario.median(self._draw)
        self._congestion = _ornstein_uhlenbeck(self._draw, len(self._medians), scenario.sigma / sqrt(2))

    def takes(self, at: int, requests: int) -> int:
        """How long a batch takes that is submitted at an instant."""
        scenario, draw = self._scenario, self._draw
        minute = min(at // MINUTE, len(self._medians) - 1)
        if draw.random() < scenario.hopeless:
            return 26 * HOUR
        luck = self._congestion[minute] + draw.gauss(0, scenario.sigma / sqrt(2))
        takes = round(self._medians[minute] * MINUTE * exp(luck) * requests**0.1)
        end = at + max(SECOND, takes)
        for begin, until in scenario.outages:
            if at < until and end > begin:
                end += until - max(begin, at)
        return end - at

    def rows(self, takes: int, requests: int) -> list[int]:
        """The ages at which the requests of a batch are done (at most 20 of them, evenly chosen)."""
        if requests == 1:
            return [takes]
        begin = takes * self._draw.betavariate(2, 2)
        shown = min(requests, 20)
        return [round(begin + (takes - begin) * (number + 1) / shown) for number in range(shown)]


def _ornstein_uhlenbeck(draw: random.Random, minutes: int, deviation: float) -> list[float]:
    keep = exp(-1 / TAU)
    value, found = draw.gauss(0, deviation), list[float]()
    for _ in range(minutes):
        found.append(value)
        value = keep * value + sqrt(1 - keep**2) * draw.gauss(0, deviation)
    return found


@dataclass(frozen=True)
class Sent:
    """A batch that is submitted: when, how many requests, and how long it may run before it is cancelled."""

    at: int
    requests: int
    patience: int


def submissions(seed: int, a_day: int = 300, groups_every: int = 15 * MINUTE) -> list[Sent]:
    """What is submitted in four days: single requests that have 15 minutes or some hours, by day and in bursts, and groups of
    those that have a day."""
    draw = random.Random(f"submissions {seed}")
    found: list[Sent] = []
    for day in range(DAYS):
        while len(found) < a_day * (day + 1):
            hour = draw.triangular(0, 24, 14)
            burst = 1 if draw.random() < 0.9 else draw.randrange(2, 30)
            at = round((day * 24 + hour) * HOUR)
            for _ in range(burst):
                patience = 14 * MINUTE if draw.random() < 0.7 else round(exp(draw.uniform(3, 6.2)) * MINUTE)
                found.append(Sent(at + draw.randrange(MINUTE), 1, patience))
    found += [
        Sent(at, draw.randrange(5, 200), DAY - 10 * MINUTE) for at in range(groups_every, DAYS * DAY, groups_every)
    ]
    return sorted(found, key=lambda sent: sent.at)
