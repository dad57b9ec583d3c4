"""The answer of a Messages request, read and written. Answers may carry more than is declared here."""

from typing import Any

import msgspec
from msgspec import Raw

from bide.providers.translate.answer import Candidate, Reply, Stop, Tokens
from bide.providers.translate.arguments import object_or_text, text_of
from bide.providers.translate.naming import named
from bide.providers.translate.parts import Part, Reasoning, Refusal, Text, ToolCall
from bide.providers.translate.reading import answer_in
from bide.providers.translate.spoke import Options
from bide.providers.translate.untranslatable import UntranslatableError

STOPS = {
    "end_turn": Stop.END,
    "max_tokens": Stop.LENGTH,
    "stop_sequence": Stop.SEQUENCE,
    "tool_use": Stop.TOOLS,
    "pause_turn": Stop.PAUSED,
    "refusal": Stop.REFUSED,
    "model_context_window_exceeded": Stop.CONTEXT,
}
"""A word that is not here ends an answer as any other would."""

WORDS = {
    Stop.END: "end_turn",
    Stop.SEQUENCE: "stop_sequence",
    Stop.LENGTH: "max_tokens",
    Stop.CONTEXT: "model_context_window_exceeded",
    Stop.TOOLS: "tool_use",
    Stop.FILTERED: "refusal",
    Stop.REFUSED: "refusal",
    Stop.PAUSED: "pause_turn",
    Stop.FAILED: "end_turn",
}

TIERS = {"standard": "default"}
"""Anthropic's words that are not OpenAI's."""

FAST = "fast"
"""The ``speed`` that has a price of its own."""

WRITTEN_TIERS = {"default": "standard", "priority": "priority", "batch": "batch"}


class _Written(msgspec.Struct, gc=False):
    ephemeral_5m_input_tokens: int = 0
    ephemeral_1h_input_tokens: int = 0


class _Details(msgspec.Struct, gc=False):
    thinking_tokens: int | None = None


class WireUsage(msgspec.Struct, gc=False):
    """Tokens in Anthropic's words. `input_tokens` is what no cache had to do with."""

    input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation: _Written | None = None
    output_tokens: int | None = None
    output_tokens_details: _Details | None = None
    service_tier: str | None = None
    speed: str | None = None


class Block(msgspec.Struct, gc=False):
    """Any block of an answer; which fields it has goes by its type."""

    type: str
    text: str = ""
    thinking: str = ""
    signature: str = ""
    data: str = ""
    id: str = ""
    name: str = ""
    input: Raw = msgspec.field(default_factory=Raw)


class Details(msgspec.Struct, gc=False):
    """Why the model declined."""

    explanation: str | None = None


class _Answer(msgspec.Struct, gc=False):
    content: list[Block]
    id: str = ""
    model: str = ""
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: Details | None = None
    usage: WireUsage | None = None


_decoder = msgspec.json.Decoder(_Answer)
_encode = msgspec.json.Encoder().encode


def read_reply(body: bytes) -> Reply:
    """The answer that this body is.

    Raises:
        UntranslatableError: it is none.
    """
    answer = answer_in(_decoder, body, "message")
    found = [part for block in answer.content if (part := _part(block)) is not None]
    if answer.stop_details is not None and answer.stop_details.explanation:
        found.append(Refusal(answer.stop_details.explanation))
    usage = answer.usage
    return Reply(
        answer.id,
        answer.model,
        (Candidate(tuple(found), stop_of(answer.stop_reason), answer.stop_sequence),),
        tokens=tokens_of(usage),
        tier=tier_of(usage),
    )


def _part(block: Block) -> Part | None:
    """None for what the provider's own tools did: it is in the text that follows, and no request for it was let through."""
    match block.type:
        case "text":
            return Text(block.text)
        case "tool_use":
            return ToolCall(block.id, block.name, text_of(block.input))
        case "thinking":
            return Reasoning(block.thinking, signature=block.signature)
        case "redacted_thinking":
            return Reasoning("", redacted=block.data)
        case _:
            return None


