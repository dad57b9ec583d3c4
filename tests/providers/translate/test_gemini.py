"""What only Google has: signatures of calls, words for why answers end, errors in lists."""

import json
from typing import Any, cast

import httpx2
import pytest
from google import genai
from google.genai import errors, types
from tests.providers.translate.replies_elsewhere import gemini_usage, generated
from tests.providers.translate.streamed import Streamed
from tests.providers.translate.streams import STREAMS

from bide.core.usage import Usage
from bide.providers.translate import Options, UntranslatableError, Wire, error, reply, request, stream
from bide.providers.translate.answer import Stop
from bide.providers.translate.gemini import read_error, read_reply, write_reply
from bide.providers.translate.gemini.calls import FOREIGN
from bide.providers.translate.gemini.reply import STOPS

Json = dict[str, Any]

C, M, G = Wire.CHAT, Wire.MESSAGES, Wire.GEMINI
SIGNATURE = "a+/b/w=="
CALL = {"functionCall": {"name": "f", "args": {"a": 1.50}}}
NEW = Options(model="gemini-3.8-flash")


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("STOP", Stop.END),
        ("MAX_TOKENS", Stop.LENGTH),
        ("SAFETY", Stop.FILTERED),
        ("RECITATION", Stop.FILTERED),
        ("SPII", Stop.FILTERED),
        ("IMAGE_SAFETY", Stop.FILTERED),
        ("MODEL_ARMOR", Stop.FILTERED),
        ("MALFORMED_FUNCTION_CALL", Stop.FAILED),
        ("MISSING_THOUGHT_SIGNATURE", Stop.FAILED),
        ("OTHER", Stop.FAILED),
        ("CONTINUATION", Stop.PAUSED),
        ("SOMETHING_NEW", Stop.END),
    ],
)
def test_why_an_answer_ended(reason: str, expected: Stop) -> None:
    assert read_reply(body(generated({"text": "x"}, reason=reason))).candidates[0].stop is expected


def test_every_reason_of_the_sdk_is_known() -> None:
    unsaid = {"FINISH_REASON_UNSPECIFIED", "PUP_LIMITED_DISABLED"}
    assert {reason.value for reason in types.FinishReason} - unsaid == set(STOPS)


def test_a_blocked_prompt_is_an_answer_that_was_filtered() -> None:
    blocked = {
        "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"},
        "usageMetadata": {"promptTokenCount": 5},
        "modelVersion": "m1",
    }
    translated = reply(body(blocked), G, C)
    [choice] = json.loads(translated.body)["choices"]

    assert translated.finish is Stop.FILTERED
    assert translated.usage == Usage(5)
    assert choice["finish_reason"] == "content_filter"
    assert choice["message"]["refusal"] == "The prompt was blocked: PROHIBITED_CONTENT."


def test_a_blocked_prompt_is_a_stream_that_was_filtered() -> None:
    translating = stream(G, C)
    sent = translating.feed(b'data: {"promptFeedback": {"blockReason": "SAFETY"}}\r\n\r\n') + translating.end()

    assert translating.finish is Stop.FILTERED
    assert translating.failure is None
    assert b"The prompt was blocked: SAFETY." in sent


def test_thoughts_are_paid_as_output() -> None:
    usage = {
        **gemini_usage(50, 4, cached=30, thoughts=3),
        "toolUsePromptTokenCount": 10,
        "trafficType": "ON_DEMAND_FLEX",
    }
    translated = reply(body(generated({"text": "x"}, usage=usage)), G, C)

    assert translated.usage == Usage(60, 30, 0, 7, 3)
    assert translated.tier == "flex"


def test_several_candidates_are_told_by_their_index() -> None:
    said: Json = {
        "candidates": [{"content": {"parts": [{"text": text}]}, "index": index} for index, text in ((1, "b"), (0, "a"))]
    }
    choices = json.loads(reply(body(said), G, C).body)["choices"]

    assert [choice["message"]["content"] for choice in choices] == ["a", "b"]


