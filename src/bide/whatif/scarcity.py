"""How a flex tier behaves in a made-up world: when it turns calls away, and how long the others take.

Refusals come in bouts, as an hour without capacity is one for everybody: calm and bouts alternate, each of random length, and nine
tenths of all refusals fall into the bouts. That, the lengths and the wait are guesses; the wait is that of `bide.simulator.calls`.
"""

import math
from bisect import bisect_right
from typing import NamedTuple

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.whatif.chance import stream
from bide.whatif.scenario import latency

CALM, BOUT = 3 * HOUR, 45 * MINUTE
"""How long each lasts on average."""

IN_BOUTS = 0.9
"""The part of all refusals that falls into bouts, as long as these have room for it."""

WAIT, SPREAD, LONGEST_WAIT = 25 * SECOND, 1.2, 870 * SECOND
"""How much longer than a call at the list price an answer takes: the median, its log-normal spread, the most."""

REFUSAL_TAKES = SECOND


class Fate(NamedTuple):
    """What becomes of one call: after how many microseconds it ends, whether it was turned away, and the chance in [0, 1) by which the
    next one is delayed then."""

    takes: int
    is_refused: bool
    jitter: float


class Scarcity:
    """`refused` is the part of all calls that is turned away, averaged over calm and bouts, from `start` on for some days."""

    def __init__(self, refused: float, seed: int, start: int, days: int) -> None:
        part = BOUT / (CALM + BOUT)
        bout = min(1.0, IN_BOUTS * refused / part)
        self._refused = ((refused - part * bout) / (1 - part), bout)
        self._seed = seed
        chance = stream(seed, "scarcity")
        self._first = int(chance.random() < part)
        self._turns, at, state = list[int](), start, self._first
        while at < start + (days + 3) * DAY:
            at += int(chance.expovariate(1 / (CALM, BOUT)[state]))
            state = 1 - state
            self._turns.append(at)

    def refused(self, at: int) -> float:
        """The chance that a call is turned away that is made at an instant."""
        return self._refused[(self._first + bisect_right(self._turns, at)) % 2]

    def fate(self, request: int, serial: int, output_tokens: int, at: int) -> Fate:
        """What becomes of a call for a request that was asked for here `serial` times before: the same whoever makes it."""
        chance = stream(self._seed, request, serial, "flex")
        is_refused, jitter = chance.random() < self.refused(at), chance.random()
        if is_refused:
            return Fate(REFUSAL_TAKES, is_refused, jitter)
        wait = min(LONGEST_WAIT, int(WAIT * math.exp(SPREAD * chance.gauss(0, 1))))
        return Fate(latency(output_tokens, chance.gauss(0, 1)) + wait, is_refused, jitter)
