"""The answer of a Responses request, read and written. Answers may carry more than is declared here."""

from collections.abc import Iterable
from typing import Any

import msgspec

from bide.providers.translate.answer import Candidate, Reply, Stop, Tokens
from bide.providers.translate.naming import named
from bide.providers.translate.parts import Part, Reasoning, Refusal, Text, ToolCall
from bide.providers.translate.reading import answer_in
from bide.providers.translate.responses.echo import echo
from bide.providers.translate.spoke import Options
from bide.providers.translate.untranslatable import UntranslatableError

REASONS = {"max_output_tokens": Stop.LENGTH, "content_filter": Stop.FILTERED}
"""Why an answer is incomplete; a word that is not here is a pause."""

INCOMPLETE = {
    Stop.LENGTH: "max_output_tokens",
    Stop.CONTEXT: "max_output_tokens",
    Stop.FILTERED: "content_filter",
    Stop.PAUSED: "max_messages",
}

TIERS = {"batch": "default"}
"""OpenAI's batches answer with `default`."""

SEALED = "thought"
"""How ids of thoughts begin that another provider has signed: OpenAI's own begin otherwise."""

REDACTED = "redacted"
"""The same of thoughts that it shows in sealed form only. Signed ones may be without words as well."""


class _Before(msgspec.Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _After(msgspec.Struct, gc=False):
    reasoning_tokens: int | None = None


class WireUsage(msgspec.Struct, gc=False):
    """Tokens in the words of Responses."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    input_tokens_details: _Before | None = None
    output_tokens_details: _After | None = None


class _Content(msgspec.Struct, gc=False):
    type: str = ""
    text: str = ""
    refusal: str = ""


class Item(msgspec.Struct, gc=False):
    """Any item of an answer; which fields it has goes by its type."""

    type: str
    content: list[_Content] | None = None
    summary: list[_Content] | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None


class Failed(msgspec.Struct, gc=False):
    """Why an answer failed."""

    code: str | None = None
    message: str | None = None


class _Incomplete(msgspec.Struct, gc=False):
    reason: str | None = None


class Answer(msgspec.Struct, gc=False):
    """An answer, at its beginning or at its end."""

    output: list[Item] | None = None
    id: str = ""
    model: str = ""
    created_at: float | None = None
    status: str | None = None
    error: Failed | None = None
    incomplete_details: _Incomplete | None = None
    usage: WireUsage | None = None
    service_tier: str | None = None


_decoder = msgspec.json.Decoder(Answer)
_encode = msgspec.json.Encoder().encode


def read_reply(body: bytes) -> Reply:
    """The answer that this body is. One that failed has `Stop.FAILED`.

    Raises:
        UntranslatableError: it is none.
    """
    answer = answer_in(_decoder, body, "response")
    if answer.output is None:
        raise UntranslatableError("answer", remedy="it is no response (it has no output)")
    found = [part for item in answer.output for part in _parts(item)]
    return Reply(
        answer.id,
        answer.model,
        (Candidate(tuple(found), stop_of(answer)),),
        int(answer.created_at) if answer.created_at else None,
        tokens_of(answer.usage),
        answer.service_tier,
    )


def _parts(item: Item) -> list[Part]:
    """None for what OpenAI's own tools did: it is in the text that follows, and no request for it was let through."""
    match item.type:
        case "message":
            return [
                Refusal(part.refusal) if part.type == "refusal" else Text(part.text)
                for part in item.content or ()
                if part.type in ("refusal", "output_text")
            ]
        case "function_call":
            return [ToolCall(item.call_id or "", item.name or "", item.arguments or "")]
        case "reasoning":
            text = "\n\n".join([part.text for part in item.summary or item.content or ()])
            return [Reasoning(text)] if text else []  # what seals it is of use to OpenAI alone
        case _:
            return []


def stop_of(answer: Answer) -> Stop | None:
    """Why an answer ended."""
    match answer.status:
        case "completed":
            output = answer.output or ()
            if any(item.type == "function_call" for item in output):
                return Stop.TOOLS
            is_refused = any(part.type == "refusal" for item in output for part in item.content or ())
            return Stop.REFUSED if is_refused else Stop.END
        case "incomplete":
            reason = answer.incomplete_details.reason if answer.incomplete_details is not None else None
            return REASONS.get(reason or "", Stop.PAUSED)
        case "failed" | "cancelled":
            return Stop.FAILED
        case _:
            return None


def tokens_of(usage: WireUsage | None) -> Tokens | None:
    """Tokens out of OpenAI's words. OpenAI's cache has a lifetime of its own; it is booked as the shorter."""
    if usage is None:
        return None
    before, after = usage.input_tokens_details, usage.output_tokens_details
    return Tokens(
        input=usage.input_tokens or 0,
        cached=before.cached_tokens or 0 if before else 0,
        cache_write_5m=before.cache_write_tokens or 0 if before else 0,
        output=usage.output_tokens or 0,
        reasoning=after.reasoning_tokens or 0 if after else 0,
    )


def write_reply(reply: Reply, options: Options) -> bytes:
    """The body that this answer is: its first candidate, as no more can have been asked for."""
    candidate = reply.candidates[0] if reply.candidates else Candidate(())
    stop = candidate.stop or Stop.END
    items = items_of(candidate.parts, reply.id)
    created = options.created if reply.created is None else reply.created
    return _encode(response(reply.id, reply.model, created, items, stop, reply.tokens, reply.tier, options.asked))


def response(
    id_: str,
    model: str,
    created: int,
    items: list[dict[str, Any]],
    stop: Stop | None,
    tokens: Tokens | None = None,
    tier: str | None = None,
    asked: bytes = b"",
) -> dict[str, Any]:
    """A response; without `stop` it is in progress. Nobody keeps it, so it says that it is not stored."""
    reason = INCOMPLETE.get(stop) if stop is not None else None
    status = "in_progress" if stop is None else "incomplete" if reason else "completed"
    error = None
    if stop is Stop.FAILED:
        status, error = "failed", {"code": "server_error", "message": "The provider could not complete its answer."}
    return {
        "id": named("resp_", id_),
        "object": "response",
        "created_at": created,
        "completed_at": created if status == "completed" else None,
        "status": status,
        "background": False,
        "error": error,
        "incomplete_details": {"reason": reason} if reason else None,
        **echo(asked),
        "model": model,
        "output": items,
        "service_tier": "auto" if stop is None else TIERS.get(tier or "", tier or "default"),
        "store": False,
        "usage": usage_of(tokens) if tokens is not None else None,
    }


def items_of(parts: Iterable[Part], id_: str) -> list[dict[str, Any]]:
    """What an answer is made of; texts that follow one another are one message."""
    items: list[dict[str, Any]] = []
    for part in parts:
        number = len(items)
        match part:
            case Text() | Refusal():
                if not items or items[-1]["type"] != "message":
                    items.append(message(f"msg_{id_}_{number}"))
                items[-1]["content"].append(content(part))
            case ToolCall():
                items.append(call(f"fc_{id_}_{number}", part.id, part.name, part.arguments))
            case Reasoning():
                kind = SEALED if part.redacted is None else REDACTED
                items.append(thought(f"{kind}_{id_}_{number}", part.text, part.signature or part.redacted))
            case _:
                raise UntranslatableError(f"the answer's {part.kind}", "OpenAI's Responses")
    return items


def message(id_: str, status: str = "completed") -> dict[str, Any]:
    """A message without its content."""
    return {"type": "message", "id": id_, "status": status, "role": "assistant", "content": []}


def content(part: Text | Refusal) -> dict[str, Any]:
    """A piece of a message."""
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    return {"type": "output_text", "text": part.text, "annotations": [], "logprobs": []}


def call(id_: str, call_id: str, name: str, arguments: str, status: str = "completed") -> dict[str, Any]:
    """A call."""
    return {
        "type": "function_call",
        "id": id_,
        "call_id": call_id,
        "name": name,
        "arguments": arguments,
        "status": status,
    }


def thought(id_: str, text: str, sealed: str | None) -> dict[str, Any]:
    """Thoughts."""
    summary = [{"type": "summary_text", "text": text}] if text else []
    return {
        "type": "reasoning",
        "id": id_,
        "summary": summary,
        **({"encrypted_content": sealed} if sealed is not None else {}),
    }


def usage_of(tokens: Tokens) -> dict[str, Any]:
    """Tokens in OpenAI's words."""
    return {
        "input_tokens": tokens.input,
        "input_tokens_details": {"cached_tokens": tokens.cached, "cache_write_tokens": tokens.cache_write},
        "output_tokens": tokens.output,
        "output_tokens_details": {"reasoning_tokens": tokens.reasoning},
        "total_tokens": tokens.input + tokens.output,
    }
