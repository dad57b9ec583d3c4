"""One realisation of a scenario: the same for every policy that is played through it.

What happens to a batch depends on when it is submitted, on its size and on its luck, which goes by the first request in it
and by how many batches held that before. So a clairvoyant and a policy that submit the same request at the same instant
meet the same fate. `Weather.flex` is that of calls in the flex tier.
"""

import math
from bisect import bisect_right
from random import Random  # noqa: TID251 - the type

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.whatif.chance import stream
from bide.whatif.scarcity import Scarcity
from bide.whatif.scenario import SIZE_EXPONENT, TYPICAL_SIZE, Scenario, Spell

STEP = MINUTE
"""Grid of the common congestion."""

STUCK = 100 * DAY


class Weather:
    """`start` is the instant that a scenario's hours and outages count from, `days` how long it is played."""

    def __init__(self, scenario: Scenario, seed: int, start: int, days: int) -> None:
        self.scenario = scenario
        self._seed = seed
        self._start = start
        steps = (days + 3) * DAY // STEP
        chance = stream(seed, "congestion")
        keep = math.exp(-STEP / scenario.memory)
        spread = math.sqrt(1 - keep * keep)
        level, self._congestion = chance.gauss(0, 1), list[float]()
        for _ in range(steps):
            self._congestion.append(level)
            level = keep * level + spread * chance.gauss(0, 1)
        self.flex = Scarcity(scenario.flex_refused, seed, start, days)
        self._spells = _spells(scenario, stream(seed, "spells"), (days + 3) * DAY)

    def finishes_at(self, first: int, serial: int, requests: int, at: int) -> int:
        """When a batch of so many requests ends that is submitted at `at`; `first` is a request in it, `serial` how many
        batches held that before."""
        chance = stream(self._seed, first, serial)
        if chance.random() < self.scenario.stuck:
            return at + STUCK
        spell = self._spell(at)
        half = spell.sigma / math.sqrt(2)
        takes = self._median(spell, at) * math.exp(half * self._common(at) + half * chance.gauss(0, 1))
        takes *= (requests / TYPICAL_SIZE) ** SIZE_EXPONENT
        return self.after(at, int(takes))

    def begins(self, first: int, serial: int) -> float:
        """At which part of its time a batch begins to finish requests."""
        return stream(self._seed, first, serial, "begin").betavariate(2, 2)

    def cancel_takes(self, first: int, serial: int) -> int:
        """Microseconds until a cancel has ended a batch."""
        chance = stream(self._seed, first, serial, "cancel")
        if chance.random() < self.scenario.slow_cancels:
            return HOUR
        return min(
            self.scenario.cancel_longest, max(SECOND, int(self.scenario.cancel_median * math.exp(chance.gauss(0, 1))))
        )

    def noise(self, request: int) -> float:
        """How far a request's call is from the usual, in standard deviations."""
        return stream(self._seed, request, "call").gauss(0, 1)

    def after(self, at: int, takes: int) -> int:
        """When work that is begun at `at` has had so much time to run: outages do not count."""
        end = at + takes
        for begin, until in self.scenario.outages:
            begin, until = self._start + begin, self._start + until
            if at < until and end > begin:
                end += until - max(begin, at)
        return end

    def worked(self, at: int, now: int) -> int:
        """How much of the time from `at` to `now` work could run."""
        lost = 0
        for begin, until in self.scenario.outages:
            lost += max(0, min(now, self._start + until) - max(at, self._start + begin))
        return now - at - lost

    def _common(self, at: int) -> float:
        index = min(len(self._congestion) - 1, max(0, (at - self._start) // STEP))
        return self._congestion[index]

    def _spell(self, at: int) -> Spell:
        index = bisect_right(self._spells, at - self._start, key=lambda spell: spell[0]) - 1
        return self._spells[max(0, index)][1]

    def _median(self, spell: Spell, at: int) -> int:
        hour = (at - self._start) % DAY // HOUR
        return next((median for first, median in reversed(self.scenario.hours) if hour >= first), spell.median)


def _spells(scenario: Scenario, chance: Random, length: int) -> list[tuple[int, Spell]]:
    """From when on which spell holds."""
    found, at, index = list[tuple[int, Spell]](), 0, 0
    while at < length:
        spell = scenario.spells[index % len(scenario.spells)]
        found.append((at, spell))
        at += int(chance.expovariate(1 / spell.dwell)) if spell.dwell else length
        index += 1
    return found
