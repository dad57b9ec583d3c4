"""What a job will cost, before anything is spent: bounds and an expectation for each lane.

The bounds hold as far as the token counts do: `low` is the whole input at its cheapest kind and no answer at all,
`upper` the whole input at its dearest kind in the dearest tier that a request can reach, and every answer at its cap.
A kind without a price is in no bound; an answer that has such tokens is unpriced.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bide.core.money import RATE_PER_UNIT, RateCard


@dataclass(frozen=True, slots=True)
class Load:
    """Requests of one model, in tokens."""

    requests: int
    input_tokens: int
    """Of all requests together."""
    longest_input: int
    """Of the longest request: it decides which price tiers are in reach."""
    capped: int = 0
    """Requests that say how long their answer may be."""
    capped_output: int = 0
    """Their caps together."""
    endpoints: frozenset[str] = frozenset()
    """What is asked of the model: not every API has batches everywhere."""


@dataclass(frozen=True, slots=True)
class OutputAssumption:
    """Output tokens of one answer: `expected` of any, `upper` of one whose request has no cap."""

    expected: int
    upper: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A cost in 1e-12 USD."""

    low: int
    expected: int
    upper: int

    def __add__(self, other: "Estimate") -> "Estimate":
        return Estimate(self.low + other.low, self.expected + other.expected, self.upper + other.upper)


def estimate(load: Load, card: RateCard | None, assumption: OutputAssumption) -> Estimate | None:
    """What the load costs at a card's rates; None when the price is unknown."""
    if card is None:
        return None
    if load.requests == 0:
        return Estimate(0, 0, 0)
    uncapped = load.requests - load.capped
    expected_output = min(load.capped_output, load.capped * assumption.expected) + uncapped * assumption.expected
    upper_output = load.capped_output + uncapped * assumption.upper

    reachable = [rates for above, rates in card.tiers if above == 0 or load.longest_input > above]
    kinds = [
        kind
        for rates in reachable
        for kind in (rates.input, rates.cached, rates.cache_write, rates.cache_write_1h)
        if kind is not None
    ]
    # Half a unit for each answer, because every ledger entry is rounded by itself.
    rounding = load.requests * RATE_PER_UNIT // 2
    low = load.input_tokens * min(kinds) - rounding
    typical = card.rates(load.input_tokens // load.requests)
    expected = load.input_tokens * typical.input + expected_output * typical.output
    upper = load.input_tokens * max(kinds) + upper_output * max(rates.output for rates in reachable) + rounding
    return Estimate(
        low=max(0, low // RATE_PER_UNIT),
        expected=(expected + RATE_PER_UNIT // 2) // RATE_PER_UNIT,
        upper=-(-upper // RATE_PER_UNIT),
    )


def total(estimates: Iterable[Estimate | None]) -> Estimate | None:
    """The sum over the models of a job; one unknown price makes it unknown."""
    result = Estimate(0, 0, 0)
    for each in estimates:
        if each is None:
            return None
        result += each
    return result
