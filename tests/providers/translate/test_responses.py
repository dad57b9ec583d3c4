"""What only Responses has: items, thoughts that are sealed, statuses; and its SDK puts together what is written."""

import json
from typing import Any, cast

import httpx2
import openai
import pytest
from openai.types.responses import Response
from tests.providers.translate import sdk
from tests.providers.translate.replies_elsewhere import called, response, said, words
from tests.providers.translate.streams import STREAMS, Streamed

from bide.providers.translate import Options, Wire, error, reply, request, stream
from bide.providers.translate.answer import Failure, Stop
from bide.providers.translate.responses import read_reply, write_reply

Json = dict[str, Any]

C, R, M = Wire.CHAT, Wire.RESPONSES, Wire.MESSAGES
HI = {"role": "user", "content": "hi"}


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def client(sent: bytes, status: int = 200) -> openai.OpenAI:
    kind = "text/event-stream" if status == 200 else "application/json"
    answer = httpx2.Response(status, headers={"content-type": kind}, content=sent)
    transport = httpx2.MockTransport(lambda _: answer)
    return openai.OpenAI(api_key="k", http_client=httpx2.Client(transport=transport), max_retries=0)


def translated(streamed: Streamed) -> bytes:
    translating = stream(streamed.source, R, Options())
    return translating.feed(streamed.sent) + translating.end()


@pytest.mark.parametrize(
    "streamed",
    [one for one in STREAMS if one.failed is None and one.source is not R],
    ids=lambda one: f"{one.source}-{one.id}",
)
def test_openais_sdk_puts_a_stream_together(streamed: Streamed) -> None:
    with client(translated(streamed)).responses.stream(model="m", input="hi") as events:
        last = [one for one in events if one.type in ("response.completed", "response.incomplete")]
    whole = Response.model_validate(cast("Any", last[0]).response.model_dump())

    assert whole.output_text == streamed.text
    calls = [(one.call_id, one.name, one.arguments) for one in whole.output if one.type == "function_call"]
    assert calls == list(streamed.calls)
    if streamed.usage is not None and whole.usage is not None:
        assert (whole.usage.input_tokens, whole.usage.output_tokens) == (streamed.usage.input, streamed.usage.output)


@pytest.mark.parametrize(
    "streamed",
    [one for one in STREAMS if one.failed is not None and one.source is not R],
    ids=lambda one: f"{one.source}-{one.id}",
)
def test_openais_sdk_raises_a_stream_that_failed(streamed: Streamed) -> None:
    with pytest.raises(openai.APIError, match=streamed.failed or ""):
        list(client(translated(streamed)).responses.create(model="m", input="hi", stream=True))


def test_openais_sdk_raises_what_anthropic_said() -> None:
    given = b'{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}'

    with pytest.raises(openai.RateLimitError, match="slow down"):
        client(error(429, given, M, R), 429).responses.create(model="m", input="hi")


@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        ("completed", {}, Stop.END),
        ("incomplete", {"incomplete_details": {"reason": "max_output_tokens"}}, Stop.LENGTH),
        ("incomplete", {"incomplete_details": {"reason": "content_filter"}}, Stop.FILTERED),
        ("incomplete", {"incomplete_details": {"reason": "steered"}}, Stop.PAUSED),
        ("incomplete", {}, Stop.PAUSED),
        ("failed", {"error": {"code": "server_error", "message": "no"}}, Stop.FAILED),
        ("cancelled", {}, Stop.FAILED),
        ("queued", {}, None),
    ],
)
def test_a_status_says_why_an_answer_ended(status: str, more: Json, expected: Stop | None) -> None:
    given = {**response(said(words("x"))), "status": status, **more}

    assert read_reply(body(given)).candidates[0].stop is expected


def test_what_openais_own_tools_did_is_passed_over() -> None:
    given = response({"type": "web_search_call", "id": "w", "status": "completed"}, said(words("x")))

    assert json.loads(reply(body(given), R, C).body)["choices"][0]["message"]["content"] == "x"