def stop_of(reason: str | None) -> Stop | None:
    """Why an answer ended."""
    return STOPS.get(reason, Stop.END) if reason is not None else None


def tier_of(usage: WireUsage | None) -> str | None:
    """The tier that served the answer, in OpenAI's words or `batch`. Fast mode is named elsewhere, and goes before it."""
    if usage is not None and usage.speed == FAST:
        return FAST
    if usage is None or usage.service_tier is None:
        return None
    return TIERS.get(usage.service_tier, usage.service_tier)


def tokens_of(usage: WireUsage | None) -> Tokens | None:
    """Tokens out of Anthropic's words: the whole prompt is three numbers together."""
    if usage is None:
        return None
    cached, written = usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0
    short, long = 0, 0
    if usage.cache_creation is not None:
        short, long = usage.cache_creation.ephemeral_5m_input_tokens, usage.cache_creation.ephemeral_1h_input_tokens
    written = max(written, short + long)
    return Tokens(
        input=(usage.input_tokens or 0) + cached + written,
        cached=cached,
        cache_write_5m=written - long,
        cache_write_1h=long,
        output=usage.output_tokens or 0,
        reasoning=(usage.output_tokens_details.thinking_tokens or 0) if usage.output_tokens_details else 0,
    )


def write_reply(reply: Reply, options: Options) -> bytes:
    """The body that this answer is: its first candidate, as no more can have been asked for."""
    candidate = reply.candidates[0] if reply.candidates else Candidate(())
    stop = candidate.stop or Stop.END
    refusals = [part.text for part in candidate.parts if isinstance(part, Refusal)]
    return _encode(
        {
            "id": named("msg_", reply.id),
            "type": "message",
            "role": "assistant",
            "model": reply.model,
            "content": [_block(part) for part in candidate.parts if not isinstance(part, Refusal)]
            + [text_block(text) for text in refusals],
            "stop_reason": WORDS[stop],
            "stop_sequence": candidate.stop_sequence,
            "stop_details": details_of(stop, "".join(refusals) or None),
            "usage": usage_of(reply.tokens or Tokens(), reply.tier),
            "container": None,
            "diagnostics": None,
        }
    )


def details_of(stop: Stop, explanation: str | None) -> dict[str, Any] | None:
    """What is told of an answer that the model declined."""
    if WORDS[stop] != "refusal":
        return None
    return {"type": "refusal", "category": None, "explanation": explanation}


def _block(part: Part) -> dict[str, Any]:
    match part:
        case ToolCall():
            return call_block(part.id, part.name, object_or_text(part.arguments))
        case Reasoning(redacted=str(sealed)):
            return {"type": "redacted_thinking", "data": sealed}
        case Reasoning():
            return {"type": "thinking", "thinking": part.text, "signature": part.signature or ""}
        case Text():
            return text_block(part.text)
        case _:
            raise UntranslatableError(f"the answer's {part.kind}", "Anthropic's Messages")


def text_block(text: str) -> dict[str, Any]:
    """A text."""
    return {"type": "text", "text": text, "citations": None}


def call_block(id_: str, name: str, arguments: Any) -> dict[str, Any]:
    """A call, which the model made itself."""
    return {
        "type": "tool_use",
        "id": id_,
        "name": name,
        "input": arguments,
        "caller": {"type": "direct"},
        "toolset_name": None,
    }


def usage_of(tokens: Tokens, tier: str | None) -> dict[str, Any]:
    """Tokens in Anthropic's words."""
    return {
        "input_tokens": tokens.input - tokens.cached - tokens.cache_write,
        "cache_creation_input_tokens": tokens.cache_write,
        "cache_read_input_tokens": tokens.cached,
        "cache_creation": {
            "ephemeral_5m_input_tokens": tokens.cache_write_5m,
            "ephemeral_1h_input_tokens": tokens.cache_write_1h,
        },
        "output_tokens": tokens.output,
        "output_tokens_details": {"thinking_tokens": tokens.reasoning},
        "server_tool_use": None,
        "inference_geo": None,
        "service_tier": WRITTEN_TIERS.get(tier) if tier is not None else None,
        "speed": None,
    }