def test_nulls_say_nothing() -> None:
    said = {
        "candidates": [
            {
                "content": {"parts": [{"text": "x", "thought": None, "functionCall": None}]},
                "finishReason": None,
                "index": None,
            }
        ],
        "modelVersion": None,
        "responseId": None,
        "usageMetadata": {"promptTokenCount": None},
    }

    assert json.loads(reply(body(said), G, C).body)["choices"][0]["message"]["content"] == "x"


def test_an_answer_that_came_to_nothing_has_failed() -> None:
    """Seen now and then: neither candidates nor a reason."""
    assert reply(b'{"usageMetadata": {"promptTokenCount": 5}}', G, C).finish is Stop.FAILED


@pytest.mark.parametrize("target", [wire for wire in Wire if wire is not G])
def test_a_picture_is_not_lost(target: Wire) -> None:
    """Other APIs have no place for it: the answer is kept as it came, and a stream fails."""
    said = generated({"text": "x"}, {"inlineData": {"mimeType": "image/png", "data": "AAAA"}})

    with pytest.raises(UntranslatableError, match="image"):
        reply(body(said), G, target)
    translating = stream(G, target)
    translating.feed(b"data: " + body(said) + b"\n\n")
    assert translating.failure is not None
    assert "picture" in translating.failure.message
    assert translating.end() == b""


def test_an_answer_without_candidates_is_none() -> None:
    with pytest.raises(UntranslatableError, match="answer"):
        read_reply(b"{}")


@pytest.mark.parametrize("id_", [None, "c0"])
@pytest.mark.parametrize("caller", [C, M, Wire.RESPONSES])
def test_a_signature_comes_back_with_its_call(caller: Wire, id_: str | None) -> None:
    """The caller sends the id back as it came, and Google gets its signature back as it was."""
    call = {"functionCall": {**CALL["functionCall"], **({"id": id_} if id_ else {})}, "thoughtSignature": SIGNATURE}
    answer = json.loads(reply(body(generated(call)), G, caller).body)
    match caller:
        case Wire.CHAT:
            said = answer["choices"][0]["message"]
            result = {"role": "tool", "tool_call_id": said["tool_calls"][0]["id"], "content": "42"}
            again: Json = {"model": "m", "messages": [{"role": "user", "content": "hi"}, said, result]}
        case Wire.RESPONSES:
            result = {"type": "function_call_output", "call_id": answer["output"][0]["call_id"], "output": "42"}
            again = {"model": "m", "input": [{"role": "user", "content": "hi"}, *answer["output"], result]}
        case _:
            said = {"role": "assistant", "content": answer["content"]}
            result = {"type": "tool_result", "tool_use_id": answer["content"][0]["id"], "content": "42"}
            messages = [{"role": "user", "content": "hi"}, said, {"role": "user", "content": [result]}]
            again = {"model": "m", "max_tokens": 9, "messages": messages}
    _, model, user = json.loads(request(body(again), caller, G, NEW))["contents"]

    [part] = model["parts"]
    assert part["thoughtSignature"] == SIGNATURE
    assert part["functionCall"] == {"id": id_ or "call_a1_0", "name": "f", "args": {"a": 1.5}}
    [answered] = user["parts"]
    assert answered["functionResponse"] == {"id": part["functionCall"]["id"], "name": "f", "response": {"output": "42"}}


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("gemini-2.5-flash", [None, None]),
        ("gemini-3.8-flash", [FOREIGN, None]),
        ("publishers/google/models/gemini-4-argon", [FOREIGN, None]),
    ],
)
def test_calls_of_other_providers_are_said_to_be_so(model: str, expected: list[str | None]) -> None:
    call = {"type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "tool_calls": [{"id": "c0", **call}, {"id": "c1", **call}]},
        {"role": "tool", "tool_call_id": "c0", "content": "1"},
        {"role": "tool", "tool_call_id": "c1", "content": "2"},
    ]
    written = json.loads(request(body({"model": "m", "messages": messages}), C, G, Options(model=model)))

    assert [part.get("thoughtSignature") for part in written["contents"][1]["parts"]] == expected


