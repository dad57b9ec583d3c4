"""Real-time calls: answers, usage, latency, streams."""

import base64
import json
import math
import struct
from typing import TYPE_CHECKING, Any

import pytest

from bide.core.clock import MILLISECOND, SECOND
from bide.simulator.exchange import Reply
from bide.simulator.openai.body import CHAT, EMBEDDINGS, RESPONSES

if TYPE_CHECKING:
    from tests.simulator.conftest import Account


def chat(prompt: str = "hello", **fields: Any) -> bytes:
    return json.dumps({"model": "m", "messages": [{"role": "user", "content": prompt}], **fields}).encode()


def text(answer: Any) -> str:
    return answer["choices"][0]["message"]["content"]


def events(reply: object) -> list[Any]:
    """The JSON of each event of a stream, but for chat's closing word."""
    assert isinstance(reply, Reply)
    assert (reply.status, reply.content_type) == (200, "text/event-stream; charset=utf-8")
    lines = b"".join(reply.events).split(b"\n\n")
    datas = [line.partition(b"data: ")[2] for line in lines if line]
    return [json.loads(data) for data in datas if data != b"[DONE]"]


def test_an_answer_is_marked_and_depends_on_the_body_alone(plain: "Account", open_account: "type[Account]") -> None:
    first = plain.call("Where is the town hall?")
    assert text(first).startswith("[simulated ")
    assert "Where is the town hall?" in text(first)
    again = open_account(seed=1).call("Where is the town hall?")
    assert text(again) == text(first)
    assert text(plain.call("Where is the town hall?", temperature=1)) != text(first)
    assert plain.call("Where is the town hall?")["id"] != first["id"]


