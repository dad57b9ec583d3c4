"""A message: the answer's shape, whole and as a stream of events."""

from collections.abc import Iterator

import msgspec
from msgspec import Raw

from bide.core.usage import Usage
from bide.simulator.answers import Answer
from bide.simulator.exchange import encode
from bide.simulator.tools import ToolCall

PIECE = 16
"""Characters of an answer in one event: about four tokens."""


AT_FIRST = ("cache_creation", "service_tier", "inference_geo")
"""What a stream tells of its usage when it begins, and not again."""


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


class ToolUse(msgspec.Struct):
    id: str
    name: str
    input: Raw
    type: str = "tool_use"
    caller: dict[str, str] = msgspec.field(default_factory=lambda: {"type": "direct"})


class Message(msgspec.Struct, kw_only=True):
    id: str
    type: str = "message"
    role: str = "assistant"
    model: str
    content: list[Text | ToolUse]
    stop_reason: str | None
    stop_sequence: None = None
    stop_details: None = None
    container: None = None
    usage: MessageUsage


def message(key: str, model: str, answer: Answer, tier: str, call: ToolCall | None = None) -> Message:
    """The whole answer, or the `call` that was demanded; `key` makes its id, `tier` is ``standard`` or ``batch``."""
    return Message(
        id=f"msg_{key}",
        model=model,
        content=[Text(answer.text) if call is None else _use(key, call.name, call.arguments)],
        stop_reason=_reason(answer, call),
        usage=_usage(answer.usage, answer.usage.output, tier),
    )


def events(key: str, model: str, answer: Answer, tier: str, call: ToolCall | None = None) -> Iterator[bytes]:
    """The same answer as named server-sent events, with a ping in between."""
    usage = answer.usage
    head = Message(id=f"msg_{key}", model=model, content=[], stop_reason=None, usage=_usage(usage, 1, tier))
    yield _event("message_start", message=head)
    block = Text("") if call is None else _use(key, call.name, "{}")
    yield _event("content_block_start", index=0, content_block=block)
    yield _event("ping")
    kind, field, told = (
        ("text_delta", "text", answer.text) if call is None else ("input_json_delta", "partial_json", call.arguments)
    )
    for start in range(0, len(told), PIECE):
        delta = {"type": kind, field: told[start : start + PIECE]}
        yield _event("content_block_delta", index=0, delta=delta)
    yield _event("content_block_stop", index=0)
    told_at_last = _usage(usage, usage.output, tier)
    yield _event(
        "message_delta",
        delta={"stop_reason": _reason(answer, call), "stop_sequence": None, "stop_details": None, "container": None},
        usage={name: value for name, value in msgspec.structs.asdict(told_at_last).items() if name not in AT_FIRST},
    )
    yield _event("message_stop")


def _event(name: str, **fields: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), encode({"type": name, **fields}))


def _use(key: str, name: str, arguments: str) -> ToolUse:
    return ToolUse(f"toolu_{key}", name, Raw(arguments.encode()))


def _reason(answer: Answer, call: ToolCall | None) -> str:
    if call is not None:
        return "tool_use"
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