def test_thoughts_that_anthropic_sealed_come_back_to_it() -> None:
    answer = {
        "id": "a1",
        "model": "m1",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "thinking", "thinking": "", "signature": "t"},
            {"type": "redacted_thinking", "data": "eA=="},
            {"type": "tool_use", "id": "c0", "name": "f", "input": {"a": 1}},
        ],
        "stop_reason": "tool_use",
    }
    output = json.loads(reply(body(answer), M, R).body)["output"]
    result = {"type": "function_call_output", "call_id": "c0", "output": "42"}
    again = {"model": "m", "max_output_tokens": 9, "input": [HI, *output, result]}
    written = json.loads(request(body(again), R, M))

    assert written["messages"][1]["content"] == answer["content"]


def test_thoughts_that_are_streamed_come_back_as_they_were() -> None:
    """Anthropic shows no words of them unless it is asked to."""
    start: Json = {"type": "message_start", "message": {"id": "a1", "model": "m1"}}
    blocks: list[Json] = [
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "redacted_thinking", "data": "eA=="},
        {"type": "thinking", "thinking": "hm", "signature": ""},
    ]
    sent = [start]
    for index, block in enumerate(blocks):
        sent.append({"type": "content_block_start", "index": index, "content_block": block})
        if "signature" in block:
            delta = {"type": "signature_delta", "signature": f"s{index}"}
            sent.append({"type": "content_block_delta", "index": index, "delta": delta})
    sent += [{"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, {"type": "message_stop"}]
    translating = stream(M, R)
    told = b"".join(translating.feed(b"data: " + body(one) + b"\n\n") for one in sent).strip().split(b"\n\n")
    output = json.loads(told[-1].partition(b"data: ")[2])["response"]["output"]
    written = json.loads(request(body({"model": "m", "max_output_tokens": 9, "input": [HI, *output, HI]}), R, M))

    assert written["messages"][1]["content"] == [
        {"type": "thinking", "thinking": "", "signature": "s0"},
        {"type": "redacted_thinking", "data": "eA=="},
        {"type": "thinking", "thinking": "hm", "signature": "s2"},
    ]


def test_a_failed_answer_is_told_as_one() -> None:
    given = response(said(words("x")))
    failed = read_reply(body({**given, "status": "failed"}))
    written = json.loads(write_reply(failed, Options()))

    assert (written["status"], written["error"]["code"]) == ("failed", "server_error")
    assert sdk.unknown_fields(sdk.REPLIES[R](written)) == []


@pytest.mark.parametrize(
    ("code", "status"),
    [("rate_limit_exceeded", 429), ("invalid_prompt", 400), ("server_is_overloaded", 503), ("new", 500), (None, 500)],
)
def test_an_error_in_a_stream_has_a_status(code: str | None, status: int) -> None:
    translating = stream(R, C)
    translating.feed(b"data: " + body({"type": "error", "message": "no", "code": code}) + b"\n\n")

    assert translating.failure == Failure(status, "no", code)


def test_a_response_that_begins_need_not_have_an_output() -> None:
    translating = stream(R, C)
    translating.feed(b"data: " + body({"type": "response.created", "response": {"id": "a", "model": "m"}}) + b"\n\n")

    assert translating.id == "a"
    assert translating.failure is None


def test_events_of_unknown_names_may_have_any_shape() -> None:
    translating = stream(R, C)
    translating.feed(b"data: " + body({"type": "response.new", "delta": {}, "item": [], "response": 1}) + b"\n\n")
    assert translating.failure is None

    translating.feed(b"data: " + body({"type": "response.output_text.delta", "delta": {}}) + b"\n\n")
    assert translating.failure is not None


def test_arguments_may_come_at_once() -> None:
    translating = stream(R, C)
    call: Json = {"type": "function_call", "call_id": "c0", "name": "f"}
    sent = [
        {"type": "response.created", "response": {**response(), "status": "in_progress"}},
        {"type": "response.output_item.added", "output_index": 0, "item": call},
        {"type": "response.function_call_arguments.done", "output_index": 0, "arguments": '{"a":1}'},
    ]
    found = b"".join(translating.feed(b"data: " + body(one) + b"\n\n") for one in sent)

    assert rb'"arguments":"{\"a\":1}"' in found


def test_an_answer_comes_back_as_it_was() -> None:
    given = response(said(words("so")), called(1, '{"a":1}'))

    assert json.loads(write_reply(read_reply(body(given)), Options())) == {**given, "id": "resp_a1"}
