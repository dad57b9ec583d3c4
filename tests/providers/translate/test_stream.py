"""Streams say the same in the caller's format, wherever the provider's bytes are cut."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.translate import sdk
from tests.providers.translate.gathering import Gathered, gather_converse, gather_gemini, gather_responses
from tests.providers.translate.streamed import Streamed
from tests.providers.translate.streams import STREAMS

from bide.providers.translate import SPOKES, Options, Wire, stream
from bide.providers.translate.answer import Failure, Stop
from bide.providers.translate.chat import reply as chat_reply
from bide.providers.translate.converse import reply as converse_reply
from bide.providers.translate.events import CallDelta, CallStarted, Event, Finished, Started, Stopped, TextDelta
from bide.providers.translate.gemini import reply as gemini_reply
from bide.providers.translate.messages import reply as messages_reply
from bide.providers.translate.responses import reply as responses_reply
from bide.providers.translate.spoke import StreamWriter
from bide.providers.translate.sse import SentEvents

OPTIONS = Options(include_usage=True, created=1700000000)


def gather_chat(sent: bytes) -> Gathered:
    found = Gathered()
    for one in SentEvents().feed(sent):
        assert not found.is_complete
        if one.data == b"[DONE]":
            found.is_complete = True
            continue
        body = json.loads(one.data)
        if "error" in body:
            found.failed = body["error"]["message"]
            continue
        assert sdk.unknown_fields(sdk.CHUNKS[Wire.CHAT](body)) == []
        found.usage = body["usage"] or found.usage
        for choice in body["choices"]:
            delta = choice["delta"]
            found.text += delta.get("content") or ""
            for call in delta.get("tool_calls") or ():
                if call["index"] == len(found.calls):
                    found.calls.append([call["id"], call["function"]["name"], ""])
                found.calls[call["index"]][2] += call["function"]["arguments"]
            found.finish = choice["finish_reason"] or found.finish
    return found


def gather_messages(sent: bytes) -> Gathered:
    found = Gathered()
    open_block: int | None = None
    blocks = 0
    for one in SentEvents().feed(sent):
        assert not found.is_complete
        body = json.loads(one.data)
        assert body["type"] == one.name
        if body["type"] == "error":
            found.failed = body["error"]["message"]
            continue
        assert sdk.unknown_fields(sdk.CHUNKS[Wire.MESSAGES](body)) == []
        match body:
            case {"type": "content_block_start", "index": index, "content_block": block}:
                assert open_block is None
                assert index == blocks
                open_block, blocks = index, blocks + 1
                if block["type"] == "tool_use":
                    found.calls.append([block["id"], block["name"], ""])
            case {"type": "content_block_delta", "index": index, "delta": delta}:
                assert index == open_block
                found.text += delta.get("text", "")
                if "partial_json" in delta:
                    found.calls[-1][2] += delta["partial_json"]
            case {"type": "content_block_stop", "index": index}:
                assert index == open_block
                open_block = None
            case {"type": "message_delta"}:
                assert open_block is None
                found.finish, found.usage = body["delta"]["stop_reason"], body["usage"]
            case {"type": "message_stop"}:
                found.is_complete = True
            case _:
                pass
    return found


GATHER: dict[Wire, Callable[[bytes], Gathered]] = {
    Wire.CHAT: gather_chat,
    Wire.RESPONSES: gather_responses,
    Wire.MESSAGES: gather_messages,
    Wire.GEMINI: gather_gemini,
    Wire.CONVERSE: gather_converse,
}

WORDS: dict[Wire, Callable[[Stop], str]] = {
    Wire.CHAT: lambda stop: chat_reply.WORDS[stop],
    Wire.RESPONSES: lambda stop: responses_reply.INCOMPLETE.get(stop, "completed"),
    Wire.MESSAGES: lambda stop: messages_reply.WORDS[stop],
    Wire.GEMINI: lambda stop: gemini_reply.WORDS[stop],
    Wire.CONVERSE: lambda stop: converse_reply.WORDS[stop],
}

CASES = [
    pytest.param(streamed, target, id=f"{streamed.source}-{target}-{streamed.id}")
    for streamed in STREAMS
    for target in GATHER
]


@pytest.mark.parametrize(("streamed", "target"), CASES)
def test_a_stream_is_translated(streamed: Streamed, target: Wire) -> None:
    translating = stream(streamed.source, target, OPTIONS)
    sent = translating.feed(streamed.sent) + translating.end()

    assert translating.finish is streamed.finish
    assert translating.usage == streamed.usage
    failure = translating.failure
    assert (failure is None) == (streamed.failed is None)
    assert streamed.failed is None or (failure is not None and streamed.failed in failure.message)
    if streamed.source is target:
        assert sent == streamed.sent
        return
    gathered = GATHER[target](sent)
    assert gathered.text == streamed.text
    assert [tuple(call) for call in gathered.calls] == list(streamed.calls)
    assert gathered.is_complete == (streamed.failed is None)
    assert streamed.failed is None or streamed.failed in (gathered.failed or "")
    if streamed.finish is not None:
        assert gathered.finish == WORDS[target](streamed.finish)


@pytest.mark.parametrize(("streamed", "target"), CASES)
def test_a_stream_may_be_cut_anywhere(streamed: Streamed, target: Wire) -> None:
    whole, cut = stream(streamed.source, target, OPTIONS), stream(streamed.source, target, OPTIONS)
    expected = whole.feed(streamed.sent) + whole.end()
    pieces = [cut.feed(streamed.sent[at : at + 1]) for at in range(len(streamed.sent))]

    assert b"".join(pieces) + cut.end() == expected
    assert (cut.finish, cut.usage, cut.tier, cut.failure) == (whole.finish, whole.usage, whole.tier, whole.failure)


@given(data=st.data())
def test_a_stream_may_be_cut_in_any_pieces(data: st.DataObject) -> None:
    streamed = data.draw(st.sampled_from(STREAMS))
    target = data.draw(st.sampled_from(sorted(set(GATHER) - {streamed.source})))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(streamed.sent)))))
    whole, cut = stream(streamed.source, target, OPTIONS), stream(streamed.source, target, OPTIONS)
    pieces = [streamed.sent[one:two] for one, two in zip([0, *cuts], [*cuts, len(streamed.sent)], strict=True)]

    assert b"".join(map(cut.feed, pieces)) + cut.end() == whole.feed(streamed.sent) + whole.end()


@pytest.mark.parametrize("target", GATHER)
def test_usage_comes_at_the_end(target: Wire) -> None:
    streamed = next(one for one in STREAMS if one.id == "usage" and one.source is not target)
    translating = stream(streamed.source, target, OPTIONS)
    usage = GATHER[target](translating.feed(streamed.sent)).usage

    assert usage is not None
    if target is Wire.CHAT:
        assert (usage["prompt_tokens"], usage["total_tokens"]) == (60, 67)
    elif target is Wire.MESSAGES:
        assert (usage["input_tokens"], usage["cache_read_input_tokens"], usage["output_tokens"]) == (10, 30, 7)


def test_a_caller_of_chat_who_did_not_ask_for_usage_gets_none() -> None:
    streamed = next(one for one in STREAMS if one.id == "usage" and one.source is Wire.MESSAGES)
    translating = stream(Wire.MESSAGES, Wire.CHAT, Options())

    assert b"usage" not in translating.feed(streamed.sent)
    assert translating.usage is not None


@pytest.mark.parametrize("source", SPOKES)
def test_nothing_follows_an_end(source: Wire) -> None:
    streamed = next(one for one in STREAMS if one.id == "text" and one.source is source)
    translating = stream(source, next(wire for wire in GATHER if wire is not source), OPTIONS)
    translating.feed(streamed.sent)
    translating.end()  # which Google's streams need to be complete

    assert translating.feed(streamed.sent) == b""
    assert translating.end() == b""


def test_a_refusal_is_told_in_words() -> None:
    translating = stream(Wire.CHAT, Wire.MESSAGES)
    sent = translating.feed(
        b'data: {"id":"a","model":"m","choices":[{"index":0,"delta":{"refusal":"I may not."},"finish_reason":"stop"}]}\n\n'
        b"data: [DONE]\n\n"
    )

    assert translating.finish is Stop.REFUSED
    assert b'"explanation":"I may not."' in sent
    back = stream(Wire.MESSAGES, Wire.CHAT)
    assert b'"refusal":"I may not."' in back.feed(sent)
    assert back.finish is Stop.REFUSED


def test_thoughts_keep_their_signature() -> None:
    streamed = next(one for one in STREAMS if one.id == "thoughts")
    reader, writer = SPOKES[Wire.MESSAGES].stream_reader(), SPOKES[Wire.MESSAGES].stream_writer(Options())
    sent = b"".join(writer.write(event) for event in reader.feed(streamed.sent))

    again = SPOKES[Wire.MESSAGES].stream_reader().feed(sent)
    first = SPOKES[Wire.MESSAGES].stream_reader().feed(streamed.sent)
    assert [one for one in again if type(one).__name__ == "ReasoningDelta"] == [
        one for one in first if type(one).__name__ == "ReasoningDelta"
    ]
    assert gather_messages(sent).is_complete


@pytest.mark.parametrize("target", [wire for wire in SPOKES if wire is not Wire.CHAT])
@pytest.mark.parametrize("between", [CallStarted(1, "c1", "f"), TextDelta("x")], ids=["call", "text"])
def test_calls_that_are_mixed_fail_openly(target: Wire, between: Event) -> None:
    """Blocks come one after another; no known server mixes calls, and pieces must not be lost."""
    writer: StreamWriter = SPOKES[target].stream_writer(Options())
    for event in (Started("a", "m"), CallStarted(0, "c0", "f"), CallDelta(0, "{"), between):
        writer.write(event)

    assert b"another one has ended" in writer.write(CallDelta(0, "}"))
    assert writer.write(Stopped(Stop.TOOLS)) + writer.write(Finished()) == b""


def test_a_second_candidate_has_no_place_in_messages() -> None:
    writer = SPOKES[Wire.MESSAGES].stream_writer(Options())
    writer.write(Started("a", "m"))

    assert writer.write(TextDelta("x", candidate=1)) == b""


def test_an_error_in_a_stream_has_a_status() -> None:
    translating = stream(Wire.CHAT, Wire.MESSAGES)
    translating.feed(b'data: {"error":{"message":"slow","code":429}}\n\n')

    assert translating.failure == Failure(429, "slow", "429", None, None)
