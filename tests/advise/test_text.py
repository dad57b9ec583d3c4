"""The same text in each model's tokens."""

import json
import sys
from collections.abc import Iterator
from fractions import Fraction

import pytest

from bide.advise.calculator.listing import Listed
from bide.advise.calculator.offers import Asked, offers
from bide.advise.calculator.quantity import quantity
from bide.advise.calculator.question import work_of
from bide.advise.calculator.text import Text, Weighed
from bide.intake.entry import Chunk, Entries, Entry, join_bodies
from bide.intake.sample import Sample
from bide.intake.tokens import counter_for, trusted
from bide.lanes.arrival.weighing import Weighing
from bide.ledger.prices import Prices

WORDS = "Sort this ticket into one of the queues: my parcel has not come, and nobody answers. " * 5

JAPANESE = "お誕生日おめでとうございます。" * 20


PICTURE = [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]


def sample(text: str = WORDS) -> Sample:
    return seen(text, 10)


def seen(content: object, count: int) -> Sample:
    body = json.dumps({"messages": [{"role": "user", "content": content}]}, ensure_ascii=False).encode()
    entries = [Entry(n, f"r{n}", "/v1/chat/completions", "m", body, None) for n in range(count)]
    found = Sample()
    found.see(Chunk(Entries.of(entries), [], join_bodies([body] * count)))
    return found


def weighed(name: str, text: str = WORDS, learned: dict[tuple[str, str], Weighing] | None = None) -> Weighed:
    provider, _, model = name.partition("/")
    return Text(sample(text), learned or {}).weigh([Listed(name, provider, model)])[name]


def low(found: Weighed) -> Fraction:
    return found.input_tokens.low


def test_a_model_counts_with_its_own_tokenizer() -> None:
    for model, encoding in (
        ("openai/gpt-4.1", "o200k_base"),
        ("openai/gpt-4", "cl100k_base"),
        ("groq/qwen3-32b", "qwen3"),
    ):
        counter = counter_for(model.partition("/")[2])
        assert counter is not None
        found = weighed(model, JAPANESE)
        assert low(found) == found.input_tokens.high == counter[0](f"user\n{JAPANESE}") + 5
        assert found.why == f"{model}: counted with {encoding} in all 10 requests"


def test_the_text_decides_and_not_its_bytes() -> None:
    assert low(weighed("openai/gpt-4", JAPANESE)) > low(weighed("openai/gpt-4.1", JAPANESE)) > 0
    assert low(weighed("openai/gpt-4", WORDS)) == pytest.approx(float(low(weighed("openai/gpt-4.1", WORDS))), rel=0.1)


def test_an_assumption_is_called_one() -> None:
    assert "which is assumed to be its own" in weighed("openai/gpt-5").why


def test_what_was_reported_goes_before_every_tokenizer() -> None:
    learned = {("openai", "gpt-4.1"): Weighing(200, 10_000.0, 25_000.0), ("azure", "gpt-4.1"): Weighing(2, 10.0, 90.0)}
    size = Fraction(sample().by_size, 10)

    found = weighed("openai/gpt-4.1", learned=learned)
    assert low(found) == found.input_tokens.high == size * Fraction(5, 2)
    assert found.why == "openai/gpt-4.1: by size times 2.5, as 200 answers reported"
    assert "counted with" in weighed("azure/gpt-4.1", learned=learned).why, "two answers are too few"


def test_claude_is_a_range_around_another_tokenizer() -> None:
    own, found = low(weighed("openai/gpt-4o")), weighed("anthropic/claude-haiku-4-5")

    assert found.input_tokens.bounds == (own * Fraction("1.18"), own * Fraction("1.81"))
    assert "times what was measured" in found.why


def test_what_nobody_has_measured_is_said_to_be_so() -> None:
    found = weighed("gemini/gemini-2.5-pro")

    assert low(found) == low(weighed("openai/gpt-4o"))
    assert "nobody has measured how it cuts text" in found.why


@pytest.fixture
def without_tokenizer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "quicktok", None)
    counter_for.cache_clear()
    trusted.cache_clear()
    yield
    counter_for.cache_clear()
    trusted.cache_clear()


@pytest.mark.usefixtures("without_tokenizer")
def test_without_a_tokenizer_it_goes_by_size() -> None:
    size = Fraction(sample().by_size, 10)

    assert low(weighed("openai/gpt-4o")) == size
    assert low(weighed("anthropic/claude-haiku-4-5")) == size * Fraction("1.18")
    assert "by size, a token for 4 bytes" in weighed("openai/gpt-4o").why
    assert Text(sample(), {}).guessed == 0
    assert Text(seen(PICTURE, 3), {}).guessed == 3


def test_models_are_compared_on_the_text() -> None:
    """What each would be charged, by hand: its own tokens of ten requests at its own price."""
    names = ("openai/gpt-4.1", "anthropic/claude-haiku-4-5")
    listed = [Listed(name, *name.split("/", 1)) for name in names]
    text = Text(sample(), {})
    asked = Asked(
        work=work_of(quantity(sample().by_size), quantity(0), quantity(10)),
        day="2026-11-21",
        counted_by="gpt-4o",
        weighed=text.weigh(listed),
    )
    told = offers(asked, listed, Prices())

    tokens = 10 * low(weighed("openai/gpt-4.1"))
    costs = [one.comparison.lane("realtime").cost.value for one in told if one.comparison]
    assert costs[0].bounds == (tokens * 2 / 10**6,) * 2
    assert costs[1].bounds == (tokens * Fraction("1.18") / 10**6, tokens * Fraction("1.81") / 10**6)
    notes = [one.comparison.derivation.notes for one in told if one.comparison]
    assert any("input tokens of openai/gpt-4.1: counted with o200k_base" in note for note in notes[0])
