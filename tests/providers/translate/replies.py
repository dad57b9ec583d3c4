"""Answers: each as its own wire has it, and as each other wire's callers get it.

A new wire adds its answer to every dictionary. Where an answer cannot come from a wire, it has no entry there as `given`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.providers.translate.replies_elsewhere import EXPECTED, GIVEN_AS_WELL

from bide.core.usage import Usage
from bide.providers.translate import Wire
from bide.providers.translate.answer import Stop

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """`given[wire]` is what a provider says, `expected[wire]` what a caller of that wire gets, whoever said it."""

    id: str
    given: Mapping[Wire, Json]
    expected: Mapping[Wire, Json]
    finish: Stop
    usage: Usage | None = None
    tier: str | None = None

    def told(self, wire: Wire) -> Json:
        """What a caller gets. Ids begin as those of the wire do."""
        expected = self.expected[wire]
        return {**expected, "id": NAMED[wire] + expected["id"]} if wire in NAMED else expected


NAMED = {Wire.CHAT: "chatcmpl-", Wire.RESPONSES: "resp_", Wire.MESSAGES: "msg_"}


def chat(message: Json, reason: str, usage: Json | None = None, **more: Any) -> Json:
    return {
        "id": "a1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "m1",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": None, "refusal": None, "annotations": [], **message},
                "logprobs": None,
                "finish_reason": reason,
            }
        ],
        "service_tier": None,
        **({"usage": usage} if usage is not None else {}),
        **more,
    }


def chat_usage(prompt: int, output: int, cached: int = 0, written: int = 0, reasoning: int = 0) -> Json:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def message(content: list[Json], reason: str, usage: Json | None = None, **more: Any) -> Json:
    return {
        "id": "a1",
        "type": "message",
        "role": "assistant",
        "model": "m1",
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "stop_details": None,
        "usage": usage or message_usage(0, 0),
        "container": None,
        "diagnostics": None,
        **more,
    }


def message_usage(
    fresh: int,
    output: int,
    read: int = 0,
    short: int = 0,
    long: int = 0,
    reasoning: int = 0,
    tier: str | None = None,
) -> Json:
    return {
        "input_tokens": fresh,
        "cache_creation_input_tokens": short + long,
        "cache_read_input_tokens": read,
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long},
        "output_tokens": output,
        "output_tokens_details": {"thinking_tokens": reasoning},
        "server_tool_use": None,
        "inference_geo": None,
        "speed": None,
        "service_tier": tier,
    }


def text(words: str) -> Json:
    return {"type": "text", "text": words, "citations": None}


CALL = {"id": "c0", "type": "function", "function": {"name": "f", "arguments": '{"a":1.0}'}}
TOOL_USE = {
    "type": "tool_use",
    "id": "c0",
    "name": "f",
    "input": {"a": 1.0},
    "caller": {"type": "direct"},
    "toolset_name": None,
}
CUT_CALL = {"id": "c0", "type": "function", "function": {"name": "f", "arguments": '{"a":'}}
DECLINED = {"type": "refusal", "category": None, "explanation": "I may not."}
UNEXPLAINED = {"type": "refusal", "category": None, "explanation": None}

C, M = Wire.CHAT, Wire.MESSAGES


NOTHING = Usage()


def both(id_: str, chat_: Json, message_: Json, finish: Stop, usage: Usage | None = NOTHING, **more: Any) -> Answer:
    """The same answer in either wire, whichever it comes from."""
    return Answer(id_, {C: chat_, M: message_}, {C: chat_, M: message_}, finish, usage, **more)


ZERO = chat_usage(0, 0)

_ANSWERS = [
    both("text", chat({"content": "hello"}, "stop", ZERO), message([text("hello")], "end_turn"), Stop.END),
    both("length", chat({"content": "he"}, "length", ZERO), message([text("he")], "max_tokens"), Stop.LENGTH),
    both(
        "call",
        chat({"content": "so", "tool_calls": [CALL]}, "tool_calls", ZERO),
        message([text("so"), TOOL_USE], "tool_use"),
        Stop.TOOLS,
    ),
    Answer(
        "call-demanded",  # by its name, which OpenAI answers with `stop`
        {C: chat({"tool_calls": [CALL]}, "stop", ZERO)},
        {M: message([TOOL_USE], "tool_use")},
        Stop.TOOLS,
        Usage(),
    ),
    both("nothing", chat({}, "stop", ZERO), message([], "end_turn"), Stop.END),
    both(
        "usage",
        chat({"content": "x"}, "stop", chat_usage(60, 7, cached=30, written=20, reasoning=3), service_tier="default"),
        message([text("x")], "end_turn", message_usage(10, 7, read=30, short=20, reasoning=3, tier="standard")),
        Stop.END,
        Usage(60, 30, 20, 7, 3),
        tier="default",
    ),
    both(
        "priority",
        chat({"content": "x"}, "stop", ZERO, service_tier="priority"),
        message([text("x")], "end_turn", message_usage(0, 0, tier="priority")),
        Stop.END,
        tier="priority",
    ),
    Answer(
        "no-usage",
        {C: chat({"content": "x"}, "stop")},
        {C: chat({"content": "x"}, "stop"), M: message([text("x")], "end_turn")},
        Stop.END,
    ),
    Answer(
        "batch",
        {M: message([text("x")], "end_turn", message_usage(0, 0, tier="batch"))},
        {C: chat({"content": "x"}, "stop", ZERO, service_tier="default")},
        Stop.END,
        Usage(),
        tier="batch",
    ),
    Answer(
        "cache-of-an-hour",
        {M: message([text("x")], "end_turn", message_usage(1, 2, short=3, long=4))},
        {C: chat({"content": "x"}, "stop", chat_usage(8, 2, written=7))},
        Stop.END,
        Usage(8, 0, 7, 2, 0, 4),
    ),
    Answer(
        "cache-written-by-lifetime",  # as some servers tell it, without the sum
        {M: message([text("x")], "end_turn", {**message_usage(1, 2, short=3, long=4), "cache_creation_input_tokens": 0})},
        {C: chat({"content": "x"}, "stop", chat_usage(8, 2, written=7))},
        Stop.END,
        Usage(8, 0, 7, 2, 0, 4),
    ),
    Answer(
        "stop-sequence",
        {M: message([text("x")], "stop_sequence", stop_sequence="END")},
        {C: chat({"content": "x"}, "stop", ZERO)},
        Stop.SEQUENCE,
        Usage(),
    ),
    Answer("paused", {M: message([text("x")], "pause_turn")}, {C: chat({"content": "x"}, "stop", ZERO)}, Stop.PAUSED, Usage()),
    Answer(
        "context",
        {M: message([text("x")], "model_context_window_exceeded")},
        {C: chat({"content": "x"}, "length", ZERO)},
        Stop.CONTEXT,
        Usage(),
    ),
    Answer("unknown-stop", {M: message([text("x")], "tired")}, {C: chat({"content": "x"}, "stop", ZERO)}, Stop.END, Usage()),
    Answer(
        "thoughts",
        {
            M: message(
                [
                    {"type": "thinking", "thinking": "hm", "signature": "s"},
                    {"type": "redacted_thinking", "data": "eA=="},
                    text("a"),
                    {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
                    text("b"),
                ],
                "end_turn",
            )
        },
        {C: chat({"content": "ab"}, "stop", ZERO)},
        Stop.END,
        Usage(),
    ),
    Answer(
        "declined",
        {
            C: chat({"refusal": "I may not."}, "stop", ZERO),
        },
        {M: message([text("I may not.")], "refusal", stop_details=DECLINED)},
        Stop.REFUSED,
        Usage(),
    ),
    Answer(
        "declined-explained",
        {M: message([], "refusal", stop_details={**DECLINED, "category": "bio"})},
        {C: chat({"refusal": "I may not."}, "content_filter", ZERO)},
        Stop.REFUSED,
        Usage(),
    ),
    Answer(
        "filtered",
        {C: chat({"content": "a"}, "content_filter", ZERO)},
        {M: message([text("a")], "refusal", stop_details=UNEXPLAINED)},
        Stop.FILTERED,
        Usage(),
    ),
    Answer(
        "parts-and-nulls",
        {
            C: chat(
                {
                    "content": [{"type": "thinking", "thinking": []}, {"type": "text", "text": "x"}],
                    "tool_calls": [{"id": None, "function": {"name": "f", "arguments": None}}],
                },
                "tool_calls",
                ZERO,
            )
        },
        {M: message([text("x"), {**TOOL_USE, "id": "", "input": {}}], "tool_use")},
        Stop.TOOLS,
        Usage(),
    ),
    Answer(
        "call-cut-short",
        {C: chat({"tool_calls": [CUT_CALL]}, "length", ZERO)},
        {
            M: message(
                [{"type": "tool_use", "id": "c0", "name": "f", "input": {"unreadable_arguments": '{"a":'}, "caller": {"type": "direct"}, "toolset_name": None}], "max_tokens"
            )
        },
        Stop.LENGTH,
        Usage(),
    ),
]  # fmt: skip


def _everywhere(answer: Answer) -> Answer:
    """With what it is on the wires of `replies_elsewhere.py`."""
    expected = EXPECTED.get(answer.id, {})
    given = {wire: expected[wire] for wire in GIVEN_AS_WELL.get(answer.id, ())}
    if answer.tier is None and Wire.RESPONSES in given:  # who tells no tier is taken for the default one
        given[Wire.RESPONSES] = {**given[Wire.RESPONSES], "service_tier": None}
    return replace(answer, given={**answer.given, **given}, expected={**answer.expected, **expected})


ANSWERS = [_everywhere(answer) for answer in _ANSWERS]
