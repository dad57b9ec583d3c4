"""Streams: each as a provider sends it, and what it says, whatever it is translated into."""

import json
from typing import Any

from tests.providers.translate.streamed import ODD, Streamed
from tests.providers.translate.streams_elsewhere import ELSEWHERE

from bide.core.usage import Usage
from bide.providers.translate import Wire
from bide.providers.translate.answer import Stop

Json = dict[str, Any]


def chunk(delta: Json | None = None, reason: str | None = None, **more: Any) -> str:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": reason}]
    body = {
        "id": "a1",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "m1",
        "choices": choices,
        **more,
    }
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


def called(index: int, arguments: str, **more: Any) -> Json:
    name = more.pop("name", None)
    function = {"arguments": arguments, **({"name": name} if name else {})}
    return {"tool_calls": [{"index": index, "function": function, **more}]}


def event(type_: str, **more: Any) -> str:
    return f"event: {type_}\ndata: {json.dumps({'type': type_, **more}, ensure_ascii=False)}\n\n"


def started(**usage: Any) -> str:
    message: Json = {
        "id": "a1",
        "type": "message",
        "role": "assistant",
        "model": "m1",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 1, **usage},
    }
    return event("message_start", message=message)


def block(index: int, opened: Json, *deltas: Json) -> str:
    return "".join(
        [
            event("content_block_start", index=index, content_block=opened),
            *(event("content_block_delta", index=index, delta=delta) for delta in deltas),
            event("content_block_stop", index=index),
        ]
    )


def words(index: int, *texts: str) -> str:
    return block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": text} for text in texts))


def call(index: int, id_: str, name: str, *pieces: str) -> str:
    opened: Json = {"type": "tool_use", "id": id_, "name": name, "input": {}}
    return block(index, opened, *({"type": "input_json_delta", "partial_json": piece} for piece in pieces))


def stopped(reason: str, details: Json | None = None, **usage: Any) -> str:
    delta = {"stop_reason": reason, "stop_sequence": None, **({"stop_details": details} if details else {})}
    return event("message_delta", delta=delta, usage={"output_tokens": 1, **usage}) + event("message_stop")


DONE = "data: [DONE]\n\n"

C, M = Wire.CHAT, Wire.MESSAGES
CHAT_USAGE = {
    "prompt_tokens": 60,
    "completion_tokens": 7,
    "total_tokens": 67,
    "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 20},
    "completion_tokens_details": {"reasoning_tokens": 3},
}

