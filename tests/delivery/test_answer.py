import json
from typing import Any

import pytest

from bide.delivery.answer import answer_text


def said(body: object) -> str:
    return answer_text(json.dumps({"status_code": 200, "request_id": "r", "body": body}).encode())


def chat(*messages: Any) -> dict[str, Any]:
    return {"object": "chat.completion", "choices": [{"message": message, "index": 0} for message in messages]}


def text(content: str) -> dict[str, str]:
    return {"type": "output_text", "text": content}


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        pytest.param(chat({"content": "Paris"}), "Paris", id="a chat completion"),
        pytest.param(chat({"content": ""}), "", id="an empty answer is an answer"),
        pytest.param(chat({"content": "a\u2028b\n\"c\" 🌍"}), "a\u2028b\n\"c\" 🌍", id="whatever stands in it"),
        pytest.param(chat({"content": None, "refusal": "No."}), "No.", id="a refusal stands in its place"),
        pytest.param(chat({"content": "x", "refusal": None}), "x", id="no refusal"),
        pytest.param(chat({"content": [{"type": "text", "text": "x"}]}), '[{"type":"text","text":"x"}]', id="content in parts"),
        pytest.param(chat({"content": "a"}, {"content": "b"}), '["a","b"]', id="several choices are a JSON array"),
        pytest.param({"choices": [{"text": "a", "index": 0}]}, "a", id="a completion of the old kind"),
        pytest.param({"type": "message", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"}]}, "a", id="a message that thought first"),
        pytest.param({"output": [{"type": "message", "content": [text("a"), text("b")]}]}, "ab", id="a response"),
        pytest.param({"output": [{"type": "reasoning"}, {"type": "message", "content": [text("a")]}]}, "a", id="a response that thought first"),
        pytest.param({"output": [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]}, "No.", id="a refused response"),
        pytest.param({"output": [{"type": "message", "content": [text("a")]}, {"type": "message", "content": [text("b")]}]}, "ab", id="two messages"),
        pytest.param({"data": [{"embedding": [0.1, -2e-3], "index": 0}]}, "[0.1, -0.002]", id="an embedding"),
        pytest.param({"data": [{"embedding": [1]}, {"embedding": [2]}]}, "[[1],[2]]", id="two embeddings"),
        pytest.param({"data": [{"embedding": "AAAA"}]}, '"AAAA"', id="an embedding in base64"),
    ],
)  # fmt: skip
def test_the_answer_in_a_response(body: object, answer: str) -> None:
    assert said(body) == answer


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(chat({"content": None, "tool_calls": [{"id": "t"}]}), id="a call of a tool"),
        pytest.param(chat(None), id="a choice without a message"),
        pytest.param(chat({"content": "a"}, {"content": None}), id="one choice of two has no text"),
        pytest.param({"choices": []}, id="no choice at all"),
        pytest.param({"output": [{"type": "function_call", "name": "f"}]}, id="a response that calls a function"),
        pytest.param({"output": []}, id="a response with nothing in it"),
        pytest.param({"data": []}, id="no embedding"),
        pytest.param({"anything": 1}, id="a body of a protocol we do not know"),
        pytest.param({"choices": "surprise"}, id="a field of another type"),
        pytest.param([1, 2], id="a list"),
        pytest.param("text", id="a string"),
        pytest.param(None, id="null"),
    ],
)
def test_what_has_no_text_is_given_whole(body: object) -> None:
    """Nothing that was paid for is hidden."""
    assert json.loads(said(body)) == body


def test_numbers_keep_their_digits() -> None:
    response = b'{"status_code":200,"request_id":"r","body":{"data":[{"embedding":[0.10000000000000000001,1e400]}]}}'

    assert answer_text(response) == "[0.10000000000000000001,1e400]"
