"""What the versions of Anthropic's API and its batches leave out."""

import json
from typing import Any

import pytest

from bide.intake.message_rules import VERSIONS, WITH_SAMPLING, WITHOUT_SAMPLING, batch_fault, fault
from bide.intake.value import decode_object

TEXT = {"type": "text", "text": "hello"}
CITED = {**TEXT, "citations": [{"type": "char_location"}]}
DOCUMENT = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}}


def body(**fields: Any) -> bytes:
    return json.dumps(
        {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "a"}], **fields}
    ).encode()


def said(role: str, *blocks: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": "a"}, {"role": role, "content": list(blocks)}]}


OUTDATED = [
    ({"temperature": 1}, "temperature: Extra inputs are not permitted"),
    ({"top_p": 0.5}, "top_p: Extra inputs are not permitted"),
    ({"top_k": None}, "top_k: Extra inputs are not permitted"),
    (
        said("assistant", TEXT, DOCUMENT),
        "messages.1.content.1: document blocks are not permitted in assistant messages",
    ),
    (said("user", CITED), "messages.1.content.0.citations: citations are not permitted in user messages"),
]


@pytest.mark.parametrize(("fields", "message"), OUTDATED)
def test_the_newer_version_leaves_out_what_the_older_takes(fields: dict[str, Any], message: str) -> None:
    text = body(**fields)
    assert str(fault(text, WITHOUT_SAMPLING)) == message
    assert str(batch_fault(decode_object(text), WITHOUT_SAMPLING)) == message
    assert fault(text, WITH_SAMPLING) is None
    assert batch_fault(decode_object(text), WITH_SAMPLING) is None


@pytest.mark.parametrize(
    "fields",
    [
        {},
        said("user", DOCUMENT),
        said("user", {**TEXT, "citations": []}),
        said("assistant", CITED),
        {"system": 'write a "temperature" and a "document"'},
        {"messages": '"document"'},
    ],
)
def test_what_only_looks_like_it_is_let_through(fields: dict[str, Any]) -> None:
    assert fault(body(**fields), WITHOUT_SAMPLING) is None


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1"),
        ({"stream": True}, "stream: Streaming is not supported in batches"),
        ({"speed": "fast"}, "speed: Not supported in batches"),
        ({"fallbacks": []}, "fallbacks: Not supported in batches"),
    ],
)
def test_batches_take_less(version: str, fields: dict[str, Any], message: str) -> None:
    assert str(batch_fault(decode_object(body(**fields)), version)) == message
    without = decode_object(b'{"model":"m"}')
    assert str(batch_fault(without, version)) == "max_tokens: Field required"
