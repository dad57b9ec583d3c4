import pytest

from bide.core.errors import StoreError
from bide.core.money import RateCard, Rates
from bide.core.usage import Usage
from bide.ledger.cards import Stored, decode, encode

CARD = RateCard(
    provider="openai",
    model="gpt-6.1-sol",
    mode="batch",
    day="2026-11-21",
    tiers=(
        (0, Rates(1_000_000_000, 50_000_000, 1_250_000_000, 5_000_000_000, 2_000_000_000)),
        (272_000, Rates(2_000_000_000, 100_000_000, 2_500_000_000, 7_500_000_000)),
    ),
    source="catalogue:genai-prices@0.2.3",
    confidence="catalogue",
)


def test_a_card_comes_back_as_it_was() -> None:
    stored = Stored("genai-prices@0.2.3 overlay@00000000", CARD)

    again = decode(encode(stored))

    assert again == stored
    assert again.card.cost(Usage(input=272_001, output=10)) == CARD.cost(Usage(input=272_001, output=10))


def test_the_text_is_the_same_every_time() -> None:
    assert encode(Stored("e", CARD)) == encode(Stored("e", CARD))
    assert encode(Stored("e", CARD)) != encode(Stored("f", CARD))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("{}", id="no card"),
        pytest.param('{"edition":"e","card":{"provider":"openai"}}', id="half a card"),
        pytest.param(encode(Stored("e", CARD)).replace("50000000", "0.05", 1), id="a float"),
    ],
)
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match="rate card"):
        decode(text)
