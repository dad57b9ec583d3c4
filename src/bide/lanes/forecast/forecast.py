"""What is expected of every lane, from what was seen there: the `counts`, put together from coarse to fine.

A turnaround is estimated in four steps, each of which shrinks to the one before as far as little was seen of it:

1. the account, all models and sizes: a half-life of two days, under the published prior;
2. the model at this size of batch: the same;
3. this hour of the day, all sizes: a half-life of a week, at most 60 requests' worth. Congestion follows office hours;
4. the last hours at this size, with the batches that run now: a half-life of two hours, at most 40 requests' worth. Whatever is
   submitted within an hour or two shares one state of congestion, so a thousand requests of an afternoon are worth far less
   than a thousand of a fortnight.

Tuned on the seven scenarios of `tests/lanes/forecast/turnarounds.py`, 10 draws of 4 days each, for coverage and for the Brier score
of "done within 14 minutes". One half-life of 6 h for everything, counted from the end of each batch: coverage off by up to 24 points,
score 0.163. Counted from the submission (`cell`): 8 points, 0.159. In these steps: 6 points (4 on other draws), 0.147; where turnaround
depends on the hour 0.130 in the place of 0.165. Each step weighs the one before as 30 requests, as the published prior is weighed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bide.core.clock import DAY, HOUR
from bide.lanes.arrival import weighing
from bide.lanes.arrival.weighing import Weighing
from bide.lanes.forecast import calibration, efficacy, latency
from bide.lanes.forecast.calibration import Calibration, Promise
from bide.lanes.forecast.cell import (
    ANSWERS,
    EVERY,
    FLEX,
    REALTIME,
    SUMS,
    WHOLE,
    Kind,
    size_of,
)
from bide.lanes.forecast.counts import Asked, Counts
from bide.lanes.forecast.efficacy import Efficacy
from bide.lanes.forecast.evidence import Evidence, bin_of
from bide.lanes.forecast.latency import Latency
from bide.lanes.forecast.prior import CANCEL_SIGMA, Prior
from bide.lanes.forecast.turnaround import PRIOR_WEIGHT, SIGMA, Turnaround, share

KEPT_FOR = 14 * DAY
"""After which counts are deleted: two half-lives of the longest."""

LONG, HOURLY, SHORT = 2 * DAY, 7 * DAY, 2 * HOUR
"""Half-lives."""

MOST_OF_AN_HOUR, MOST_OF_NOW = 60.0, 40.0
"""Requests' worth."""

CANCEL_HALF_LIFE = 7 * DAY

REFUSED, TAKEN = 0.25, 4.75
"""Beta prior of flex refusals: one in twenty, believed as much as five calls. Where nearly all are refused, back-off leaves few to learn
from: with the weight of twenty calls a tier that refused everything was hoped for all day, and cost 0.656 in the place of 0.606 of all
real time (`bide whatif --policy bide+flex --flex-refused 1`, measured)."""


class Running(NamedTuple):
    """A batch that runs: how many of its requests are not known to be done, and until when it was left alone (a cancel)."""

    account: str
    model: str
    requests: int
    left: int
    submitted_at: int
    given: Promise | None = None
    cancel_at: int | None = None

    def age(self, now: int) -> int:
        """Up to which age it is known not to be done."""
        return max(0, (now if self.cancel_at is None else min(now, self.cancel_at)) - self.submitted_at)


class Forecast(Counts):
    """The counts of all accounts, and what follows from them. Adding and asking cost some microseconds each."""

    def __init__(self, priors: Mapping[str, Prior] | None = None) -> None:
        super().__init__()
        self._priors = dict(priors or {})

    def view(self, now: int, running: Iterable[Running] = ()) -> "View":
        """What is expected at an instant, while these batches run."""
        by_model: dict[tuple[str, str], list[Running]] = defaultdict(list)
        for one in running:
            by_model[one.account, one.model].append(one)
        return View(self, now, by_model)

    def believe(self, priors: Mapping[str, Prior]) -> None:
        """Take what is believed of accounts before anything was seen."""
        self._priors.update(priors)

    def prior(self, account: str) -> Prior:
        """What is believed of an account before anything was seen."""
        return self._priors.get(account, Prior())


