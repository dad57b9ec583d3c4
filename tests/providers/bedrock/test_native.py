"""Bodies and streams of InvokeModel, in Anthropic's own format."""

import base64
import json
from collections.abc import Iterable
from typing import Any

import pytest

from bide.providers.bedrock.native import Events, is_claude, is_spoken, native_body, native_tier
from bide.providers.translate import UntranslatableError
from bide.providers.translate.converse.frames import frame

START: dict[str, Any] = {"type": "message_start", "message": {"id": "msg_1", "usage": {"input_tokens": 3}}}
STOP = {"type": "message_stop"}
HEAD = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}


def chunk(event: object) -> bytes:
    data = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
    return frame(HEAD, json.dumps({"bytes": base64.b64encode(data).decode(), "p": "abc"}).encode())


def sent(parts: Iterable[bytes]) -> list[tuple[str, Any]]:
    """The events of a stream: their names and their data."""
    events = Events()
    text = b"".join([events.feed(part) for part in parts]) + events.end()
    pairs = [event.split(b"\n") for event in text.split(b"\n\n") if event]
    return [(name.removeprefix(b"event: ").decode(), json.loads(data.removeprefix(b"data: "))) for name, data in pairs]


def test_a_body_names_neither_model_nor_stream_nor_tier() -> None:
    made = native_body(
        b'{"model":"m","max_tokens":9,"stream":true,"service_tier":"auto","temperature":0.10,"new":{"a":1}}'
    )

    assert made == b'{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"temperature":0.10,"new":{"a":1}}'


def test_a_body_that_names_a_version_or_a_limit_keeps_it() -> None:
    assert json.loads(native_body(b'{"anthropic_version":"x"}', 7)) == {"anthropic_version": "x", "max_tokens": 7}
    assert json.loads(native_body(b'{"max_tokens":1}', 7))["max_tokens"] == 1
    assert "max_tokens" not in json.loads(native_body(b"{}"))


@pytest.mark.parametrize("body", [b"[]", b"nonsense", b'"a"'])
def test_what_is_no_object_is_no_body(body: bytes) -> None:
    with pytest.raises(UntranslatableError):
        native_body(body)


@pytest.mark.parametrize(
    ("asked", "tier"),
    [
        ("{}", None),
        ('{"service_tier": null}', None),
        ('{"service_tier": "auto"}', None),
        ('{"service_tier": "standard_only"}', "default"),
        ('{"service_tier": "priority"}', "priority"),
        ('{"service_tier": "flex"}', "flex"),
        ('{"messages": ["service_tier"]}', None),
    ],
)
def test_the_tier_that_a_body_asks_for(asked: str, tier: str | None) -> None:
    assert native_tier(asked.encode()) == tier


@pytest.mark.parametrize("asked", ['"gold"', "1", '["flex"]'])
def test_a_tier_that_is_none_is_refused_by_its_name(asked: str) -> None:
    with pytest.raises(UntranslatableError) as caught:
        native_tier(b'{"service_tier": %b}' % asked.encode())
    assert caught.value.field == "service_tier"


@pytest.mark.parametrize(
    ("names", "claude"),
    [
        (("us.anthropic.claude-haiku-4-5-v1:0",), True),
        (("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", "my-claude"), True),
        (("amazon.nova-lite-v1:0", "nova"), False),
    ],
)
def test_who_is_claude(names: tuple[str, ...], claude: bool) -> None:
    assert is_claude(*names) is claude
    assert is_spoken("/v1/messages", *names) is claude
    assert not is_spoken("/v1/chat/completions", *names)


@pytest.mark.parametrize("length", [1, 7, 10_000])
def test_chunks_are_events_wherever_they_are_cut(length: int) -> None:
    delta = {"type": "content_block_delta", "delta": {"text": "a\u2028é"}}
    whole = b"".join(map(chunk, (START, delta, STOP)))
    parts = [whole[start : start + length] for start in range(0, len(whole), length)]

    assert sent(parts) == [("message_start", START), ("content_block_delta", delta), ("message_stop", STOP)]


def test_an_events_bytes_stay_as_they_are() -> None:
    assert Events().feed(chunk(b'{ "type":"ping", "x":1.0 }')) == b'event: ping\ndata: { "type":"ping", "x":1.0 }\n\n'
    assert Events().feed(chunk(b'{"type":\n"ping"}')) == b'event: ping\ndata: {"type":"ping"}\n\n', "one line of data"


EXCEPTION = {":exception-type": "throttlingException", ":message-type": "exception"}


@pytest.mark.parametrize(
    ("last", "kind", "said"),
    [
        pytest.param(frame(EXCEPTION, b'{"message":"slow down"}'), "rate_limit_error", "slow down", id="an exception"),
        pytest.param(b"", "api_error", "", id="cut between frames"),
        pytest.param(chunk(STOP)[:-3], "api_error", "", id="cut in a frame"),
        pytest.param(b"x" * 20, "api_error", "frame", id="no frame"),
        pytest.param(chunk(b"nonsense"), "api_error", "no event", id="no event"),
        pytest.param(frame(HEAD, b'{"bytes":"?"}'), "api_error", "cannot be read", id="no base64"),
        pytest.param(frame(HEAD, b"[]"), "api_error", "cannot be read", id="no payload"),
    ],
)
def test_a_stream_that_breaks_off_ends_in_one_error(last: bytes, kind: str, said: str) -> None:
    start, (name, error), *more = sent([chunk(START), last, chunk(STOP) if said else b""])

    assert start == ("message_start", START)
    assert (name, error["type"], error["error"]["type"], more) == ("error", "error", kind, [])
    assert said in error["error"]["message"]


def test_a_stream_that_says_itself_that_it_failed_is_over() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "no"}}

    assert sent([chunk(START), chunk(error), chunk(STOP)])[1:] == [("error", error)]


def test_frames_of_other_kinds_mean_nothing() -> None:
    assert Events().feed(frame({":event-type": "initial-response", ":message-type": "event"}, b"{}")) == b""
