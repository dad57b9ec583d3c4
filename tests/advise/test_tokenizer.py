import pytest

from bide.advise.calculator.quantity import Quantity, quantity
from bide.advise.calculator.tokenizer import EARLIER, LATER, between, ratio


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gpt-4.1-mini", quantity(1)),
        ("openai/o3", quantity(1)),
        ("gpt-6.1-sol", quantity(1)),
        ("claude-3-5-sonnet-20241022", EARLIER),
        ("claude-3.5-haiku", EARLIER),
        ("claude-sonnet-4-20250514", EARLIER),
        ("claude-sonnet-4-6", EARLIER),
        ("anthropic/claude-opus-4-8", LATER),
        ("claude-haiku-5-5", LATER),
        ("anthropic.claude-sonnet-5-5-v1:0", LATER),
        ("gemini-2.5-pro", None),
        ("claude", None),
        ("my-gpt-4o", None),
    ],
)
def test_whose_tokenizer_a_model_has(model: str, expected: Quantity | None) -> None:
    assert ratio(model) == expected


def test_between_two_models() -> None:
    assert between("gpt-4o", "gpt-5") == quantity(1)
    assert between("gpt-4o", "claude-sonnet-4-6") == EARLIER
    assert between("gemini-2.5-pro", "gemini-2.5-pro") == quantity(1)
    assert between("gemini-2.5-pro", "gpt-5") is None
    back = between("claude-sonnet-4-6", "gpt-5")
    assert back is not None
    assert back.low * EARLIER.high == back.high * EARLIER.low == 1
    assert between("claude-3-haiku", "claude-sonnet-4-5") == quantity(1)