@dataclass(slots=True)
class View:
    """What is expected at an instant. Asked for the same again, it has it at hand."""

    forecast: Forecast
    now: int
    running: Mapping[tuple[str, str], Sequence[Running]]
    _known: dict[tuple[str, str, int], Turnaround] = field(
        default_factory=dict[tuple[str, str, int], Turnaround], repr=False
    )
    _ages: dict[tuple[str, str, int], dict[int, tuple[float, float]]] = field(
        default_factory=dict[tuple[str, str, int], dict[int, tuple[float, float]]], repr=False
    )

    def batch(self, account: str, model: str, requests: int = 1) -> Turnaround:
        """How long a batch of so many requests takes that is submitted now, or was lately."""
        size = size_of(requests)
        known = self._known.get((account, model, size))
        if known is None:
            known = self._known[account, model, size] = self._batch(account, model, size)
        return known

    def cancel(self, account: str, model: str) -> Turnaround:
        """How long a cancel takes. It is not waited for longer than `LONGEST_CANCEL`, whatever this says."""
        believed = Turnaround.prior(self.forecast.prior(account).cancel, CANCEL_SIGMA, PRIOR_WEIGHT)
        every = Asked(CANCEL_HALF_LIFE, Kind.CANCEL, account)
        return believed.under(self._seen(every)).under(self._seen(every._replace(model=model)))

    def refusal(self, account: str, model: str) -> float:
        """P(a flex call is refused for want of room)."""
        seen = self._seen(Asked(SHORT, Kind.REFUSAL, account, model, FLEX))
        taken, refused = seen.ended[0], seen.left[0]
        return (REFUSED + refused) / (REFUSED + TAKEN + refused + taken)

    def efficacy(self, account: str, model: str) -> Efficacy:
        """What second copies have achieved."""
        seen = self._seen(Asked(efficacy.HALF_LIFE, Kind.COPY, account, model))
        return Efficacy(seen.ended[0], seen.left[0])

    def weighing(self, account: str, model: str) -> Weighing:
        """How many tokens requests turn out to have beside their size."""
        seen = self._seen(Asked(weighing.HALF_LIFE, Kind.TOKENS, account, model, EVERY))
        return Weighing(seen.ended[ANSWERS], WHOLE * seen.left[SUMS], WHOLE * seen.ended[SUMS])

    def latency(self, account: str, model: str, lane: str = REALTIME) -> Latency:
        """The bound of a call's time."""
        return Latency(self._seen(Asked(latency.HALF_LIFE, Kind.LATENCY, account, model, lane)))

    def calibration(self, account: str, model: str) -> Calibration:
        """How what was given was kept; batches that run count with their age."""
        seen = Calibration(self._seen(Asked(calibration.HALF_LIFE, Kind.LEVEL, account, model)))
        present = self.running.get((account, model), ())
        return seen.with_running([(one.given, one.age(self.now)) for one in present if one.given])

    def promise(self, account: str, model: str, requests: int) -> Promise:
        """What a batch of so many requests is given that is submitted now."""
        return calibration.promise(self.batch(account, model, requests))

    def weight(self, account: str, model: str, size: int) -> float:
        """How many requests stand behind the estimate for a size class, as they count within two days; batches that run not."""
        return self._seen(Asked(LONG, Kind.TURNAROUND, account, model, size=size)).weight

    def _seen(self, asked: Asked) -> Evidence:
        return self.forecast.evidence(asked, self.now)

    def _batch(self, account: str, model: str, size: int) -> Turnaround:
        believed = Turnaround.prior(self.forecast.prior(account).median, SIGMA, PRIOR_WEIGHT)
        every = Asked(LONG, Kind.TURNAROUND, account)
        alike = every._replace(model=model, size=size)
        hour = Asked(HOURLY, Kind.TURNAROUND, account, model, hour=self.now // HOUR % 24)
        late = alike._replace(half_life=SHORT)
        estimate = believed.under(self._present(every)).under(self._present(alike))
        estimate = estimate.under(capped(self._seen(hour), MOST_OF_AN_HOUR))
        return estimate.under(capped(self._present(late), MOST_OF_NOW))

    def _present(self, asked: Asked) -> Evidence:
        """What was seen, with the batches that run: present up to their age, each as much as it will count at its end."""
        seen = self._seen(asked)
        gone: list[tuple[int, float]] = []
        for (account, model, size), bins in self._binned().items():
            fits = account == asked.account and (asked.model is None or asked.model == model)
            if fits and (asked.size is None or asked.size == size):
                for position, (weight, aged) in bins.items():
                    gone.append((position, weight * 0.5 ** (aged / weight / asked.half_life)))
        return seen.added((), gone, self.now) if gone else seen

    def _binned(self) -> Mapping[tuple[str, str, int], Mapping[int, tuple[float, float]]]:
        """The batches that run, by size class and bin: their weight, and weight x age. Thousands of them may run at a time, and
        those of a bin are nearly of one age."""
        if not self._ages:
            for (account, model), batches in self.running.items():
                for one in batches:
                    bins = self._ages.setdefault((account, model, size_of(one.requests)), {})
                    age, weight = one.age(self.now), share(one.requests) * one.left
                    if weight:
                        position = bin_of(age)
                        total, aged = bins.get(position, (0.0, 0.0))
                        bins[position] = (total + weight, aged + weight * age)
        return self._ages


def capped(evidence: Evidence, most: float) -> Evidence:
    """The same, for at most so many requests' worth."""
    weight = evidence.weight
    if weight <= most:
        return evidence
    factor = most / weight
    return Evidence(
        tuple([value * factor for value in evidence.ended]),
        tuple([value * factor for value in evidence.left]),
        evidence.as_of,
        evidence.half_life,
    )


def nothing_seen() -> View:
    """What is expected where nothing was seen, of no account in particular."""
    return Forecast().view(0)
