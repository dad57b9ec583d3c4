"""An answer of Converse, whole and as an event stream, and the event stream of a model's own events."""

import base64
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from bide.core.usage import Usage
from bide.simulator.answers import Answer
from bide.simulator.exchange import encode

PIECE = 16
"""Characters of an answer in one event: about four tokens."""

STRING = 7
"""The kind of a header's value that is text."""

PADDING = "abcdefghijklmnopqrstuvwxyz"
"""Stands beside the bytes of a chunk, in varying length, so that nobody reads an answer off the lengths of its frames."""


def converse(answer: Answer, tier: str, latency: int) -> dict[str, object]:
    """The whole answer; `latency` is in milliseconds. There is neither an id nor a model in it."""
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": answer.text}]}},
        "stopReason": _reason(answer),
        "usage": _usage(answer.usage),
        "metrics": {"latencyMs": latency},
        "serviceTier": {"type": tier},
    }


def events(answer: Answer, tier: str, latency: int) -> Iterator[bytes]:
    """The same answer as frames of AWS's event stream."""
    yield _frame("messageStart", {"role": "assistant"})
    for start in range(0, len(answer.text), PIECE):
        piece = answer.text[start : start + PIECE]
        yield _frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}})
    yield _frame("contentBlockStop", {"contentBlockIndex": 0})
    yield _frame("messageStop", {"stopReason": _reason(answer)})
    tail = {"usage": _usage(answer.usage), "metrics": {"latencyMs": latency}, "serviceTier": {"type": tier}}
    yield _frame("metadata", tail)


def chunks(sent: Iterable[bytes], usage: Usage, first: int, latency: int) -> Iterator[bytes]:
    """Server-sent events of Anthropic's as frames, the last one with AWS's metrics; times are in milliseconds.

    What keeps a connection open elsewhere (`ping`) is not sent.
    """
    for number, event in enumerate(sent):
        name, data = event.split(b"\n", 2)[:2]
        if name == b"event: ping":
            continue
        payload = data.removeprefix(b"data: ")
        if name == b"event: message_stop":
            metrics = {
                "inputTokenCount": usage.input - usage.cached - usage.cache_write,
                "outputTokenCount": usage.output,
                "invocationLatency": latency,
                "firstByteLatency": first,
            }
            payload = encode({**msgspec.json.decode(payload), "amazon-bedrock-invocationMetrics": metrics})
        yield _frame("chunk", {"bytes": base64.b64encode(payload).decode(), "p": PADDING[: 1 + number % 26]})


def _frame(event: str, payload: Mapping[str, object]) -> bytes:
    head = b""
    for name, value in ((":event-type", event), (":content-type", "application/json"), (":message-type", "event")):
        head += struct.pack(f">B{len(name)}sBH", len(name), name.encode(), STRING, len(value)) + value.encode()
    body = encode(payload)
    prelude = struct.pack(">II", len(head) + len(body) + 16, len(head))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + body
    return message + struct.pack(">I", zlib.crc32(message))


def _reason(answer: Answer) -> str:
    return "max_tokens" if answer.capped else "end_turn"


def _usage(usage: Usage) -> dict[str, int]:
    """Input counts what neither came from the cache nor went into it."""
    return {
        "inputTokens": usage.input - usage.cached - usage.cache_write,
        "outputTokens": usage.output,
        "totalTokens": usage.input + usage.output,
        "cacheReadInputTokens": usage.cached,
        "cacheWriteInputTokens": usage.cache_write,
    }
