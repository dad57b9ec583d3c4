from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.core.money import Ceiling, RateCard, Rates
from bide.core.states import Lane
from bide.core.usage import Usage
from bide.ledger.prices import Prices
from bide.ledger.reserve import ceiling, modes_of

STANDARD = RateCard("openai", "small", "standard", "2026-11-21", ((0, Rates(400, 100, 500, 1_600)),), "user", "user")
BATCH = replace(STANDARD, mode="batch", tiers=((0, Rates(200, 50, 250, 800)),))
TIERED = replace(STANDARD, tiers=((0, Rates(400, 100, 500, 1_600, 900)), (1_000, Rates(800, 200, 1_000, 2_400, 1_800))))


@pytest.mark.parametrize(
    ("lanes", "modes"),
    [
        pytest.param([Lane.BATCH, Lane.REALTIME], ("batch", "standard"), id="a batch and its rescue"),
        pytest.param([Lane.REALTIME], ("standard",), id="at once"),
        pytest.param([Lane.FLEX, Lane.CACHE], ("flex",), id="flex"),
        pytest.param([Lane.CACHE], (), id="nothing but the cache"),
        pytest.param(list(Lane), ("batch", "flex", "standard"), id="every lane"),
    ],
)
def test_what_a_lane_is_sold_as(lanes: list[Lane], modes: tuple[str, ...]) -> None:
    assert modes_of(lanes) == modes


@pytest.mark.parametrize(
    ("cards", "longest", "expected"),
    [
        pytest.param([BATCH], 10, Ceiling(250, 800), id="one lane, all of its input written into the cache"),
        pytest.param([BATCH, STANDARD], 10, Ceiling(500, 1_600), id="the dearest lane"),
        pytest.param([TIERED], 1_000, Ceiling(900, 1_600), id="the first tier"),
        pytest.param([TIERED], 1_001, Ceiling(1_800, 2_400), id="every tier in reach"),
        pytest.param([BATCH, None], 10, None, id="one price unknown"),
        pytest.param([], 10, Ceiling(0, 0), id="nothing but the cache"),
    ],
)
def test_the_most_a_token_costs(cards: list[RateCard | None], longest: int, expected: Ceiling | None) -> None:
    assert ceiling(cards, longest) == expected


def test_it_is_rounded_up() -> None:
    assert Ceiling(500, 1_600).amount(1, 0) == 1


@given(
    card=st.sampled_from([BATCH, STANDARD, TIERED]),
    bound=st.integers(0, 3_000),
    limit=st.integers(0, 3_000),
    parts=st.tuples(*[st.floats(0, 1)] * 5),
)
def test_no_answer_within_the_bounds_costs_more(
    card: RateCard, bound: int, limit: int, parts: tuple[float, ...]
) -> None:
    size, output = int(bound * parts[0]), int(limit * parts[1])
    cached = int(size * parts[2])
    written = int((size - cached) * parts[3])
    longer = int(written * parts[4]) if card is TIERED else 0

    cost = card.cost(Usage(size, cached, written, output, cache_write_1h=longer))
    most = ceiling([BATCH, STANDARD, TIERED], bound)

    assert cost is not None
    assert most is not None
    assert cost <= most.amount(bound, limit)


def test_a_real_model_that_batches_is_reserved_at_the_price_of_its_rescue(prices: Prices) -> None:
    day = "2026-11-21"
    cards = [prices.card("openai", "gpt-4.1-mini", mode, day) for mode in modes_of([Lane.BATCH, Lane.REALTIME])]
    [standard] = [card for card in cards if card is not None and card.mode == "standard"]

    most = ceiling(cards, 1_000)

    assert most is not None
    assert most.amount(1_000, 500) == standard.cost(Usage(input=1_000, output=500))
