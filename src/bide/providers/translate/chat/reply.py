"""The answer of a chat completion, read and written. Answers may carry more than is declared here."""

from typing import Any

import msgspec

from bide.providers.translate.answer import Candidate, Reply, Stop, Tokens
from bide.providers.translate.naming import named
from bide.providers.translate.parts import Image, Part, Refusal, Text, ToolCall
from bide.providers.translate.reading import answer_in
from bide.providers.translate.spoke import Options
from bide.providers.translate.untranslatable import UntranslatableError

STOPS = {
    "stop": Stop.END,
    "length": Stop.LENGTH,
    "tool_calls": Stop.TOOLS,
    "content_filter": Stop.FILTERED,
    "function_call": Stop.TOOLS,
}
"""A word that is not here ends an answer as any other would."""

WORDS = {
    Stop.END: "stop",
    Stop.SEQUENCE: "stop",
    Stop.LENGTH: "length",
    Stop.CONTEXT: "length",
    Stop.TOOLS: "tool_calls",
    Stop.FILTERED: "content_filter",
    Stop.REFUSED: "content_filter",
    Stop.PAUSED: "stop",
    Stop.FAILED: "stop",
}

TIERS = {"batch": "default"}
"""OpenAI's batches answer with `default`."""


class _Details(msgspec.Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None


class WireUsage(msgspec.Struct, gc=False):
    """Tokens in OpenAI's words."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None


class _Function(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: str | None = None


class Piece(msgspec.Struct, gc=False):
    """A part of an answer, where a compatible server has parts."""

    type: str
    text: str | None = None


class _Call(msgspec.Struct, gc=False):
    id: str | None = None
    function: _Function | None = None


class _Message(msgspec.Struct, gc=False):
    content: str | list[Piece] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct, gc=False):
    message: _Message
    finish_reason: str | None = None


class _Answer(msgspec.Struct, gc=False):
    choices: list[_Choice]
    id: str = ""
    model: str = ""
    created: float | None = None
    usage: WireUsage | None = None
    service_tier: str | None = None


_decoder = msgspec.json.Decoder(_Answer)
_encode = msgspec.json.Encoder().encode


def read_reply(body: bytes) -> Reply:
    """The answer that this body is.

    Raises:
        UntranslatableError: it is none.
    """
    answer = answer_in(_decoder, body, "chat completion")
    return Reply(
        answer.id,
        answer.model,
        tuple([_candidate(choice) for choice in answer.choices]),
        int(answer.created) if answer.created else None,
        tokens_of(answer.usage),
        answer.service_tier,
    )


def _candidate(choice: _Choice) -> Candidate:
    message = choice.message
    text = text_of(message.content)
    found: list[Part] = [Text(text)] if text else []
    if message.refusal:
        found.append(Refusal(message.refusal))
    found += [
        ToolCall(call.id or "", call.function.name or "", call.function.arguments or "")
        for call in message.tool_calls or ()
        if call.function is not None
    ]
    return Candidate(tuple(found), stop_of(choice.finish_reason, bool(message.refusal), bool(message.tool_calls)))


def text_of(content: str | list[Piece] | None) -> str:
    """The words of an answer. Thoughts that a compatible server has among its parts are not among them."""
    if isinstance(content, list):
        return "".join([piece.text for piece in content if piece.type == "text" and piece.text])
    return content or ""


def stop_of(reason: str | None, is_refused: bool, has_calls: bool) -> Stop | None:
    """Why an answer ended. One that the model declined says `stop`, and has its words in `refusal`; one that ends in a
    call that was demanded by name says `stop` as well.
    """
    if reason is None:
        return None
    stop = STOPS.get(reason, Stop.END)
    if stop is Stop.END and has_calls:
        return Stop.TOOLS
    return Stop.REFUSED if is_refused and stop is Stop.END else stop


def tokens_of(usage: WireUsage | None) -> Tokens | None:
    """Tokens out of OpenAI's words. OpenAI's cache has a lifetime of its own; it is booked as the shorter."""
    if usage is None:
        return None
    before, after = usage.prompt_tokens_details, usage.completion_tokens_details
    return Tokens(
        input=usage.prompt_tokens or 0,
        cached=before.cached_tokens or 0 if before else 0,
        cache_write_5m=before.cache_write_tokens or 0 if before else 0,
        output=usage.completion_tokens or 0,
        reasoning=after.reasoning_tokens or 0 if after else 0,
    )


def write_reply(reply: Reply, options: Options) -> bytes:
    """The body that this answer is. Thoughts have no place in it; they are counted."""
    body: dict[str, Any] = {
        "id": named("chatcmpl-", reply.id),
        "object": "chat.completion",
        "created": options.created if reply.created is None else reply.created,
        "model": reply.model,
        "choices": [_choice(index, candidate) for index, candidate in enumerate(reply.candidates)],
        "service_tier": TIERS.get(reply.tier or "", reply.tier),
    }
    if reply.tokens is not None:
        body["usage"] = usage_of(reply.tokens)
    return _encode(body)


def _choice(index: int, candidate: Candidate) -> dict[str, Any]:
    if any(isinstance(part, Image) for part in candidate.parts):
        raise UntranslatableError("the answer's image", "OpenAI's Chat Completions")
    texts = [part.text for part in candidate.parts if isinstance(part, Text)]
    refusals = [part.text for part in candidate.parts if isinstance(part, Refusal)]
    calls = [
        {"id": part.id, "type": "function", "function": {"name": part.name, "arguments": part.arguments}}
        for part in candidate.parts
        if isinstance(part, ToolCall)
    ]
    message: dict[str, Any] = {
        "role": "assistant",
        "content": "".join(texts) if texts else None,
        "refusal": "".join(refusals) if refusals else None,
        "annotations": [],
    }
    if calls:
        message["tool_calls"] = calls
    return {
        "index": index,
        "message": message,
        "logprobs": None,
        "finish_reason": WORDS[candidate.stop or Stop.END],
    }


def usage_of(tokens: Tokens) -> dict[str, Any]:
    """Tokens in OpenAI's words."""
    return {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "prompt_tokens_details": {
            "cached_tokens": tokens.cached,
            "cache_write_tokens": tokens.cache_write,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {
            "reasoning_tokens": tokens.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
