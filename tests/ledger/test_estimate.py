from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bide.core.money import DOLLAR, RateCard, Rates
from bide.core.usage import Usage
from bide.ledger.estimate import Estimate, Load, OutputAssumption, estimate, total

# 2 / 10 up to 1,000 input tokens, 4 / 15 above; cached a tenth, cache writes a quarter more.
TIERS = (
    (0, Rates(2_000_000_000, 200_000_000, 2_500_000_000, 10_000_000_000)),
    (1_000, Rates(4_000_000_000, 400_000_000, 5_000_000_000, 15_000_000_000)),
)
CARD = RateCard("openai", "m", "standard", "2026-11-21", TIERS, "test", "catalogue")
HOURLY = replace(CARD, tiers=tuple((above, replace(each, cache_write_1h=2 * each.input)) for above, each in TIERS))
FLAT = replace(CARD, tiers=((0, Rates(2_000_000_000, 2_000_000_000, 2_000_000_000, 10_000_000_000)),))
ASSUMED = OutputAssumption(expected=100, upper=1_000)
CENT = DOLLAR // 100


@pytest.mark.parametrize(
    ("card", "load", "expected", "upper"),
    [
        # 1,000 requests, 500,000 tokens in at 2 = 1.00 USD.
        pytest.param(FLAT, Load(1_000, 500_000, 900), 200 * CENT, 1_100 * CENT, id="no caps: 100 expected, 1,000 at most"),
        pytest.param(FLAT, Load(1_000, 500_000, 900, 1_000, 50_000), 150 * CENT, 150 * CENT, id="caps below the expectation"),
        pytest.param(FLAT, Load(1_000, 500_000, 900, 1_000, 400_000), 200 * CENT, 500 * CENT, id="caps above it"),
        pytest.param(FLAT, Load(1_000, 500_000, 900, 500, 25_000), 175 * CENT, 625 * CENT, id="half of them capped"),
        # 500,000 in at 2.50 (all of it written to the cache) = 1.25, out at 10.
        pytest.param(CARD, Load(1_000, 500_000, 900), 200 * CENT, 1_125 * CENT, id="the dearest kind"),
        pytest.param(HOURLY, Load(1_000, 500_000, 900), 200 * CENT, 1_200 * CENT, id="the dearest, for an hour: at 4 = 2.00"),
        # One request of 1,001 tokens brings the dearer tier into reach: 500,000 at 5 = 2.50, out at 15.
        pytest.param(CARD, Load(1_000, 500_000, 1_001), 200 * CENT, 1_750 * CENT, id="the dearest tier in reach"),
        pytest.param(CARD, Load(100, 200_000, 2_000), 95 * CENT, 250 * CENT, id="all above the step: 0.80 + 0.15"),
        pytest.param(FLAT, Load(0, 0, 0), 0, 0, id="nothing"),
    ],
)  # fmt: skip
def test_hand_worked_estimates(card: RateCard, load: Load, expected: int, upper: int) -> None:
    result = estimate(load, card, ASSUMED)

    assert result is not None
    assert result.expected == expected
    assert 0 <= result.upper - upper <= load.requests
    assert 0 <= result.low <= result.expected <= result.upper


def test_the_lower_bound_is_a_cached_input_without_an_answer() -> None:
    result = estimate(Load(1_000, 500_000, 900), CARD, ASSUMED)

    assert result is not None
    assert 0 <= 10 * CENT - result.low <= 1_000


REQUESTS = st.lists(
    st.tuples(
        st.integers(0, 3_000),  # input
        st.integers(0, 1_000),  # cap
        st.booleans(),  # whether it says so
        st.floats(0, 1),  # cached share
        st.floats(0, 1),  # written share of the rest
        st.floats(0, 1),  # how much of the cap the answer uses
    ),
    max_size=30,
)


# Rates so fine that every answer is rounded, up or down.
FINE = replace(CARD, tiers=((0, Rates(500, 499, 500, 500, 501)),))


@pytest.mark.parametrize("card", [pytest.param(HOURLY, id="real"), pytest.param(FINE, id="fine")])
@given(requests=REQUESTS)
@example(requests=[(1, 0, True, 0.0, 0.0, 0.0)] * 10)
@example(requests=[(1, 0, True, 1.0, 0.0, 0.0)] * 10)
def test_what_it_costs_in_the_end_lies_within_the_bounds(
    card: RateCard, requests: list[tuple[int, int, bool, float, float, float]]
) -> None:
    load = Load(
        requests=len(requests),
        input_tokens=sum(size for size, *_ in requests),
        longest_input=max((size for size, *_ in requests), default=0),
        capped=sum(said for _, _, said, *_ in requests),
        capped_output=sum(cap for _, cap, said, *_ in requests if said),
    )
    paid = 0
    for size, cap, said, cached, written, used in requests:
        read = int(size * cached)
        limit = cap if said else ASSUMED.upper
        into = int((size - read) * written)
        # Which of the writes live for an hour has nothing to do with the rest: half of the answers say so of all of them.
        longer = into * (into % 2)
        cost = card.cost(Usage(size, read, into, int(limit * used), cache_write_1h=longer))
        assert cost is not None
        paid += cost

    result = estimate(load, card, ASSUMED)

    assert result is not None
    assert result.low <= paid <= result.upper


def test_an_unknown_price_stays_unknown() -> None:
    load = Load(1_000, 500_000, 900)

    assert estimate(load, None, ASSUMED) is None


def test_the_models_of_a_job_add_up() -> None:
    assert total([]) == Estimate(0, 0, 0)
    assert total([Estimate(1, 2, 3), Estimate(10, 20, 30)]) == Estimate(11, 22, 33)
    assert total([Estimate(1, 2, 3), None]) is None
