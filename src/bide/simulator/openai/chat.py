"""Chat Completions: the answer's shape, whole and as a stream of events."""

from collections.abc import Iterator

import msgspec

from bide.core.usage import Usage
from bide.simulator.answers import Answer
from bide.simulator.exchange import encode
from bide.simulator.tools import ToolCall

FINGERPRINT = "fp_simulated"

CALLED = "tool_calls"
"""Why an answer ends that is a call."""

PIECE = 16
"""Characters of an answer in one event: about four tokens."""


class PromptDetails(msgspec.Struct):
    cached_tokens: int
    cache_write_tokens: int = 0
    audio_tokens: int = 0


class CompletionDetails(msgspec.Struct):
    reasoning_tokens: int
    audio_tokens: int = 0
    accepted_prediction_tokens: int = 0
    rejected_prediction_tokens: int = 0


class ChatUsage(msgspec.Struct):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails
    completion_tokens_details: CompletionDetails


class Function(msgspec.Struct):
    name: str | msgspec.UnsetType = msgspec.UNSET
    arguments: str = ""


class Call(msgspec.Struct):
    id: str
    function: Function
    type: str = "function"


class Message(msgspec.Struct):
    role: str
    content: str | None
    refusal: None = None
    annotations: tuple[()] = ()
    tool_calls: list[Call] | msgspec.UnsetType = msgspec.UNSET


class Choice(msgspec.Struct):
    index: int
    message: Message
    logprobs: None
    finish_reason: str


class Completion(msgspec.Struct):
    id: str
    object: str
    created: int
    model: str
    choices: list[Choice]
    usage: ChatUsage
    service_tier: str
    system_fingerprint: str = FINGERPRINT


class CallPiece(msgspec.Struct):
    index: int
    function: Function
    id: str | msgspec.UnsetType = msgspec.UNSET
    type: str | msgspec.UnsetType = msgspec.UNSET


class Delta(msgspec.Struct, omit_defaults=True):
    role: str | None = None
    content: str | None = None
    tool_calls: list[CallPiece] | None = None


class ChunkChoice(msgspec.Struct):
    index: int
    delta: Delta
    logprobs: None = None
    finish_reason: str | None = None


class Chunk(msgspec.Struct):
    id: str
    object: str
    created: int
    model: str
    service_tier: str
    system_fingerprint: str
    choices: list[ChunkChoice]
    usage: ChatUsage | msgspec.UnsetType | None = msgspec.UNSET


def completion(
    identifier: str, created: int, model: str, answer: Answer, tier: str, call: ToolCall | None = None
) -> Completion:
    """The whole answer, or the `call` that was demanded; `created` is in seconds."""
    message = Message("assistant", answer.text)
    if call is not None:
        message = Message(
            "assistant", None, tool_calls=[Call(call_id(identifier), Function(call.name, call.arguments))]
        )
    return Completion(
        identifier,
        "chat.completion",
        created,
        model,
        [Choice(0, message, None, finish(answer) if call is None else CALLED)],
        usage_of(answer.usage),
        tier,
    )


def events(
    identifier: str,
    created: int,
    model: str,
    answer: Answer,
    tier: str,
    *,
    include_usage: bool,
    call: ToolCall | None = None,
) -> Iterator[bytes]:
    """The same answer as server-sent events. Where usage is asked for, it comes in a last chunk without choices."""
    silent = None if include_usage else msgspec.UNSET

    def chunk(choices: list[ChunkChoice], usage: ChatUsage | msgspec.UnsetType | None = silent) -> bytes:
        made = Chunk(identifier, "chat.completion.chunk", created, model, tier, FINGERPRINT, choices, usage)
        return b"data: %b\n\n" % encode(made)

    if call is None:
        yield chunk([ChunkChoice(0, Delta("assistant", ""))])
        for start in range(0, len(answer.text), PIECE):
            yield chunk([ChunkChoice(0, Delta(content=answer.text[start : start + PIECE]))])
    else:
        begun = CallPiece(0, Function(call.name), call_id(identifier), "function")
        yield chunk([ChunkChoice(0, Delta("assistant", tool_calls=[begun]))])
        for start in range(0, len(call.arguments), PIECE):
            piece = CallPiece(0, Function(arguments=call.arguments[start : start + PIECE]))
            yield chunk([ChunkChoice(0, Delta(tool_calls=[piece]))])
    yield chunk([ChunkChoice(0, Delta(), finish_reason=finish(answer) if call is None else CALLED)])
    if include_usage:
        yield chunk([], usage_of(answer.usage))
    yield b"data: [DONE]\n\n"


def call_id(identifier: str) -> str:
    """The id of the call that an answer is."""
    return f"call_{identifier.rpartition('-')[2]}"


def finish(answer: Answer) -> str:
    """Why it ended."""
    return "length" if answer.capped else "stop"


def usage_of(usage: Usage) -> ChatUsage:
    """What it consumed, as chat completions tell it."""
    return ChatUsage(
        usage.input,
        usage.output,
        usage.input + usage.output,
        PromptDetails(usage.cached, usage.cache_write),
        CompletionDetails(usage.reasoning),
    )
