"""The answer of Converse, read and written. Answers may carry more than is declared here.

An answer has neither an id nor a model: whoever asked knows them, and says them in the options.
"""

from typing import Any

import msgspec
from msgspec import Raw

from bide.providers.translate.answer import Candidate, Reply, Stop, Tokens
from bide.providers.translate.arguments import object_or_text, text_of
from bide.providers.translate.converse.content import id_of
from bide.providers.translate.parts import Part, Reasoning, Refusal, Text, ToolCall
from bide.providers.translate.reading import answer_in
from bide.providers.translate.spoke import Options
from bide.providers.translate.untranslatable import UntranslatableError

STOPS = {
    "end_turn": Stop.END,
    "tool_use": Stop.TOOLS,
    "max_tokens": Stop.LENGTH,
    "stop_sequence": Stop.SEQUENCE,
    "guardrail_intervened": Stop.FILTERED,
    "content_filtered": Stop.FILTERED,
    "refusal": Stop.REFUSED,
    "malformed_model_output": Stop.FAILED,
    "malformed_tool_use": Stop.FAILED,
    "model_context_window_exceeded": Stop.CONTEXT,
}
"""A word that is not here ends an answer as any other would."""

WORDS = {
    Stop.END: "end_turn",
    Stop.SEQUENCE: "stop_sequence",
    Stop.LENGTH: "max_tokens",
    Stop.CONTEXT: "model_context_window_exceeded",
    Stop.TOOLS: "tool_use",
    Stop.FILTERED: "content_filtered",
    Stop.REFUSED: "content_filtered",
    Stop.PAUSED: "end_turn",
    Stop.FAILED: "malformed_model_output",
}

WRITTEN_TIERS = frozenset({"default", "flex", "priority"})


class _Detail(msgspec.Struct, gc=False, rename="camel"):
    ttl: str = "5m"
    input_tokens: int = 0


class WireUsage(msgspec.Struct, gc=False, rename="camel"):
    """Tokens in AWS's words. `inputTokens` is what no cache had to do with."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    cache_details: list[_Detail] | None = None


class WireTier(msgspec.Struct, gc=False):
    """The tier that served the answer."""

    type: str | None = None


class _ToolUse(msgspec.Struct, gc=False, rename="camel"):
    tool_use_id: str = ""
    name: str = ""
    input: Raw = msgspec.field(default_factory=Raw)
    type: str | None = None


class _ReasoningText(msgspec.Struct, gc=False):
    text: str = ""
    signature: str | None = None


class _Reasoning(msgspec.Struct, gc=False, rename="camel"):
    reasoning_text: _ReasoningText | None = None
    redacted_content: str | None = None


class _Cited(msgspec.Struct, gc=False):
    text: str = ""


class _Citations(msgspec.Struct, gc=False):
    content: list[_Cited] | None = None


class _Block(msgspec.Struct, gc=False, rename="camel"):
    text: str | None = None
    tool_use: _ToolUse | None = None
    reasoning_content: _Reasoning | None = None
    citations_content: _Citations | None = None


class _Message(msgspec.Struct, gc=False):
    content: list[_Block] | None = None


class _Output(msgspec.Struct, gc=False):
    message: _Message | None = None


class _Answer(msgspec.Struct, gc=False, rename="camel"):
    output: _Output
    stop_reason: str | None = None
    usage: WireUsage | None = None
    service_tier: WireTier | None = None


_decoder = msgspec.json.Decoder(_Answer)
_encode = msgspec.json.Encoder().encode


def read_reply(body: bytes) -> Reply:
    """The answer that this body is.

    Raises:
        UntranslatableError: it is none.
    """
    answer = answer_in(_decoder, body, "answer of Converse")
    message = answer.output.message or _Message()
    found = [part for block in message.content or () if (part := _part(block)) is not None]
    tier = answer.service_tier.type if answer.service_tier is not None else None
    candidate = Candidate(tuple(found), stop_of(answer.stop_reason))
    return Reply("", "", (candidate,), tokens=tokens_of(answer.usage), tier=tier_of(tier))


def _part(block: _Block) -> Part | None:
    """None for what the model's own tools did: no request for it was let through."""
    if block.text is not None:
        return Text(block.text)
    if block.citations_content is not None:
        return Text("".join([cited.text for cited in block.citations_content.content or ()]))
    if block.tool_use is not None and block.tool_use.type is None:
        use = block.tool_use
        return ToolCall(use.tool_use_id, use.name, text_of(use.input))
    if block.reasoning_content is not None:
        thought = block.reasoning_content
        if thought.redacted_content is not None:
            return Reasoning("", redacted=thought.redacted_content)
        if thought.reasoning_text is not None:
            return Reasoning(thought.reasoning_text.text, signature=thought.reasoning_text.signature)
    return None


