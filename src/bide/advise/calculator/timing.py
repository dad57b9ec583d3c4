"""How long work takes and whether it fits: latencies in stages, windows, files and quotas."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.unit import HOUR, REQUEST, SECOND
from bide.core.errors import InputError


def whole_latency(stages: Mapping[str, Quantity], to: Derivation) -> Figure:
    """What the stages come to. Raises `UnitError`: they are not all in the same unit."""
    return to.add("total", *(Figure(name, value) for name, value in stages.items()))


def outside_window(job: Quantity, window: Quantity, to: Derivation) -> Figure:
    """How much of a job does not fit a window, at least 0. Raises `UnitError`."""
    over = to.subtract("outside of the window", Figure("job", job), Figure("window", window))
    low, high = (max(Fraction(0), value) for value in (over.value.low, over.value.high))
    return Figure(over.name, Quantity(low, high, over.value.unit))


def pace(requests: Quantity, hours: Quantity, to: Derivation) -> Figure:
    """Requests a second, for so many in so many hours. Raises `InputError`."""
    if 0 in hours.bounds:
        raise InputError("no time is given for the requests; give the hours")
    seconds = to.multiply(
        "seconds",
        Figure("hours", hours),
        Figure("seconds an hour", Quantity(Fraction(3600), Fraction(3600), SECOND / HOUR)),
    )
    return to.divide("requests a second", Figure("requests", requests.of(REQUEST, "requests")), seconds)


@dataclass(frozen=True, slots=True)
class Fit:
    """Files that requests make, and how often the work fits an enqueued-token quota at once; None: no limit is known."""

    files: int | None
    times: int | None

    @property
    def fits(self) -> bool:
        """All of it at once."""
        return self.times is None or self.times >= 1


def fit(requests: int, tokens: int, *, per_file: int | None = None, quota: int | None = None) -> Fit:
    """How work of so many requests and enqueued tokens stands to a provider's limits; counts are at least 0."""
    files = None if not per_file else -(-requests // per_file)
    return Fit(files, None if quota is None or tokens == 0 else quota // tokens)
