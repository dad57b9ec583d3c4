"""What providers' prompt caches ask for."""

import pytest

from bide.audit.levers.prompt_cache import found_in_batch, prompt_cache


@pytest.mark.parametrize(
    ("provider", "model", "least", "known"),
    [
        ("anthropic", "claude-opus-5-5", 512, True),
        ("anthropic", "claude-sonnet-5-5-20261001", 512, True),
        ("anthropic", "claude-sonnet-4-6", 1_024, True),
        ("anthropic", "claude-fable-5-20260801", 512, True),
        ("anthropic", "claude-fable-5-2", 4_096, False),
        ("anthropic", "claude-opus-4-7", 2_048, True),
        ("anthropic", "claude-haiku-4-5-20251001", 4_096, True),
        ("anthropic", "claude-haiku-5-5", 4_096, False),
        ("openai", "gpt-4.1", 1_024, True),
        ("azure-openai", "gpt-6-sol", 1_024, True),
        ("gemini", "gemini-2.5-pro", 2_048, True),
        ("gemini", "gemini-3.8-flash", 4_096, True),
        ("vertex", "claude-sonnet-4-6", 4_096, False),
        ("bedrock", "amazon.nova-pro-v1:0", 4_096, False),
    ],
)
def test_each_model_has_a_least_length(provider: str, model: str, least: int, known: bool) -> None:
    rule = prompt_cache(provider, model)

    assert rule is not None
    assert (rule.least, rule.known) == (least, known)


def test_a_provider_of_which_nobody_has_said_anything_has_none() -> None:
    assert prompt_cache("somebody", "gpt-4.1") is None
    assert found_in_batch("somebody", "gpt-4.1") == (0, 1)
