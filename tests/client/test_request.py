"""What a caller asks, as the call that it becomes."""

import json
from typing import Any

import pytest

from bide.client.errors import InvalidRequestError
from bide.client.request import Form, Request

USER = {"role": "user", "content": "hi"}
SYSTEM = {"role": "system", "content": "be brief"}


@pytest.mark.parametrize(
    ("form", "request_", "path", "body"),
    [
        pytest.param(
            Form("m"), "hi", "/v1/chat/completions", {"messages": [USER], "model": "m"}, id="a prompt is a chat"
        ),
        pytest.param(
            Form("m", system="be brief"),
            "hi",
            "/v1/chat/completions",
            {"messages": [SYSTEM, USER], "model": "m"},
            id="with a system prompt",
        ),
        pytest.param(
            Form("m", system="other"),
            {"messages": [SYSTEM, USER]},
            "/v1/chat/completions",
            {"messages": [SYSTEM, USER], "model": "m"},
            id="the body's own system prompt stands",
        ),
        pytest.param(
            Form("m", parameters={"temperature": 0, "n": 2}),
            {"messages": [USER], "n": 1, "model": "own"},
            "/v1/chat/completions",
            {"temperature": 0, "n": 1, "messages": [USER], "model": "own"},
            id="a body's own fields come first",
        ),
        pytest.param(
            Form("m", "be brief", "responses"),
            "hi",
            "/v1/responses",
            {"input": "hi", "model": "m", "instructions": "be brief"},
            id="a response",
        ),
        pytest.param(
            Form("m", endpoint="embeddings"), "hi", "/v1/embeddings", {"input": "hi", "model": "m"}, id="vectors"
        ),
        pytest.param(
            Form("m", "be brief", "/v1/messages", {"max_tokens": 5}),
            "hi",
            "/v1/messages",
            {"max_tokens": 5, "messages": [USER], "model": "m", "system": "be brief"},
            id="a message, by its path",
        ),
    ],
)
def test_calls(form: Form, request_: Request, path: str, body: dict[str, Any]) -> None:
    found, encoded = form.call(request_)
    assert (found, json.loads(encoded)) == (path, body)


@pytest.mark.parametrize(
    ("form", "request_", "param"),
    [
        pytest.param(Form(), "hi", "model", id="no model"),
        pytest.param(Form("m"), {"input": "hi"}, "endpoint", id="a response or an embedding"),
        pytest.param(Form("m", endpoint="chats"), "hi", "endpoint", id="no such endpoint"),
        pytest.param(Form("m", "be brief", "embeddings"), "hi", "system", id="vectors take no system prompt"),
        pytest.param(Form("m"), {"messages": [object()]}, None, id="not JSON"),
    ],
)
def test_what_cannot_be_told_is_refused(form: Form, request_: Request, param: str | None) -> None:
    with pytest.raises(InvalidRequestError, match=r"pass|write|leave|use") as refused:
        form.call(request_)
    assert (refused.value.param, refused.value.status) == (param, 400)
