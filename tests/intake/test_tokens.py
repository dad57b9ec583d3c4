"""Token counts against figures of the reference tokenizer."""

import sys
from collections.abc import Iterator

import pytest

from bide.intake.tokens import GOLDEN, PROOFS, count_tokens, counter_for, estimate_each, trusted
from bide.lanes.arrival.attachment import PICTURE


def test_bodies_are_estimated_by_their_size() -> None:
    assert estimate_each([b" " * size for size in (0, 1, 4, 5, 4_000)]) == [0, 1, 1, 2, 1_000]


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


def test_bodies_with_pictures_are_estimated_without_their_bytes() -> None:
    picture = b'{"image":"data:image/png;base64,' + b"iVBOR" * 20_000 + b'"}'
    assert estimate_each([picture, b" " * 4_000]) == [PICTURE + 9, 1_000]


HUGE = {
    "a word": "a" * 1_000_000,
    "letters in turn": "aB" * 500_000,
    "NUL": "\0" * 1_000_000,
    "spaces": " " * 1_000_000,
    "lines": "\n" * 1_000_000,
    "Chinese": "漢" * 300_000,
    "digits": "7" * 1_000_000,
    "signs": "!" * 1_000_000,
    "half pairs": "\ud800" * 1_000_000,
    "joined emoji": "🤷🏽‍♀️" * 100_000,
}


@pytest.mark.parametrize("encoding", ["o200k_base", "llama3"])
@pytest.mark.parametrize("name", sorted(HUGE))
def test_no_word_is_too_long(name: str, encoding: str) -> None:
    """A tokenizer that looked at each pair again and again would not come back for hours."""
    count = trusted(encoding)
    assert count is not None
    text = HUGE[name]
    assert len(text) // 130 <= count(text) <= len(text.encode("utf-8", "replace"))


@pytest.mark.parametrize("encoding", sorted(GOLDEN))
def test_the_tokenizer_proves_itself(encoding: str) -> None:
    count = trusted(encoding)
    assert count is not None
    assert tuple(map(count, PROOFS)) == GOLDEN[encoding]


@pytest.fixture
def forgotten() -> Iterator[None]:
    """As before the first use."""
    counter_for.cache_clear()
    trusted.cache_clear()
    yield
    counter_for.cache_clear()
    trusted.cache_clear()


class Wrong:
    """A tokenizer of another edition: it counts something else."""

    def get_encoding(self, name: str) -> "Wrong":
        return self

    def count(self, text: str) -> int:
        return len(text.split())


class Broken:
    """A tokenizer that cannot be used at all."""

    def get_encoding(self, name: str) -> "Broken":
        raise RuntimeError("its vocabulary is cut off")


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize(
    ("tokenizer", "why"),
    [(Wrong(), "3, 1, 3, 1, 3, 1, 1 in the place of 6, 8, 11"), (Broken(), "its vocabulary is cut off")],
)
def test_a_tokenizer_that_fails_on_the_golden_strings_is_not_believed(
    tokenizer: object, why: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "quicktok", tokenizer)

    counts = [count_tokens("hello world and all of it", model) for model in ("gpt-4o", "gpt-4.1", "gpt-4o")]

    assert [(one.count, one.method.partition(",")[0]) for one in counts] == [(3, "estimated")] * 3
    [warning] = caplog.messages
    assert why in warning
