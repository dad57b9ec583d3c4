"""Smaller models of a family."""

import pytest
from tests.audit.given import known_prices

from bide.audit.levers.family import smaller


@pytest.mark.parametrize(
    ("provider", "model", "found"),
    [
        ("openai", "gpt-4.1", ("gpt-4.1-mini", "gpt-4.1-nano")),
        ("openai", "gpt-4.1-mini", ("gpt-4.1-nano",)),
        ("openai", "gpt-4.1-nano", ()),
        ("openai", "gpt-4.1-2025-04-14", ("gpt-4.1-mini", "gpt-4.1-nano")),
        ("anthropic", "claude-sonnet-4-5-20250929", ("claude-haiku-4-5",)),
        ("openai", "gpt-6-astra", ("gpt-6-sol", "gpt-6-luna")),
        ("anthropic", "claude-opus-4-5", ("claude-sonnet-4-5", "claude-haiku-4-5")),
        ("anthropic", "claude-haiku-4-5", ()),
        ("gemini", "gemini-2.5-pro", ("gemini-2.5-flash", "gemini-2.5-flash-lite")),
        ("gemini", "gemini-2.5-flash-lite", ()),
        ("bedrock", "amazon.nova-pro-v1:0", ("amazon.nova-lite-v1:0", "amazon.nova-micro-v1:0")),
        ("openai", "o3", ("o3-mini",)),
        ("openai", "somebody-else-s", ()),
    ],
)
def test_the_next_ones_down_that_the_catalogue_has(provider: str, model: str, found: tuple[str, ...]) -> None:
    prices = known_prices()

    assert smaller(model, lambda name: prices.catalogue.find(provider, name) is not None) == found
