import json
from typing import Any

import pytest

from bide.core.identifiers import custom_id as our_id
from bide.providers.bedrock.records import (
    Results,
    converse_input,
    custom_id,
    has_tools,
    model_in,
    record_id,
)
from bide.providers.port import Row, Verdict

CHAT = "/v1/chat/completions"

CONVERSE = {
    "output": {"message": {"role": "assistant", "content": [{"text": "hi\u2028there"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 9, "cacheReadInputTokens": 4},
    "metrics": {"latencyMs": 1},
}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude",
    "content": [{"type": "text", "text": "hello"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 2},
}


def read(line: dict[str, Any] | bytes) -> Row:
    encoded = line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode()
    return Results(CHAT, "nova", 1_800_000_000).row(encoded)


def test_a_record_is_of_letters_and_digits_and_leads_back_to_our_id() -> None:
    name = our_id("abcdefghijklmnopqrstuvwxyz"[:26], 12_345)

    assert record_id(name).isalnum()
    assert len(record_id(name)) == 38
    assert custom_id(record_id(name)) == name


def test_an_answer_of_converse_is_one_of_the_callers() -> None:
    row = read({"recordId": "tagZ1", "modelInput": {}, "modelOutput": CONVERSE})

    body = json.loads(row.response)["body"]
    assert (row.custom_id, row.verdict, row.status) == ("tag-1", Verdict.ANSWERED, 200)
    assert body["choices"][0]["message"]["content"] == "hi\u2028there"
    assert (body["id"], body["model"], body["created"]) == ("chatcmpl-tag-1", "nova", 1_800_000_000)
    assert row.usage is not None
    assert (row.usage.input, row.usage.cached, row.usage.output) == (7, 4, 2)


def test_an_answer_in_the_models_own_format_is_one_of_the_callers() -> None:
    row = read({"recordId": "tagZ1", "modelInput": {}, "modelOutput": MESSAGE})

    body = json.loads(row.response)["body"]
    assert (row.verdict, body["id"], body["choices"][0]["message"]["content"]) == (
        Verdict.ANSWERED,
        "chatcmpl-1",
        "hello",
    )


@pytest.mark.parametrize(
    ("code", "verdict", "permanent", "word"),
    [
        pytest.param(400, Verdict.ERRORED, True, "ValidationException", id="refused"),
        pytest.param(408, Verdict.ERRORED, False, "ModelTimeoutException", id="the model took too long"),
        pytest.param(424, Verdict.ERRORED, False, "ModelErrorException", id="the model failed"),
        pytest.param(500, Verdict.ERRORED, False, "InternalServerException", id="broken"),
        pytest.param(429, Verdict.NOT_RUN, False, "ThrottlingException", id="busy"),
        pytest.param(503, Verdict.NOT_RUN, False, "ServiceUnavailableException", id="no room"),
        pytest.param("ValidationException", Verdict.ERRORED, True, "ValidationException", id="a word for a code"),
    ],
)
def test_a_record_that_failed_says_whether_trying_again_helps(
    code: int | str, verdict: Verdict, permanent: bool, word: str
) -> None:
    row = read({"recordId": "tagZ1", "modelInput": {}, "error": {"errorCode": code, "errorMessage": "no"}})

    assert (row.custom_id, row.verdict, row.permanent, row.code, row.message) == (
        "tag-1",
        verdict,
        permanent,
        word,
        "no",
    )
    assert json.loads(row.response)["body"]["error"]["message"] == "no"


@pytest.mark.parametrize("line", [b"nonsense", b'{"recordId": "tagZ1"}', b'{"modelOutput": {}}', b"[]"])
def test_a_line_that_is_not_understood_has_no_id(line: bytes) -> None:
    assert (read(line).custom_id, read(line).code) == (None, "unreadable_row")


def test_an_answer_that_is_none_is_kept_as_it_came() -> None:
    row = read({"recordId": "tagZ1", "modelOutput": {"embedding": [1]}})

    assert (row.verdict, row.code, json.loads(row.response)["body"]) == (
        Verdict.ERRORED,
        "unreadable_reply",
        {"embedding": [1]},
    )


def test_a_record_of_converse_names_no_tier() -> None:
    assert json.loads(converse_input(b'{"messages":[],"serviceTier":{"type":"flex"}}')) == {"messages": []}
    assert converse_input(b'{"messages": []}') == b'{"messages": []}', "nothing to change"


@pytest.mark.parametrize(
    ("body", "has"),
    [
        (b'{"tools": [{"type": "function"}]}', True),
        (b'{"tools": []}', False),
        (b'{"tools": null}', False),
        (b'{"messages": [{"content": "\\"tools\\""}]}', False),
        (b'{"messages": [{"content": {"tools": 1}}]}', False),
        (b'"tools"', False),
    ],
)
def test_whether_a_body_brings_tools(body: bytes, has: bool) -> None:
    assert has_tools(body) is has


def test_the_model_that_a_body_names() -> None:
    assert (model_in(b'{"model": "m"}'), model_in(b"{}"), model_in(b"?")) == ("m", "", "")
