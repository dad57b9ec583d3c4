"""Estimates of a message's tokens."""

import json
import sys
from typing import Any

import pytest

from bide.intake.counting import estimate
from bide.intake.tokens import counter_for, trusted
from bide.lanes.arrival.attachment import PAGE, PAGE_BYTES, PICTURE


def count(*content: Any, model: str = "gpt-4.1-mini", **fields: Any) -> int:
    said = [{"role": "user", "content": list(content)}]
    return estimate(json.dumps({"model": model, "messages": said, **fields}).encode(), model).count


TEXT = {"type": "text", "text": "hello"}


def test_text_is_counted_by_the_model_s_tokenizer_wherever_it_stands() -> None:
    words = "The quick brown fox jumps over the lazy dog. " * 20
    bare = count(TEXT)
    assert 200 <= count({"type": "text", "text": words}) - bare < 260
    assert 200 <= count(TEXT, system=words) - bare < 260
    assert 200 <= count(TEXT, tools=[{"name": "a", "description": words}]) - bare < 260
    assert estimate(b'{"messages":[]}', "gpt-4.1-mini").method == "o200k_base"


def test_a_model_whose_tokenizer_nobody_knows_is_counted_by_another_s() -> None:
    assert count(TEXT, model="claude-haiku-5-5") == count(TEXT, model="gpt-5")


def test_pictures_and_documents_do_not_count_by_their_bytes() -> None:
    source = {"type": "base64", "media_type": "image/png", "data": "A" * 50_000}
    near = 30
    assert abs(count({"type": "image", "source": source}) - PICTURE) < near
    assert abs(count({"type": "document", "source": source}) - PAGE) < near
    source["data"] = "A" * (PAGE_BYTES + 1)
    assert abs(count({"type": "document", "source": source}) - 2 * PAGE) < near
    plain = {"type": "text", "media_type": "text/plain", "data": "a" * 400}
    assert abs(count({"type": "document", "source": plain}) - 100) < near


def test_without_a_tokenizer_it_is_told_by_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "quicktok", None)
    counter_for.cache_clear()
    trusted.cache_clear()
    tokens = estimate(json.dumps({"system": "a" * 400}).encode(), "gpt-4.1-mini")
    counter_for.cache_clear()
    trusted.cache_clear()
    assert (tokens.count, tokens.method) == (100, "one for 4 characters")


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        {"type": "input_image", "image_url": "data:image/png;base64,AAAA"},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA"}},
        {"type": "input_file", "file_id": "file-1"},
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
    ],
    ids=lambda part: part["type"],
)
def test_what_is_no_text_is_guessed_and_said_to_be(part: dict[str, Any]) -> None:
    body = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": [TEXT, part]}]}).encode()
    bare = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": [TEXT]}]}).encode()

    assert (estimate(body, "gpt-4o").guessed, estimate(bare, "gpt-4o").guessed) == (1, 0)
    assert estimate(body, "gpt-4o").count >= PICTURE


def test_tokens_that_are_given_are_counted_as_they_are() -> None:
    assert estimate(b'{"input":[1,22,333]}', "text-embedding-3-small").count == 3
    assert estimate(b'{"input":[[1,22],[333,4,5]]}', "text-embedding-3-small").count == 5
    assert estimate(b'{"prompt":[9,9]}', "gpt-3.5-turbo-instruct").count == 2


def test_tools_are_counted_with_their_names() -> None:
    parameters = {"type": "object", "properties": {f"an_argument_{n}": {"type": "string"} for n in range(50)}}
    tool = {"type": "function", "function": {"name": "look", "parameters": parameters}}

    assert count(TEXT, tools=[tool]) - count(TEXT) > 50 * 8


def test_every_field_that_a_model_reads_is_counted() -> None:
    words = "The quick brown fox jumps over the lazy dog. " * 20
    for field in ("input", "instructions", "system", "prompt"):
        assert 200 <= estimate(json.dumps({field: words}).encode(), "gpt-4o").count < 210, field