def stop_of(reason: str | None) -> Stop | None:
    """Why an answer ended."""
    return STOPS.get(reason, Stop.END) if reason is not None else None


def tier_of(tier: str | None) -> str | None:
    """The tier in OpenAI's words; what is reserved is what OpenAI calls scale."""
    return "scale" if tier == "reserved" else tier


def tokens_of(usage: WireUsage | None) -> Tokens | None:
    """Tokens out of AWS's words: the whole prompt is three numbers together."""
    if usage is None:
        return None
    cached, written = usage.cache_read_input_tokens or 0, usage.cache_write_input_tokens or 0
    long = sum([detail.input_tokens for detail in usage.cache_details or () if detail.ttl == "1h"])
    written = max(written, long)
    return Tokens(
        input=(usage.input_tokens or 0) + cached + written,
        cached=cached,
        cache_write_5m=written - long,
        cache_write_1h=long,
        output=usage.output_tokens or 0,
    )


def write_reply(reply: Reply, options: Options) -> bytes:
    """The body that this answer is: its first candidate, as no more can have been asked for."""
    candidate = reply.candidates[0] if reply.candidates else Candidate(())
    body: dict[str, Any] = {
        "output": {"message": {"role": "assistant", "content": [_block(part) for part in candidate.parts]}},
        "stopReason": WORDS[candidate.stop or Stop.END],
        "usage": usage_of(reply.tokens or Tokens()),
        "metrics": {"latencyMs": 0},
    }
    if reply.tier in WRITTEN_TIERS:
        body["serviceTier"] = {"type": reply.tier}
    return _encode(body)


def _block(part: Part) -> dict[str, Any]:
    match part:
        case Text() | Refusal():
            return {"text": part.text}
        case ToolCall():
            arguments = object_or_text(part.arguments)
            return {"toolUse": {"toolUseId": id_of(part.id), "name": part.name, "input": arguments}}
        case Reasoning(redacted=str(sealed)):
            return {"reasoningContent": {"redactedContent": sealed}}
        case Reasoning():
            signature = {"signature": part.signature} if part.signature else {}
            return {"reasoningContent": {"reasoningText": {"text": part.text, **signature}}}
        case _:
            raise UntranslatableError(f"the answer's {part.kind}", "AWS Bedrock's Converse")


def usage_of(tokens: Tokens) -> dict[str, Any]:
    """Tokens in AWS's words."""
    usage: dict[str, Any] = {
        "inputTokens": tokens.input - tokens.cached - tokens.cache_write,
        "outputTokens": tokens.output,
        "totalTokens": tokens.input + tokens.output,
        "cacheReadInputTokens": tokens.cached,
        "cacheWriteInputTokens": tokens.cache_write,
    }
    details = [
        {"ttl": ttl, "inputTokens": written}
        for ttl, written in (("1h", tokens.cache_write_1h), ("5m", tokens.cache_write_5m))
        if written
    ]
    return {**usage, "cacheDetails": details} if details else usage
