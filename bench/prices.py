"""What pricing an answer takes: with the card in hand, and with the card asked for every time.

Yardsticks of the same run: the bare multiplications of an answer with two kinds of token from the cache, and the library whose
catalogue the cards are made from.
"""

import statistics
from collections.abc import Callable, Sequence

import genai_prices

from bench.measure import Figure, call
from bide.core.entropy import SeededEntropy
from bide.core.usage import Usage
from bide.ledger.prices import Prices

ANSWERS = 100_000
LIBRARY_ANSWERS = 500
ROUNDS = 5

PROVIDER, MODEL, MODE, DAY = "openai", "gpt-6.1-sol", "batch", "2026-11-21"
"""A model with a price step."""

PER_SECOND, BARE, LIBRARY = 500_000, 8, 50


def figures() -> list[Figure]:
    """CPU time; the wall clock of a busy machine says nothing about a rate card."""
    answers = drawn(ANSWERS)
    prices = Prices()
    card = prices.card(PROVIDER, MODEL, MODE, DAY)
    assert card is not None

    def in_hand() -> None:
        for usage in answers:
            card.cost(usage)

    def asked_for() -> None:
        for usage in answers:
            found = prices.card(PROVIDER, MODEL, MODE, DAY)
            assert found is not None
            found.cost(usage)

    def bare() -> None:
        for usage in answers:
            plain = usage.input - usage.cached
            _ = plain * 2_000 + usage.cached * 100 + usage.cache_write * 2_500 + usage.output * 10_000

    def library() -> None:
        for usage in answers[:LIBRARY_ANSWERS]:
            counted = genai_prices.Usage(
                input_tokens=usage.input, cache_read_tokens=usage.cached, output_tokens=usage.output
            )
            genai_prices.calc_price(counted, MODEL, provider_id=PROVIDER, price_context={"processing": "batch"})

    held, found, least, theirs = (
        per_second(work, count)
        for work, count in ((in_hand, ANSWERS), (asked_for, ANSWERS), (bare, ANSWERS), (library, LIBRARY_ANSWERS))
    )
    return [
        Figure("prices a second, the card in hand", held, PER_SECOND, "/s", at_most=False),
        Figure("prices a second, the card asked for every time", found, PER_SECOND, "/s", at_most=False),
        Figure("CPU of a price beside the bare multiplications", least / held, BARE, "times", detail=f"{least:,.0f}/s"),
        Figure("prices a second beside genai-prices", held / theirs, LIBRARY, "times", False, f"{theirs:,.0f}/s"),
    ]


def drawn(count: int) -> Sequence[Usage]:
    """Answers on both sides of the price step."""
    entropy = SeededEntropy("bench prices")

    def below(limit: int) -> int:
        return int(entropy.uniform() * limit)

    return [
        Usage(input=size, cached=below(size + 1) // 2, cache_write=below(size + 1) // 2, output=below(4_000))
        for size in (below(400_000) for _ in range(count))
    ]


def per_second(work: Callable[[], object], count: int) -> float:
    """How many of `count` a second of CPU does, the median of some rounds."""
    return statistics.median(count / call(work).cpu for _ in range(ROUNDS))
