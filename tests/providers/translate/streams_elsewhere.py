"""Streams of Responses, generateContent and Converse, as providers send them."""

import json
from typing import Any

from tests.providers.translate.streamed import ODD, Streamed

from bide.core.usage import Usage
from bide.providers.translate import Wire
from bide.providers.translate.answer import Stop
from bide.providers.translate.converse.frames import frame

Json = dict[str, Any]

R, G, V = Wire.RESPONSES, Wire.GEMINI, Wire.CONVERSE


def event(type_: str, **more: Any) -> bytes:
    """An event of Responses."""
    body = {"type": type_, "sequence_number": 0, **more}
    return f"event: {type_}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n".encode()


def response(status: str, *output: Json, **more: Any) -> Json:
    return {
        "id": "a1",
        "object": "response",
        "created_at": 1700000000,
        "status": status,
        "model": "m1",
        "output": list(output),
        "error": None,
        **more,
    }


CREATED = event("response.created", response=response("in_progress")) + event(
    "response.in_progress", response=response("in_progress")
)


def item(index: int, opened: Json, *deltas: bytes) -> bytes:
    return (
        event("response.output_item.added", output_index=index, item=opened)
        + b"".join(deltas)
        + event("response.output_item.done", output_index=index, item=opened)
    )


def words(index: int, *texts: str) -> bytes:
    opened: Json = {"type": "message", "id": "m", "role": "assistant", "status": "in_progress", "content": []}
    return item(
        index,
        opened,
        *[event("response.output_text.delta", output_index=index, content_index=0, delta=text) for text in texts],
    )


def call(index: int, id_: str, name: str, *pieces: str) -> bytes:
    opened = {"type": "function_call", "id": "fc", "call_id": id_, "name": name, "arguments": ""}
    whole = "".join(pieces)
    return item(
        index,
        opened,
        *[event("response.function_call_arguments.delta", output_index=index, delta=piece) for piece in pieces],
        event("response.function_call_arguments.done", output_index=index, arguments=whole),
    )


RESPONSES = [
    Streamed("text", R, CREATED + words(0, "hel", ODD) + event("response.completed", response=response("completed")), "hel" + ODD),
    Streamed(
        "usage",
        R,
        CREATED
        + words(0, "x")
        + event(
            "response.incomplete",
            response=response(
                "incomplete",
                incomplete_details={"reason": "max_output_tokens"},
                usage={
                    "input_tokens": 60,
                    "input_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 20},
                    "output_tokens": 7,
                    "output_tokens_details": {"reasoning_tokens": 3},
                    "total_tokens": 67,
                },
            ),
        ),
        "x",
        finish=Stop.LENGTH,
        usage=Usage(60, 30, 20, 7, 3),
    ),
    Streamed(
        "calls",
        R,
        CREATED
        + item(
            0,
            {"type": "reasoning", "id": "rs", "summary": []},
            event("response.reasoning_summary_part.added", output_index=0, summary_index=0, part={}),
            event("response.reasoning_summary_text.delta", output_index=0, summary_index=0, delta="hm"),
            event("response.reasoning_summary_part.added", output_index=0, summary_index=1, part={}),
            event("response.reasoning_summary_text.delta", output_index=0, summary_index=1, delta="so"),
        )
        + words(1, "so")
        + call(2, "c0", "f", '{"a"', ":1}")
        + call(3, "c1", "g", "{}")
        + event("response.completed", response=response("completed", {"type": "function_call"})),
        "so",
        (("c0", "f", '{"a":1}'), ("c1", "g", "{}")),
        Stop.TOOLS,
    ),
    Streamed("cut-short", R, CREATED + words(0, "x"), "x", finish=None, failed="broke off"),
    Streamed(
        "error",
        R,
        CREATED + words(0, "x") + event("error", error={"type": "service_unavailable_error", "code": "server_is_overloaded", "message": "busy"}),
        "x",
        finish=None,
        failed="busy",
    ),
    Streamed(
        "failed",
        R,
        CREATED + event("response.failed", response=response("failed", error={"code": "rate_limit_exceeded", "message": "slow down"})),
        finish=None,
        failed="slow down",
    ),
    Streamed("unreadable", R, CREATED + b"data: {oh\n\n", finish=None, failed="cannot be read"),
]  # fmt: skip


def chunk(*parts: Json, reason: str | None = None, usage: Json | None = None, **more: Any) -> bytes:
    """A chunk of generateContent."""
    candidate: Json = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    body: Json = {
        "candidates": [{**candidate, **({"finishReason": reason} if reason else {})}],
        "modelVersion": "m1",
        "responseId": "a1",
        **({"usageMetadata": usage} if usage else {}),
        **more,
    }
    return f"data: {json.dumps(body, ensure_ascii=False, separators=(',', ':'))}\r\n\r\n".encode()


def function(name: str, args: Json, id_: str | None = None) -> Json:
    return {"functionCall": {"name": name, "args": args, **({"id": id_} if id_ else {})}}