def test_the_shape_of_a_completion(plain: "Account") -> None:
    answer = plain.call("hello")
    assert list(answer) == [
        *["id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint"],
    ]
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["completion_tokens"] == math.ceil(len(text(answer)) / 4)
    assert answer["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("name", ["max_completion_tokens", "max_tokens"])
def test_an_answer_is_as_long_as_it_may_be(plain: "Account", name: str) -> None:
    answer = plain.json("POST", CHAT, {"model": "m", "messages": ["hello"], name: 7})
    assert (answer["usage"]["completion_tokens"], len(text(answer))) == (7, 28)
    assert answer["choices"][0]["finish_reason"] == "length"


def test_a_capped_response_is_incomplete(plain: "Account") -> None:
    answer = plain.json("POST", RESPONSES, {"model": "m", "input": "hello", "max_output_tokens": 7})
    assert (answer["status"], answer["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
    assert answer["usage"]["output_tokens"] == 7


def test_reasoning_counts_as_output_and_is_not_said(open_account: "type[Account]") -> None:
    account = open_account(more="[answers]\noutput_tokens = 20\nreasoning_tokens = 300")
    usage = account.call()["usage"]
    assert usage["completion_tokens"] == 320
    assert usage["completion_tokens_details"]["reasoning_tokens"] == 300
    starved = account.call(max_completion_tokens=300)
    assert (text(starved), starved["choices"][0]["finish_reason"]) == ("", "length")
    usage = account.call(max_completion_tokens=100)["usage"]
    assert usage["completion_tokens"] == usage["completion_tokens_details"]["reasoning_tokens"] == 100


def test_long_prompts_are_read_from_the_cache_in_part(open_account: "type[Account]") -> None:
    account = open_account(more="[answers]\ncached = 0.5")
    short, long = account.call("x"), account.call("x" * 8_000)
    assert short["usage"]["prompt_tokens_details"]["cached_tokens"] == 0
    assert long["usage"]["prompt_tokens_details"]["cached_tokens"] == long["usage"]["prompt_tokens"] // 2


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param(
            [{"role": "user", "content": [{"type": "text", "text": "two"}, {"type": "text", "text": "parts"}]}],
            id="parts",
        ),
        pytest.param([{"role": "system", "content": "x"}, {"role": "user", "content": "two parts"}], id="the last"),
    ],
)
def test_the_prompt_is_found(plain: "Account", messages: Any) -> None:
    assert "two parts" in text(plain.json("POST", CHAT, {"model": "m", "messages": messages}))


@pytest.mark.parametrize(
    "asked",
    [
        "two parts",
        [{"role": "user", "content": "two parts"}],
        [{"role": "user", "content": [{"type": "input_text", "text": "two parts"}]}],
    ],
)
def test_the_prompt_of_a_response_is_found(plain: "Account", asked: Any) -> None:
    answer = plain.json("POST", RESPONSES, {"model": "m", "input": asked})
    assert "two parts" in answer["output"][0]["content"][0]["text"]


def test_a_response_repeats_what_it_was_asked_with(plain: "Account") -> None:
    asked: dict[str, Any] = {
        "instructions": "be brief",
        "metadata": {"a": "b"},
        "temperature": 0.2,
        "tools": [],
        "max_output_tokens": 99,
    }
    answer = plain.json("POST", RESPONSES, {"model": "m", "input": "x", **asked})
    assert {key: answer[key] for key in asked} == asked
    bare = plain.json("POST", RESPONSES, {"model": "m", "input": "x", "metadata": None})
    assert (bare["instructions"], bare["metadata"], bare["temperature"]) == (None, {}, 1.0)
    assert bare["text"] == {"format": {"type": "text"}}


def test_latency_grows_with_the_answer(open_account: "type[Account]") -> None:
    account = open_account(more="[realtime]\nlatency = '400ms'\ntokens_per_second = 100")
    for cap, delay in ((1, 410), (10, 500)):
        reply = account.send("POST", CHAT, chat(max_completion_tokens=cap))
        assert isinstance(reply, Reply)
        assert reply.delay == delay * MILLISECOND
        assert reply.headers["openai-processing-ms"] == str(delay)


def test_a_stream_says_the_same_as_the_whole(plain: "Account") -> None:
    body = chat("hello", stream=True, stream_options={"include_usage": True})
    reply = plain.send("POST", CHAT, body)
    *chunks, last = events(reply)
    assert isinstance(reply, Reply)
    assert reply.events[-1] == b"data: [DONE]\n\n"
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    said = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert said.startswith("[simulated ")
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert {chunk["usage"] for chunk in chunks} == {None}
    assert (last["choices"], last["usage"]["completion_tokens"]) == ([], math.ceil(len(said) / 4))


def test_without_being_asked_a_stream_says_nothing_of_usage(plain: "Account") -> None:
    assert all("usage" not in chunk for chunk in events(plain.send("POST", CHAT, chat(stream=True))))


def test_a_stream_takes_as_long_as_its_answer(open_account: "type[Account]") -> None:
    account = open_account(more="[realtime]\nlatency = '400ms'\ntokens_per_second = 10")
    reply = account.send("POST", CHAT, chat(stream=True, max_completion_tokens=20))
    assert isinstance(reply, Reply)
    assert reply.delay == 400 * MILLISECOND
    assert reply.pace * len(reply.events) == pytest.approx(2 * SECOND, rel=0.01)


def test_a_streamed_response_is_numbered_and_ends_with_the_whole(plain: "Account") -> None:
    found = events(plain.send("POST", RESPONSES, json.dumps({"model": "m", "input": "x", "stream": True}).encode()))
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    kinds = [event["type"] for event in found]
    assert kinds[:4] == [
        *["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"]
    ]
    assert kinds[-4:] == [
        *["response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed"]
    ]
    said = "".join(event["delta"] for event in found if event["type"] == "response.output_text.delta")
    whole = found[-1]["response"]
    assert whole["output"][0]["content"][0]["text"] == said
    assert (found[0]["response"]["status"], found[0]["response"]["output"]) == ("in_progress", [])


def test_embeddings_are_unit_vectors_of_their_text(plain: "Account") -> None:
    def vectors(**fields: Any) -> list[Any]:
        answer = plain.json("POST", EMBEDDINGS, {"model": "m", **fields})
        assert (answer["object"], answer["usage"]["total_tokens"]) == ("list", answer["usage"]["prompt_tokens"])
        assert [item["index"] for item in answer["data"]] == list(range(len(answer["data"])))
        return [item["embedding"] for item in answer["data"]]

    many = vectors(input=["a", "b", "a"])
    assert [len(vector) for vector in many] == [16] * 3
    assert many[0] == many[2] != many[1]
    assert sum(number * number for number in many[0]) == pytest.approx(1, abs=1e-5)
    assert len(vectors(input="a", dimensions=3)[0]) == 3
    assert len(vectors(input=[1, 2, 3])) == 1
    assert len(vectors(input=[[1, 2], [3]])) == 2
    packed = base64.b64decode(vectors(input=["a"], encoding_format="base64")[0])
    assert struct.unpack("<16f", packed) == pytest.approx(many[0])


@pytest.mark.parametrize(
    ("endpoint", "body", "status", "param"),
    [
        pytest.param(CHAT, b"{", 400, None, id="not JSON"),
        pytest.param(CHAT, b"", 400, None, id="nothing"),
        pytest.param(CHAT, b'{"messages":["x"]}', 400, "model", id="no model"),
        pytest.param(CHAT, b'{"model":"m"}', 400, "messages", id="no messages"),
        pytest.param(CHAT, chat(max_tokens=0), 400, "max_tokens", id="no room"),
        pytest.param(CHAT, chat(max_tokens="many"), 400, None, id="a wrong type"),
        pytest.param(RESPONSES, b'{"model":"m"}', 400, "input", id="no input"),
        pytest.param(EMBEDDINGS, b'{"model":"m","input":[]}', 400, "input", id="an empty list"),
        pytest.param(CHAT, chat("[poison:row-error]"), 400, "messages", id="poisoned"),
        pytest.param(CHAT, chat("[poison:validation]"), 400, "messages", id="fails a batch's validation"),
        pytest.param(CHAT, chat("[poison:row-busy]"), 429, None, id="busy"),
        pytest.param(CHAT, chat("[poison:row-broken]"), 500, None, id="broken"),
    ],
)
def test_a_call_that_fails_is_not_charged(
    plain: "Account", endpoint: str, body: bytes, status: int, param: str | None
) -> None:
    reply = plain.send("POST", endpoint, body)
    assert isinstance(reply, Reply)
    assert reply.status == status
    assert json.loads(reply.body)["error"]["param"] == param
    assert not list(plain.books.charges(plain.now))


def test_an_unknown_model(open_account: "type[Account]") -> None:
    account = open_account(more="[account]\nmodels = ['gpt-6-luna']")
    account.call()
    assert account.error("POST", CHAT, {"model": "other", "messages": ["x"]}, 404)["code"] == "model_not_found"
    assert [model["id"] for model in account.get("/v1/models")["data"]] == ["gpt-6-luna"]
    assert account.get("/v1/models/gpt-6-luna")["object"] == "model"
    account.error("GET", "/v1/models/other", status=404)


def test_flex_is_slower_and_sometimes_refused(open_account: "type[Account]") -> None:
    account = open_account(
        more="[realtime]\nlatency = '1s'\nflex_wait = '20s'\nflex_refused = 0.5\ntokens_per_second = 0"
    )
    replies = [account.send("POST", CHAT, chat(f"{n}", service_tier="flex")) for n in range(40)]
    assert all(isinstance(reply, Reply) for reply in replies)
    served = [reply for reply in replies if isinstance(reply, Reply) and reply.status == 200]
    refused = [json.loads(reply.body) for reply in replies if isinstance(reply, Reply) and reply.status == 429]
    assert 10 <= len(served) <= 30
    assert {reply.delay for reply in served} == {21 * SECOND}
    assert {error["error"]["code"] for error in refused} == {"resource_unavailable"}
    assert all(json.loads(reply.body)["service_tier"] == "flex" for reply in served)
    assert [charge.mode for charge in account.books.charges(account.now)] == ["flex"] * len(served)


def test_flex_is_scarce_in_bouts(open_account: "type[Account]") -> None:
    scarce = '\n[realtime]\nflex_refused = 0.0\nflex_scarce = {refused = 1.0, calm = "3h", bout = "45m"}\n'
    account = open_account(more=scarce)
    served = 0
    for _ in range(24 * 12):
        reply = account.send("POST", CHAT, chat(service_tier="flex"))
        assert isinstance(reply, Reply)
        assert reply.status in (200, 429)
        served += reply.status == 200
        account.now += 300 * SECOND
    assert 0.5 < served / (24 * 12) < 0.95
    assert account.call("now", service_tier="default")