STREAMS = [
    Streamed(
        "text",
        C,
        "".join(
            [
                chunk({"role": "assistant", "content": ""}),
                chunk({"content": "hel"}, obfuscation="xx"),
                chunk({"content": ODD}),
                chunk({}, "stop"),
                DONE,
            ]
        ).encode(),
        text="hel" + ODD,
    ),
    Streamed(
        "usage",
        C,
        (chunk({"content": "x"}, usage=None) + chunk({}, "length") + chunk(usage=CHAT_USAGE) + DONE).encode(),
        text="x",
        finish=Stop.LENGTH,
        usage=Usage(60, 30, 20, 7, 3),
    ),
    Streamed(
        "calls",
        C,
        "".join(
            [
                chunk({"role": "assistant", "content": "so"}),
                chunk(called(0, "", id="c0", type="function", name="f")),
                chunk(called(0, '{"a"')),
                chunk(called(0, ":1}")),
                chunk(called(1, "{}", id="c1", type="function", name="g")),
                chunk({}, "tool_calls"),
                DONE,
            ]
        ).encode(),
        text="so",
        calls=(("c0", "f", '{"a":1}'), ("c1", "g", "{}")),
        finish=Stop.TOOLS,
    ),
    Streamed(
        "calls-of-one-number",
        C,
        "".join(
            [
                chunk(called(0, "{}", id="c0", type="function", name="f")),
                chunk(called(0, "", id="c1", type="function", name="g")),
                chunk(called(0, '{"a":', id="c1")),
                chunk(called(0, "1}", id="", name="")),
                chunk({}, "stop"),
                DONE,
            ]
        ).encode(),
        calls=(("c0", "f", "{}"), ("c1", "g", '{"a":1}')),
        finish=Stop.TOOLS,
        is_odd=True,
    ),
    Streamed(
        "nulls",
        C,
        (
            chunk({"content": None, "tool_calls": None}, id=None, model=None)
            + chunk({"content": "x", "tool_calls": []})
            + chunk({"tool_calls": [{"index": None, "id": "c0", "function": {"name": "f", "arguments": "{}"}}]})
            + chunk({}, "tool_calls", usage=None)
            + DONE
        ).encode(),
        text="x",
        calls=(("c0", "f", "{}"),),
        finish=Stop.TOOLS,
        is_odd=True,
    ),
    Streamed("error-of-words", C, b'data: {"error":"too busy"}\n\n', finish=None, failed="too busy"),
    Streamed("no-done", C, (chunk({"content": "x"}) + chunk({}, "stop")).encode(), text="x"),
    Streamed("no-last-line", C, (chunk({"content": "x"}) + chunk({}, "stop")).rstrip().encode(), text="x"),
    Streamed(
        "lines-of-windows",
        C,
        (": hello\n\n" + chunk({"content": "x"}) + chunk({}, "stop") + DONE).replace("\n", "\r\n").encode(),
        text="x",
    ),
    Streamed(
        "cut-short",
        C,
        chunk({"content": "x"}).encode(),
        text="x",
        finish=None,
        failed="broke off",
    ),
    Streamed(
        "error",
        C,
        (
            chunk({"content": "x"})
            + 'data: {"error":{"message":"too busy","type":"service_unavailable_error","code":"server_is_overloaded"}}\n\n'
        ).encode(),
        text="x",
        finish=None,
        failed="too busy",
    ),
    Streamed("unreadable", C, b"data: {oh\n\n", finish=None, failed="cannot be read"),
    Streamed(
        "text",
        M,
        "".join(
            [
                started(),
                event("ping"),
                words(0, "hel", ODD),
                event("frobnicated", what=1),
                event("frobnicated", message="no message", delta=[], usage=True),
                stopped("end_turn"),
            ]
        ).encode(),
        text="hel" + ODD,
        usage=Usage(0, 0, 0, 1, 0),
    ),
    Streamed(
        "usage",
        M,
        "".join(
            [
                started(
                    input_tokens=10,
                    cache_read_input_tokens=30,
                    cache_creation_input_tokens=20,
                    cache_creation={"ephemeral_5m_input_tokens": 15, "ephemeral_1h_input_tokens": 5},
                ),
                words(0, "x"),
                stopped("max_tokens", output_tokens=7, output_tokens_details={"thinking_tokens": 3}),
            ]
        ).encode(),
        text="x",
        finish=Stop.LENGTH,
        usage=Usage(60, 30, 20, 7, 3, 5),
    ),
    Streamed(
        "calls",
        M,
        "".join(
            [
                started(),
                words(0, "so"),
                call(1, "c0", "f", "", '{"a"', ":1}"),
                call(2, "c1", "g", "{}"),
                stopped("tool_use"),
            ]
        ).encode(),
        text="so",
        calls=(("c0", "f", '{"a":1}'), ("c1", "g", "{}")),
        finish=Stop.TOOLS,
        usage=Usage(0, 0, 0, 1, 0),
    ),
    Streamed(
        "thoughts",
        M,
        "".join(
            [
                started(),
                block(
                    0,
                    {"type": "thinking", "thinking": "", "signature": ""},
                    {"type": "thinking_delta", "thinking": "hm"},
                    {"type": "signature_delta", "signature": "s"},
                ),
                block(1, {"type": "redacted_thinking", "data": "eA=="}),
                words(2, "x"),
                stopped("end_turn"),
            ]
        ).encode(),
        text="x",
        usage=Usage(0, 0, 0, 1, 0),
    ),
    Streamed(
        "cut-short",
        M,
        (started() + words(0, "x")).encode(),
        text="x",
        finish=None,
        usage=Usage(0, 0, 0, 1, 0),
        failed="broke off",
    ),
    Streamed(
        "error",
        M,
        (started() + event("error", error={"type": "overloaded_error", "message": "too busy"})).encode(),
        finish=None,
        usage=Usage(0, 0, 0, 1, 0),
        failed="too busy",
    ),
    Streamed("nothing", M, b"", finish=None, failed="broke off"),
    *ELSEWHERE,
]
