"""How long the stages of a job's requests were to take, and took: in bide, at the provider, in rescue."""

from collections.abc import Mapping, Sequence

import msgspec

from bide.core.clock import SECOND
from bide.ledger.promise import Predicted
from bide.store.ledger import STAGES


class Spread(msgspec.Struct, frozen=True):
    """A stage over many requests, in microseconds: half of them were through it by `p50`, 19 of 20 by `p95`."""

    p50: int
    p95: int | None
    requests: int | None = None
    """How many were in it; None in a prediction."""


class Stage(msgspec.Struct, frozen=True):
    """A stage, as predicted at intake and as it was; None: nothing was said, or no answered request was in it."""

    predicted: Spread | None
    actual: Spread | None


def spread(seconds: Sequence[tuple[int, int]]) -> Spread | None:
    """The quantiles of pairs of (seconds, requests), ascending; None where there are none."""
    total = sum(count for _, count in seconds)
    if not total:
        return None
    return Spread(_quantile(seconds, total, 50) * SECOND, _quantile(seconds, total, 95) * SECOND, total)


def stages(predicted: Predicted | None, actual: Mapping[str, Sequence[tuple[int, int]]]) -> dict[str, Stage]:
    """Every stage with both. What is predicted of the rescue is its whole length, should no batch ever come back."""
    said: dict[str, Spread | None] = dict.fromkeys(STAGES)
    if predicted is not None:
        said["queue"] = Spread(predicted.queue, predicted.queue_p95)
        said["provider"] = Spread(predicted.provider, predicted.provider_p95)
        said["rescue"] = Spread(predicted.rescue, predicted.rescue)
    return {name: Stage(said[name], spread(actual.get(name, ()))) for name in STAGES}


def _quantile(seconds: Sequence[tuple[int, int]], total: int, percent: int) -> int:
    seen = 0
    for value, count in seconds:
        seen += count
        if seen * 100 >= total * percent:
            return value
    return seconds[-1][0]
