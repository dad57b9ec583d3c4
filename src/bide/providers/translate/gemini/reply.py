"""The answer of generateContent, read and written. Answers may carry more than is declared here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Raw

from bide.providers.translate.answer import Candidate, Reply, Stop, Tokens
from bide.providers.translate.arguments import object_or_text, text_of
from bide.providers.translate.gemini.calls import answer_id, id_of, own_id, signature_of
from bide.providers.translate.parts import Image, Part, Reasoning, Refusal, Text, ToolCall
from bide.providers.translate.reading import answer_in
from bide.providers.translate.spoke import Options
from bide.providers.translate.untranslatable import UntranslatableError

STOPS = {
    "STOP": Stop.END,
    "MAX_TOKENS": Stop.LENGTH,
    "SAFETY": Stop.FILTERED,
    "RECITATION": Stop.FILTERED,
    "LANGUAGE": Stop.FILTERED,
    "BLOCKLIST": Stop.FILTERED,
    "PROHIBITED_CONTENT": Stop.FILTERED,
    "SPII": Stop.FILTERED,
    "MODEL_ARMOR": Stop.FILTERED,
    "ESCALATION": Stop.FILTERED,
    "IMAGE_SAFETY": Stop.FILTERED,
    "IMAGE_PROHIBITED_CONTENT": Stop.FILTERED,
    "IMAGE_RECITATION": Stop.FILTERED,
    "IMAGE_OTHER": Stop.FAILED,
    "NO_IMAGE": Stop.FAILED,
    "OTHER": Stop.FAILED,
    "MALFORMED_FUNCTION_CALL": Stop.FAILED,
    "UNEXPECTED_TOOL_CALL": Stop.FAILED,
    "TOO_MANY_TOOL_CALLS": Stop.FAILED,
    "MISSING_THOUGHT_SIGNATURE": Stop.FAILED,
    "MALFORMED_RESPONSE": Stop.FAILED,
    "CONTINUATION": Stop.PAUSED,
}
"""A word that is not here ends an answer as any other would."""

WORDS = {
    Stop.END: "STOP",
    Stop.SEQUENCE: "STOP",
    Stop.LENGTH: "MAX_TOKENS",
    Stop.CONTEXT: "MAX_TOKENS",
    Stop.TOOLS: "STOP",
    Stop.FILTERED: "PROHIBITED_CONTENT",
    Stop.REFUSED: "SAFETY",
    Stop.PAUSED: "CONTINUATION",
    Stop.FAILED: "OTHER",
}

TIERS = {
    "ON_DEMAND": "default",
    "ON_DEMAND_FLEX": "flex",
    "ON_DEMAND_PRIORITY": "priority",
    "PROVISIONED_THROUGHPUT": "scale",
}
"""By `trafficType`, which Vertex AI tells."""

TRAFFIC = {tier: traffic for traffic, tier in TIERS.items()}


class WireUsage(msgspec.Struct, gc=False, rename="camel"):
    """Tokens in Google's words. Thoughts are not among the candidates' tokens, and are paid for as they are."""

    prompt_token_count: int | None = None
    cached_content_token_count: int | None = None
    candidates_token_count: int | None = None
    thoughts_token_count: int | None = None
    tool_use_prompt_token_count: int | None = None
    traffic_type: str | None = None


class _Call(msgspec.Struct, gc=False):
    name: str | None = None
    id: str | None = None
    args: Raw = msgspec.field(default_factory=Raw)


class _Blob(msgspec.Struct, gc=False, rename="camel"):
    mime_type: str | None = None
    data: str = ""


class WirePart(msgspec.Struct, gc=False, rename="camel"):
    """Any part of an answer."""

    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: _Call | None = None
    inline_data: _Blob | None = None


class _Content(msgspec.Struct, gc=False):
    parts: list[WirePart] | None = None


class WireCandidate(msgspec.Struct, gc=False, rename="camel"):
    """One of the answers, or a piece of it."""

    content: _Content | None = None
    finish_reason: str | None = None
    index: int | None = None


class Feedback(msgspec.Struct, gc=False, rename="camel"):
    """Why a prompt has no answer."""

    block_reason: str | None = None
    block_reason_message: str | None = None


class Answer(msgspec.Struct, gc=False, rename="camel"):
    """An answer, or a piece of it."""

    candidates: list[WireCandidate] | None = None
    prompt_feedback: Feedback | None = None
    usage_metadata: WireUsage | None = None
    model_version: str | None = None
    response_id: str | None = None
    create_time: datetime | None = None


_decoder = msgspec.json.Decoder(Answer)
_encode = msgspec.json.Encoder().encode


def read_reply(body: bytes) -> Reply:
    """The answer that this body is.

    Raises:
        UntranslatableError: it is none.
    """
    answer = answer_in(_decoder, body, "answer of generateContent")
    if answer.candidates is None and answer.prompt_feedback is None and answer.usage_metadata is None:
        raise UntranslatableError("answer", remedy="it is no answer of generateContent (it has no candidates)")
    made = answer_id(answer.response_id, body)
    found = sorted(answer.candidates or (), key=lambda candidate: candidate.index or 0)
    candidates = [_candidate(candidate, made) for candidate in found]
    blocked = refusal_of(answer.prompt_feedback)
    if not candidates:  # without a reason it came to nothing
        candidates.append(
            Candidate((), Stop.FAILED) if blocked is None else Candidate((Refusal(blocked),), Stop.FILTERED)
        )
    usage = answer.usage_metadata
    return Reply(
        answer.response_id or "",
        answer.model_version or "",
        tuple(candidates),
        int(answer.create_time.timestamp()) if answer.create_time is not None else None,
        tokens_of(usage),
        tier_of(usage),
    )


def refusal_of(feedback: Feedback | None) -> str | None:
    """Why the prompt was blocked, or None where it was not."""
    if feedback is None or feedback.block_reason is None:
        return None
    return feedback.block_reason_message or f"The prompt was blocked: {feedback.block_reason}."


def _candidate(candidate: WireCandidate, made: str) -> Candidate:
    found: list[Part] = []
    calls = 0
    for part in (candidate.content.parts or ()) if candidate.content is not None else ():
        if part.function_call is not None:
            call = part.function_call
            id_ = id_of(call.id, calls, _of_candidate(made, candidate.index or 0), part.thought_signature)
            found.append(ToolCall(id_, call.name or "", arguments_of(part)))
            calls += 1
        elif part.inline_data is not None:
            found.append(Image("", part.inline_data.mime_type, part.inline_data.data))
        elif part.text:
            found.append(Reasoning(part.text) if part.thought else Text(part.text))
    return Candidate(tuple(found), stop_of(candidate.finish_reason, bool(calls)))


def _of_candidate(made: str, index: int) -> str:
    return f"{made}_{index}" if index else made


def arguments_of(part: WirePart) -> str:
    """A call's arguments as text."""
    return text_of(part.function_call.args) if part.function_call is not None else "{}"


