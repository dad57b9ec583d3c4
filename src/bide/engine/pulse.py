"""What came lately with little time, by (account, model): so that the size of a burst is known before the next one comes."""

from collections import defaultdict
from collections.abc import Mapping

from bide.core.bucket import NOTHING, Tally
from bide.core.clock import DAY, MINUTE
from bide.lanes.capacity.pressure import HORIZON, WINDOW, Load
from bide.lanes.decision.outlook import Key
from bide.store.store import Store

REFRESH = MINUTE
"""How often what came is read."""

STEP = 5 * MINUTE
"""Bursts are measured in steps of this width."""

REMEMBERED = DAY
"""Bursts come with the hours of the day: yesterday's is the best guess at today's."""


class Pulse:
    """One worker's knowledge of what came."""

    def __init__(self) -> None:
        self._steps: dict[Key, dict[int, Tally]] = {}
        self._loads: Mapping[Key, Load] = {}
        self._read_at: int | None = None

    async def refresh(self, store: Store, now: int) -> None:
        """Read what came since the last time, when it is time. Raises `StoreError`."""
        if self._read_at is not None and now < self._read_at + REFRESH:
            return
        # The last step was still filling, and calls join a job for a while after it was accepted.
        since = (now - REMEMBERED if self._read_at is None else self._read_at - STEP) // STEP * STEP
        came: defaultdict[Key, defaultdict[int, Tally]] = defaultdict(lambda: defaultdict(lambda: NOTHING))
        for account, model, at, tally in await store.buckets.arrivals(since, HORIZON):
            came[account, model][at // STEP] += tally
        for key in {*self._steps, *came}:
            kept = {step: tally for step, tally in self._steps.get(key, {}).items() if self._is_kept(step, since, now)}
            self._steps[key] = {**kept, **came.get(key, {})}
        self._steps = {key: steps for key, steps in self._steps.items() if steps}
        self._loads = {key: Load(peak(steps)) for key, steps in self._steps.items()}
        self._read_at = now

    def loads(self) -> Mapping[Key, Load]:
        """The largest burst of the last day."""
        return self._loads

    @staticmethod
    def _is_kept(step: int, since: int, now: int) -> bool:
        return now - REMEMBERED <= step * STEP < since


def peak(steps: Mapping[int, Tally]) -> Tally:
    """The most that came within the window of a burst, by the number of its step: of requests and of tokens, each for itself, as
    either may be what a rate limit is short of."""
    width = WINDOW // STEP
    most = NOTHING
    for first in steps:
        within = NOTHING
        for step in range(first, first + width):
            within += steps.get(step, NOTHING)
        most = Tally(max(most.requests, within.requests), max(most.tokens, within.tokens))
    return most
