"""Chat Completions: the answer's shape, whole and as a stream of events."""

from collections.abc import Iterator

import msgspec

from bide.core.usage import Usage
from bide.simulator.answers import Answer
from bide.simulator.exchange import encode

FINGERPRINT = "fp_simulated"

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


class Message(msgspec.Struct):
    role: str
    content: str | None
    refusal: None = None
    annotations: tuple[()] = ()


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


class Delta(msgspec.Struct, omit_defaults=True):
    role: str | None = None
    content: str | None = None


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


def completion(identifier: str, created: int, model: str, answer: Answer, tier: str) -> Completion:
    """The whole answer; `created` is in seconds."""
    return Completion(
        identifier,
        "chat.completion",
        created,
        model,
        [Choice(0, Message("assistant", answer.text), None, finish(answer))],
        usage_of(answer.usage),
        tier,
    )


def events(
    identifier: str, created: int, model: str, answer: Answer, tier: str, *, include_usage: bool
) -> Iterator[bytes]:
    """The same answer as server-sent events. Where usage is asked for, it comes in a last chunk without choices."""
    silent = None if include_usage else msgspec.UNSET

    def chunk(choices: list[ChunkChoice], usage: ChatUsage | msgspec.UnsetType | None = silent) -> bytes:
        made = Chunk(identifier, "chat.completion.chunk", created, model, tier, FINGERPRINT, choices, usage)
        return b"data: %b\n\n" % encode(made)

    yield chunk([ChunkChoice(0, Delta("assistant", ""))])
    for start in range(0, len(answer.text), PIECE):
        yield chunk([ChunkChoice(0, Delta(content=answer.text[start : start + PIECE]))])
    yield chunk([ChunkChoice(0, Delta(), finish_reason=finish(answer))])
    if include_usage:
        yield chunk([], usage_of(answer.usage))
    yield b"data: [DONE]\n\n"


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
