"""What was in force when: spans without gaps, each with the card of its days."""

import datetime

import pytest

from bide.ledger.history import history
from bide.ledger.prices import Prices


@pytest.mark.parametrize(
    ("provider", "model", "mode", "expected"),
    [
        pytest.param(
            "openai", "o3", "standard", [(None, "2025-06-09", "10"), ("2025-06-10", None, "2")], id="a price cut"
        ),
        pytest.param(
            "openai",
            "o3",
            "batch",
            [
                (None, "2024-04-14", None),
                ("2024-04-15", "2025-06-09", "5"),
                ("2025-06-10", "2026-10-13", "1"),
                ("2026-10-14", None, "1"),
            ],
            id="a rule that follows it, then the list",
        ),
        pytest.param(
            "anthropic",
            "claude-3-haiku-20240307",
            "batch",
            [(None, "2024-10-07", None), ("2024-10-08", "2026-04-20", "0.125"), ("2026-04-21", None, None)],
            id="a retired model",
        ),
        pytest.param("openai", "gpt-4.1-custom", "standard", [(None, None, None)], id="unknown since ever"),
        pytest.param("local", "mine", "standard", [(None, None, "3")], id="one's own, on every day"),
    ],
)
def test_the_spans_of_a_price(
    provider: str, model: str, mode: str, expected: list[tuple[str | None, str | None, str | None]]
) -> None:
    prices = Prices({"local/mine": {"input": "3", "output": "4"}})

    found = history(prices, provider, model, mode)

    assert [
        (
            span.valid_from,
            span.valid_to,
            span.card and f"{span.card.tiers[0][1].input / 10**9:g}",
        )
        for span in found
    ] == expected


@pytest.mark.parametrize("model", ["gpt-5", "gpt-6.1-sol", "o3", "gpt-3.5-turbo-1106"])
@pytest.mark.parametrize("mode", ["standard", "batch", "flex", "priority"])
def test_every_day_has_the_card_of_its_span(prices: Prices, model: str, mode: str) -> None:
    spans = history(prices, "openai", model, mode)

    for day in range(0, 1_400, 7):
        date = (datetime.date(2023, 6, 1) + datetime.timedelta(days=day)).isoformat()
        span = next(one for one in spans if (one.valid_from or "") <= date <= (one.valid_to or "9"))
        card = prices.card("openai", model, mode, date)
        assert (card and (card.tiers, card.source)) == (span.card and (span.card.tiers, span.card.source)), date


def test_a_card_is_as_old_as_its_oldest_part(prices: Prices) -> None:
    by_rule = prices.card("azure-openai", "gpt-4.1", "batch", "2026-11-21")
    own = Prices({"openai/m": {"input": "1", "output": "1"}})
    card = own.card("openai", "m", "standard", "2026-11-21")

    assert by_rule is not None
    assert prices.checked_on(by_rule) == datetime.date(2026, 11, 21)
    assert card is not None
    assert own.checked_on(card) is None