GEMINI = [
    Streamed("text", G, chunk({"text": "hel"}) + chunk({"text": ODD}, reason="STOP"), "hel" + ODD),
    Streamed(
        "usage",
        G,
        chunk({"text": "x"}, usage={"promptTokenCount": 1})
        + chunk(
            reason="MAX_TOKENS",
            usage={
                "promptTokenCount": 50,
                "toolUsePromptTokenCount": 10,
                "cachedContentTokenCount": 30,
                "candidatesTokenCount": 4,
                "thoughtsTokenCount": 3,
                "trafficType": "ON_DEMAND_FLEX",
            },
        ),
        "x",
        finish=Stop.LENGTH,
        usage=Usage(60, 30, 0, 7, 3),
    ),
    Streamed(
        "calls",
        G,
        chunk({"text": "hm", "thought": True})
        + chunk({"text": "so"})
        + chunk(function("f", {"a": 1}, "c0"))
        + chunk(function("g", {}), reason="STOP"),
        "so",
        (("c0", "f", '{"a":1}'), ("call_a1_1", "g", "{}")),
        Stop.TOOLS,
    ),
    Streamed("unknown-reason", G, chunk({"text": "x"}, reason="TIRED"), "x"),
    Streamed("cut-short", G, chunk({"text": "x"}), "x", finish=None, failed="broke off"),
    Streamed(
        "error",
        G,
        chunk({"text": "x"}) + b'data: {"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}\r\n\r\n',
        "x",
        finish=None,
        failed="busy",
    ),
    Streamed(
        "error-in-a-list",
        G,
        b'data: [{"error": {"code": 429, "message": "slow down"}}]\n\n',
        finish=None,
        failed="slow down",
    ),
    Streamed("unreadable", G, b"data: {oh\n\n", finish=None, failed="cannot be read"),
    Streamed("nothing", G, b"", finish=None, failed="broke off"),
]


def sent(name: str, body: Json, kind: str = "event") -> bytes:
    """A frame of Converse."""
    headers = {f":{kind}-type": name, ":content-type": "application/json", ":message-type": kind}
    return frame(headers, json.dumps(body, ensure_ascii=False).encode())


START = sent("messageStart", {"role": "assistant", "p": "abc"})


def block(index: int, *deltas: Json, start: Json | None = None) -> bytes:
    opened = sent("contentBlockStart", {"start": start, "contentBlockIndex": index}) if start else b""
    told = [sent("contentBlockDelta", {"delta": delta, "contentBlockIndex": index}) for delta in deltas]
    return opened + b"".join(told) + sent("contentBlockStop", {"contentBlockIndex": index})


def stop(reason: str, **usage: Any) -> bytes:
    body = {"usage": {"inputTokens": 0, "outputTokens": 0, "totalTokens": 0, **usage}, "metrics": {"latencyMs": 5}}
    return sent("messageStop", {"stopReason": reason}) + sent("metadata", body)


def use(id_: str, name: str) -> Json:
    return {"toolUse": {"toolUseId": id_, "name": name}}


CONVERSE = [
    Streamed(
        "text", V, START + block(0, {"text": "hel"}, {"text": ODD}) + stop("end_turn"), "hel" + ODD, usage=Usage()
    ),
    Streamed(
        "usage",
        V,
        START
        + block(0, {"text": "x"})
        + stop("max_tokens", inputTokens=10, cacheReadInputTokens=30, cacheWriteInputTokens=20, outputTokens=7),
        "x",
        finish=Stop.LENGTH,
        usage=Usage(60, 30, 20, 7, 0),
    ),
    Streamed(
        "calls",
        V,
        START
        + block(0, {"reasoningContent": {"text": "hm"}}, {"reasoningContent": {"signature": "s"}})
        + block(1, {"text": "so"})
        + block(2, {"toolUse": {"input": '{"a"'}}, {"toolUse": {"input": ":1}"}}, start=use("c0", "f"))
        + block(3, {"toolUse": {"input": "{}"}}, start=use("c1", "g"))
        + stop("tool_use"),
        "so",
        (("c0", "f", '{"a":1}'), ("c1", "g", "{}")),
        Stop.TOOLS,
        Usage(),
    ),
    Streamed("no-metadata", V, START + block(0, {"text": "x"}) + sent("messageStop", {"stopReason": "end_turn"}), "x"),
    Streamed("unknown", V, START + sent("surprise", {}) + block(0, {"text": "x"}) + stop("tired"), "x", usage=Usage()),
    Streamed("cut-short", V, START + block(0, {"text": "x"}), "x", finish=None, failed="broke off"),
    Streamed("cut-in-a-frame", V, (START + block(0, {"text": "x"}))[:-1], "x", finish=None, failed="broke off"),
    Streamed(
        "error",
        V,
        START + block(0, {"text": "x"}) + sent("throttlingException", {"message": "slow down"}, "exception"),
        "x",
        finish=None,
        failed="slow down",
    ),
    Streamed(
        "broken",
        V,
        START + block(0, {"text": "x"}) + b"\x00" * 40,
        "x",
        finish=None,
        failed="does not add up",
    ),
    Streamed("nothing", V, b"", finish=None, failed="broke off"),
]

ELSEWHERE = [*RESPONSES, *GEMINI, *CONVERSE]
