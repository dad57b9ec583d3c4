"""What the engine would have learned by then: the forecast and its calibration, and what second copies have achieved."""

from collections.abc import Iterable

from bide.core.clock import MINUTE
from bide.core.states import BatchOutcome
from bide.lanes.forecast.calibration import LEVELS, SHOWN, Promise
from bide.lanes.forecast.cell import FLEX
from bide.lanes.forecast.efficacy import Efficacy
from bide.lanes.forecast.forecast import Forecast, Running, View
from bide.lanes.forecast.prior import Prior
from bide.lanes.forecast.turnaround import MEDIAN
from bide.lanes.outcome.lesson import BatchEnd, of_batch, of_call, of_refusal
from bide.whatif.market import Purchase
from bide.whatif.stock import ACCOUNT, KEY, MODEL, Group

FRESH_FOR = MINUTE
"""How long a view is used before it is drawn up anew."""

FADES = 0.98
"""What is left of the evidence about copies after each of them."""


class Learner:
    """A forecast that is fed by the batches of a log."""

    def __init__(self) -> None:
        self._forecast = Forecast({ACCOUNT: Prior(MEDIAN)})
        self._view = self._forecast.view(0)
        self._drawn_at = -FRESH_FOR
        self._given: dict[int, Promise] = {}
        self._efficacy = Efficacy()
        self._kept = [0] * len(SHOWN)
        self._batches = 0

    @property
    def kept(self) -> dict[int, float]:
        """Of the batches that were given so many per cent by some time, how many were done by then, or would have been had nobody
        cancelled them: a made-up world knows. In per cent."""
        return {level: 100 * kept / max(1, self._batches) for level, kept in zip(SHOWN, self._kept, strict=True)}

    @property
    def efficacy(self) -> Efficacy:
        """What copies have achieved."""
        return self._efficacy

    def view(self, groups: Iterable[Group], now: int) -> View:
        """What is expected now."""
        if now - self._drawn_at >= FRESH_FOR:
            running = [self._running(group) for group in groups]
            self._view, self._drawn_at = self._forecast.view(now, running), now
        return self._view

    def submitted(self, bought: Purchase) -> None:
        """A batch is submitted: what is it given?"""
        given = self._given[bought.id] = self._view.promise(*KEY, len(bought.requests))
        self._batches += 1
        for place, level in enumerate(SHOWN):
            self._kept[place] += bought.ends_at - bought.submitted_at <= given[LEVELS.index(level)]

    def ended(self, group: Group, finished: int, seen_at: int) -> None:
        """A batch has ended, and so many of its requests were done."""
        bought = group.bought
        given = self._given.pop(bought.id)
        whole = finished == len(bought.requests)
        ended_at = min(seen_at, bought.ended_at)
        end = BatchEnd(
            account=ACCOUNT,
            model=MODEL,
            requests=len(bought.requests),
            submitted_at=bought.submitted_at,
            ended_at=ended_at,
            outcome=BatchOutcome.COMPLETED if whole else BatchOutcome.CANCELLED,
            cancel_at=bought.cancelled_at,
            lumped=finished,
            left=len(bought.requests) - finished,
            given=given,
        )
        self._forecast.add(of_batch(end, self._view.batch(*KEY, len(bought.requests))))

    def copied(self, won: bool, expected: float) -> None:
        """A second copy has come to its end, first and in time or not."""
        before = self._efficacy
        self._efficacy = Efficacy(before.won * FADES + won, before.expected * FADES + expected)

    def flexed(self, duration: int, output_tokens: int, now: int) -> None:
        """The flex tier has answered."""
        self._forecast.add(of_call(ACCOUNT, MODEL, FLEX, duration, output_tokens, now))

    def turned_away(self, now: int) -> None:
        """The flex tier had no capacity."""
        self._forecast.add(of_refusal(ACCOUNT, MODEL, now))

    def _running(self, group: Group) -> Running:
        bought = group.bought
        return Running(
            ACCOUNT,
            MODEL,
            len(bought.requests),
            len(bought.requests) - group.batch.completed_count,
            bought.submitted_at,
            self._given.get(bought.id),
            bought.cancelled_at,
        )
