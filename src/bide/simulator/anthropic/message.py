"""A message: the answer's shape, whole and as a stream of events."""

from collections.abc import Iterator

import msgspec

from bide.core.usage import Usage
from bide.simulator.answers import Answer
from bide.simulator.exchange import encode

PIECE = 16
"""Characters of an answer in one event: about four tokens."""


class CacheCreation(msgspec.Struct):
    ephemeral_5m_input_tokens: int = 0
    ephemeral_1h_input_tokens: int = 0


class OutputDetails(msgspec.Struct):
    thinking_tokens: int = 0


class MessageUsage(msgspec.Struct, kw_only=True):
    input_tokens: int
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    cache_creation: CacheCreation
    output_tokens: int
    output_tokens_details: OutputDetails
    server_tool_use: None = None
    service_tier: str
    inference_geo: str = "not_available"


class Text(msgspec.Struct):
    text: str
    type: str = "text"
    citations: None = None


class Message(msgspec.Struct, kw_only=True):
    id: str
    type: str = "message"
    role: str = "assistant"
    model: str
    content: list[Text]
    stop_reason: str | None
    stop_sequence: None = None
    stop_details: None = None
    container: None = None
    usage: MessageUsage


def message(key: str, model: str, answer: Answer, tier: str) -> Message:
    """The whole answer; `key` makes its id, `tier` is ``standard`` or ``batch``."""
    return Message(
        id=f"msg_{key}",
        model=model,
        content=[Text(answer.text)],
        stop_reason=_reason(answer),
        usage=_usage(answer.usage, answer.usage.output, tier),
    )


def events(key: str, model: str, answer: Answer, tier: str) -> Iterator[bytes]:
    """The same answer as named server-sent events, with a ping in between."""
    usage = answer.usage
    head = Message(id=f"msg_{key}", model=model, content=[], stop_reason=None, usage=_usage(usage, 1, tier))
    yield _event("message_start", message=head)
    yield _event("content_block_start", index=0, content_block=Text(""))
    yield _event("ping")
    for start in range(0, len(answer.text), PIECE):
        delta = {"type": "text_delta", "text": answer.text[start : start + PIECE]}
        yield _event("content_block_delta", index=0, delta=delta)
    yield _event("content_block_stop", index=0)
    yield _event(
        "message_delta",
        delta={"stop_reason": _reason(answer), "stop_sequence": None, "stop_details": None, "container": None},
        usage=_usage(usage, usage.output, tier),
    )
    yield _event("message_stop")


def _event(name: str, **fields: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), encode({"type": name, **fields}))


def _reason(answer: Answer) -> str:
    return "max_tokens" if answer.capped else "end_turn"


def _usage(usage: Usage, output: int, tier: str) -> MessageUsage:
    """Input counts what neither came from the cache nor went into it; output is cumulative in a stream."""
    return MessageUsage(
        input_tokens=usage.input - usage.cached - usage.cache_write,
        cache_creation_input_tokens=usage.cache_write,
        cache_read_input_tokens=usage.cached,
        cache_creation=CacheCreation(usage.cache_write - usage.cache_write_1h, usage.cache_write_1h),
        output_tokens=output,
        output_tokens_details=OutputDetails(min(output, usage.reasoning)),
        service_tier=tier,
    )