def test_ids_are_made_of_the_answer() -> None:
    """Two answers of one conversation have calls with ids of their own."""
    both = [json.loads(reply(body({**generated(CALL, CALL), "responseId": id_}), G, C).body) for id_ in ("a", None)]
    ids = [call["id"] for one in both for call in one["choices"][0]["message"]["tool_calls"]]

    assert ids[:2] == ["call_a_0", "call_a_1"]
    assert len(set(ids)) == 4


def test_errors_may_be_in_a_list() -> None:
    said: Json = {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED", "details": [{}]}}

    assert read_error(429, body([said])) == read_error(429, body(said))
    written = json.loads(error(429, body([said]), G, C))["error"]
    assert (written["message"], written["type"], written["code"]) == (
        "slow down",
        "rate_limit_error",
        "RESOURCE_EXHAUSTED",
    )
    assert json.loads(error(429, body(said), G, M))["error"]["type"] == "rate_limit_error"


@pytest.mark.parametrize("status", [400, 401, 404, 413, 429, 500, 503, 529])
def test_googles_sdk_raises_what_openai_said(status: int) -> None:
    said = body({"error": {"message": "no", "type": "x", "param": "seed", "code": None}})
    written = json.loads(error(status, said, C, G))
    raised = errors.APIError(status, written)

    assert (raised.code, raised.message) == (status, "seed: no")
    assert raised.status


def test_an_answer_comes_back_as_it_was() -> None:
    given = generated({"text": "hm", "thought": True}, {"text": "so"}, {**CALL, "thoughtSignature": SIGNATURE})
    given["candidates"][0]["content"]["parts"][2]["functionCall"]["id"] = "c0"

    assert json.loads(write_reply(read_reply(body(given)), Options())) == given


def client(sent: bytes, kind: str) -> genai.Client:
    """Google's SDK, whose every call is answered so."""
    answer = httpx2.Response(200, headers={"content-type": kind}, content=sent)
    transport = httpx2.MockTransport(lambda _: answer)
    options = types.HttpOptions(httpx_client=httpx2.Client(transport=transport))
    return genai.Client(api_key="k", http_options=options)


@pytest.mark.parametrize(
    "streamed",
    [one for one in STREAMS if one.failed is None and one.source is not G],
    ids=lambda one: f"{one.source}-{one.id}",
)
def test_googles_sdk_puts_a_stream_together(streamed: Streamed) -> None:
    translating = stream(streamed.source, G, Options())
    sent = translating.feed(streamed.sent) + translating.end()
    chunks = list(
        cast("Any", client(sent, "text/event-stream").models).generate_content_stream(model="m", contents="hi")
    )
    parts = [part for chunk in chunks for part in chunk.candidates[0].content.parts or ()]

    assert "".join(part.text or "" for part in parts if not part.thought) == streamed.text
    calls = [(one.function_call.name, one.function_call.args) for one in parts if one.function_call]
    assert calls == [(name, json.loads(arguments)) for _, name, arguments in streamed.calls]
    if streamed.usage is not None:
        assert chunks[-1].usage_metadata.total_token_count == streamed.usage.input + streamed.usage.output


def test_googles_sdk_reads_an_answer() -> None:
    said = {"id": "a1", "model": "m", "choices": [{"message": {"content": "hello"}, "finish_reason": "length"}]}
    sent = reply(body(said), C, G).body
    answer = cast("Any", client(sent, "application/json").models).generate_content(model="m", contents="hi")

    assert (answer.text, answer.candidates[0].finish_reason) == ("hello", types.FinishReason.MAX_TOKENS)
