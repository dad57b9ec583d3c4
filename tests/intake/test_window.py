"""Context windows: counted exactly where it matters, refused only where it is certain."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from tests.intake.reading import Found, batch_line, read_bytes

from bide.intake.problem import Code
from bide.intake.tokens import counter_for, trusted

WINDOW = 1_000


def read(line: str, window: int | None = WINDOW) -> Found:
    def window_of(model: str) -> int | None:
        return window

    return read_bytes(line, context_window=window_of)


def line(model: str, text: str, **changes: Any) -> str:
    return batch_line(body__model=model, body__messages=[{"role": "user", "content": text}], **changes)


@pytest.fixture
def without_tokenizer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "quicktok", None)
    counter_for.cache_clear()
    trusted.cache_clear()
    yield
    counter_for.cache_clear()
    trusted.cache_clear()


@pytest.mark.parametrize(
    ("text", "output", "fits"),
    [
        pytest.param("word " * 180, 10, True, id="fewer bytes than tokens"),
        pytest.param("word " * 900, 90, True, id="fewer tokens than the window"),
        pytest.param("word " * 900, 100, False, id="too many with the output"),
        pytest.param("word " * 1_100, None, False, id="too many"),
        pytest.param("中" * 990, None, True, id="three bytes a token"),
    ],
)
def test_counted(text: str, output: int | None, fits: bool) -> None:
    found = read(line("gpt-4o", text, body__max_tokens=output))
    assert [problem.code for problem in found.problems] == ([] if fits else [Code.CONTEXT_WINDOW_EXCEEDED])


def test_the_message_has_the_arithmetic() -> None:
    problem = read(line("gpt-4o", "word " * 1_100, body__max_tokens=50)).problem
    assert problem.message == (
        "1,103 input tokens (exact, o200k_base) and up to 50 output tokens do not fit the context window of"
        ' "gpt-4o", 1,000 tokens'
    )
    assert "a model with a larger window" in problem.remedy


@pytest.mark.parametrize(
    ("model", "words"),
    [
        pytest.param("gpt-6-luna", "(estimated, o200k_base)", id="an encoding that is not published"),
        pytest.param("claude-haiku-5-5", "(estimated, at least: one for 8 characters)", id="no encoding"),
        pytest.param("ft:gpt-4o-mini:acme::x", "(exact, o200k_base)", id="a fine-tuned model"),
        pytest.param("meta-llama/Llama-3.1-8B", "(exact, llama3)", id="a model of an organisation"),
    ],
)
def test_the_message_says_how_sure_the_count_is(model: str, words: str) -> None:
    assert words in read(line(model, "word " * 10_000)).problem.message


@pytest.mark.usefixtures("without_tokenizer")
@pytest.mark.parametrize(("length", "fits"), [(7_900, True), (8_100, False)])
def test_without_the_tokenizer_only_the_certain_is_refused(length: int, fits: bool) -> None:
    found = read(line("gpt-4o", "a" * length))
    assert bool(found.entries) is fits
    if not fits:
        assert "estimated, at least" in found.problem.message


def test_an_unknown_window_refuses_nothing() -> None:
    assert read(line("gpt-4o", "word " * 10_000), None).entry


def test_images_and_files_are_not_text() -> None:
    picture = "data:image/png;base64," + "A" * 100_000
    content = [
        {"type": "image_url", "image_url": {"url": picture}},
        {"type": "input_image", "image_url": picture},
        {"type": "input_audio", "input_audio": {"data": "B" * 100_000}},
        {"type": "text", "text": picture},
        {"type": "text", "text": "What is this?"},
    ]
    assert read(batch_line(body__messages=[{"role": "user", "content": content}])).entry


def test_tools_and_instructions_are_text() -> None:
    tools = [{"type": "function", "function": {"name": "f", "description": "word " * 1_100}}]
    assert read(batch_line(body__model="gpt-4o", body__tools=tools)).problem.code == Code.CONTEXT_WINDOW_EXCEEDED


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        pytest.param(["word " * 900] * 20, True, id="each text for itself"),
        pytest.param(["x", "word " * 1_100], False, id="one too long"),
        pytest.param("word " * 1_100, False, id="a single text"),
        pytest.param([[1] * 900] * 20, True, id="each list of tokens for itself"),
        pytest.param([[1] * 1_100], False, id="a list of tokens too long"),
        pytest.param([1] * 1_100, False, id="tokens"),
    ],
)
def test_embeddings(value: object, fits: bool) -> None:
    body = {"model": "text-embedding-3-small", "input": value}
    assert bool(read(batch_line(url="/v1/embeddings", body=body)).entries) is fits


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param('"x":1e999', id="a number that no float holds"),
        pytest.param(f'"x":{"9" * 5_000}', id="a number that no integer holds"),
        pytest.param(f'"x":{"[" * 100}{"]" * 100}', id="nesting"),
    ],
)
def test_odd_bodies_are_counted_too(extra: str) -> None:
    body = '{"model":"gpt-4o",' + extra + ',"messages":[{"role":"user","content":' + json.dumps("word " * 700) + "}]}"
    assert read(f'{{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{body}}}').entry


def test_each_model_has_its_own_window() -> None:
    lines = "\n".join(line(model, "word " * 500) for model in ("small", "large", "small"))
    found = read_bytes(lines, context_window={"small": 100, "large": 100_000}.get)
    assert [problem.line for problem in found.problems] == [1, 3]
    assert [entry.line for entry in found.entries] == [2]


def test_a_window_is_looked_up_once_a_model() -> None:
    asked: list[str] = []

    def window(model: str) -> int:
        asked.append(model)
        return 100_000

    read_bytes("\n".join([line("a", "x"), line("b", "x")] * 2_000), context_window=window)
    assert sorted(asked) == ["a", "b"]