def stop_of(reason: str | None, has_calls: bool) -> Stop | None:
    """Why an answer ended. One that ends in calls says `STOP` as any other."""
    if reason is None:
        return None
    stop = STOPS.get(reason, Stop.END)
    return Stop.TOOLS if has_calls and stop is Stop.END else stop


def tier_of(usage: WireUsage | None) -> str | None:
    """The tier that served the answer, in OpenAI's words, where it is told."""
    return TIERS.get(usage.traffic_type) if usage is not None and usage.traffic_type is not None else None


def tokens_of(usage: WireUsage | None) -> Tokens | None:
    """Tokens out of Google's words. Whether a cache was written is not told: it costs nothing."""
    if usage is None:
        return None
    thoughts = usage.thoughts_token_count or 0
    return Tokens(
        input=(usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0),
        cached=usage.cached_content_token_count or 0,
        output=(usage.candidates_token_count or 0) + thoughts,
        reasoning=thoughts,
    )


def write_reply(reply: Reply, options: Options) -> bytes:
    """The body that this answer is."""
    body: dict[str, Any] = {
        "candidates": [
            {
                "content": {"role": "model", "parts": parts_of(candidate.parts)},
                "finishReason": WORDS[candidate.stop or Stop.END],
                "index": index,
            }
            for index, candidate in enumerate(reply.candidates)
        ]
    }
    if reply.tokens is not None:
        body["usageMetadata"] = usage_of(reply.tokens, reply.tier)
    return _encode({**body, "modelVersion": reply.model, "responseId": reply.id})


def parts_of(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """What an answer is made of."""
    written: list[dict[str, Any]] = []
    for part in parts:
        match part:
            case Text() | Refusal():
                written.append({"text": part.text})
            case Reasoning(text=""):
                pass  # sealed: it could be opened by another provider only
            case Reasoning():
                written.append({"text": part.text, "thought": True})
            case ToolCall():
                function = {"id": own_id(part.id), "name": part.name, "args": object_or_text(part.arguments)}
                signature = signature_of(part)
                written.append({"functionCall": function, **({"thoughtSignature": signature} if signature else {})})
            case Image():
                written.append({"inlineData": {"mimeType": part.media_type, "data": part.data}})
            case _:
                raise UntranslatableError(f"the answer's {part.kind}", "Google's generateContent")
    return written


def usage_of(tokens: Tokens, tier: str | None) -> dict[str, Any]:
    """Tokens in Google's words."""
    usage: dict[str, Any] = {
        "promptTokenCount": tokens.input,
        "candidatesTokenCount": tokens.output - tokens.reasoning,
        "totalTokenCount": tokens.input + tokens.output,
        "cachedContentTokenCount": tokens.cached,
        "thoughtsTokenCount": tokens.reasoning,
    }
    if tier in TRAFFIC:
        usage["trafficType"] = TRAFFIC[tier]
    return usage
