"""Token counts against figures of the reference tokenizer."""

import pytest

from bide.intake.tokens import count_tokens, counter_for, estimate_tokens


@pytest.mark.parametrize(("size", "tokens"), [(0, 0), (1, 1), (4, 1), (5, 2), (4_000, 1_000)])
def test_estimate(size: int, tokens: int) -> None:
    assert estimate_tokens(size) == tokens


@pytest.mark.parametrize(
    ("model", "text", "tokens"),
    [
        pytest.param("gpt-4o", "hello world", 2, id="o200k"),
        pytest.param("gpt-4o-mini-2024-07-18", "tiktoken is great!", 6, id="o200k, a dated model"),
        pytest.param("gpt-4-turbo", "tiktoken is great!", 6, id="cl100k"),
        pytest.param("gpt-4", "お誕生日おめでとう", 9, id="cl100k, Japanese"),
        pytest.param("gpt-4.1", "お誕生日おめでとう", 8, id="o200k, Japanese"),
        pytest.param("gpt-4o", "<|endoftext|>", 7, id="special tokens are text"),
        pytest.param("gpt-4o", "", 0, id="nothing"),
    ],
)
def test_exact_counts(model: str, text: str, tokens: int) -> None:
    count = count_tokens(text, model)
    assert (count.count, count.method.partition(",")[0]) == (tokens, "exact")


def test_half_a_surrogate_pair_does_not_stop_the_count() -> None:
    assert count_tokens("a\ud800b", "gpt-4o").count == count_tokens("a?b", "gpt-4o").count


def test_unknown_models_are_estimated() -> None:
    assert counter_for("claude-sonnet-5-5") is None
    assert count_tokens("x" * 80, "claude-sonnet-5-5").count == 10
