"""What is reserved for a request before it is known how it will be served: the most it can cost in any lane it may take.

That is all of its input at the dearest kind of token in the dearest tier in reach, and the longest answer it may get, at
the dearest lane. A request that may lie in a batch and be rescued in real time is reserved at the price of real time. The bound
is one answer's: a second one to the same request is waste, which is spent without having been reserved.

How many tokens the input has, nobody knows before it is counted; it has no more than it has bytes.
"""

from collections.abc import Collection, Iterable, Mapping

from bide.core.money import Ceiling, RateCard, Rates
from bide.core.states import Lane
from bide.ledger.rates import STANDARD, Mode

SOLD_IN: Mapping[Lane, Mode] = {Lane.BATCH: "batch", Lane.FLEX: "flex", Lane.REALTIME: STANDARD}
"""The mode whose card prices a lane; the cache costs nothing."""


def modes_of(lanes: Iterable[Lane]) -> tuple[Mode, ...]:
    """The modes whose cards decide what is reserved for a request that may take these lanes, in the order of lanes."""
    wanted = set(lanes)
    return tuple(mode for lane, mode in SOLD_IN.items() if lane in wanted)


def ceiling(cards: Collection[RateCard | None], longest_input: int) -> Ceiling | None:
    """The most that a token costs by any of the cards, one for each mode it may be sold in; None: one of them is unknown.

    `longest_input` in tokens decides which tiers are in reach. A kind of token without a price is in no bound; an answer that
    has such tokens is unpriced.
    """
    found = Ceiling(0, 0)
    for card in cards:
        if card is None:
            return None
        for above, rates in card.tiers:
            if above == 0 or longest_input > above:
                found = Ceiling(max(found.input, _dearest_input(rates)), max(found.output, rates.output))
    return found


def _dearest_input(rates: Rates) -> int:
    kinds = (rates.input, rates.cached, rates.cache_write, rates.cache_write_1h)
    return max(rate for rate in kinds if rate is not None)
