"""A prompt into the body of a Messages request."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Raw

from bide.providers.translate.arguments import id_within, object_of
from bide.providers.translate.messages.words import LIMITS, SAMPLING, WITHOUT_SAMPLING
from bide.providers.translate.parts import (
    Audio,
    Document,
    Image,
    Lifetime,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from bide.providers.translate.prompt import Format, Prompt, Role, Tool, ToolChoice, detail_of
from bide.providers.translate.spoke import Options
from bide.providers.translate.untranslatable import UntranslatableError
from bide.providers.translate.wire import Wire

HERE = Wire.MESSAGES.api
IMAGES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
EFFORTS = frozenset({"low", "medium", "high", "xhigh", "max"})
TIERS = {"auto": "auto", "default": "standard_only"}
HOTTEST = 1.0
NO_ARGUMENTS = Raw(b'{"type":"object","properties":{}}')

_ID = re.compile(r"[a-zA-Z0-9_-]+", re.ASCII)
_encode = msgspec.json.Encoder().encode

Json = dict[str, Any]


def write_request(prompt: Prompt, options: Options) -> bytes:
    """The body that this prompt is.

    Raises:
        UntranslatableError: a value of it cannot be expressed.
    """
    limit = prompt.settings.max_output_tokens
    limit = options.max_tokens if limit is None else limit
    if limit is None:
        raise prompt.refusal("max_output_tokens", HERE, LIMITS["max_output_tokens"])
    body: Json = {"model": options.model or prompt.model, "max_tokens": limit}
    if prompt.system:
        only = prompt.system[0]
        is_plain = len(prompt.system) == 1 and only.cache is None
        body["system"] = only.text if is_plain else [_text(text.text, text.cache) for text in prompt.system]
    body["messages"] = _messages(prompt)
    if prompt.tools:
        body["tools"] = [_tool(tool) for tool in prompt.tools]
    body.update(_settings(prompt, options))
    return _encode(body)


def _messages(prompt: Prompt) -> list[Json]:
    """Turns, neighbours of one role in one: the answers to several calls have to come together."""
    merged: list[tuple[Role, list[Part]]] = []
    for turn in prompt.turns:
        if not turn.parts:  # says nothing, and would be refused for it
            continue
        if merged and merged[-1][0] == turn.role:
            merged[-1][1].extend(turn.parts)
        else:
            merged.append((turn.role, list(turn.parts)))
    if merged and merged[-1][0] == "assistant":
        remedy = "end the conversation with the user's turn; the beginning of an answer cannot be given"
        raise UntranslatableError(prompt.turns[-1].path, HERE, remedy)
    return [{"role": role, "content": _content(prompt, role, parts)} for role, parts in merged]


def _content(prompt: Prompt, role: Role, parts: Sequence[Part]) -> str | list[Json]:
    if len(parts) == 1 and isinstance(only := parts[0], Text) and only.cache is None:
        return only.text
    if role == "assistant":
        return [_assistant(part) for part in parts]
    results = [part for part in parts if isinstance(part, ToolResult)]
    return [  # what tools answered has to come first
        *(_result(prompt, result) for result in results),
        *(_user(prompt, part) for part in parts if not isinstance(part, ToolResult)),
    ]


def _user(prompt: Prompt, part: Part) -> Json:
    match part:
        case Text():
            return _text(part.text, part.cache)
        case Image():
            return _marked({"type": "image", "source": _picture(prompt, part)}, part.cache)
        case Document():
            block: Json = {"type": "document", "source": _file(prompt, part)}
            if part.name is not None:
                block["title"] = part.name
            if part.context is not None:
                block["context"] = part.context
            return _marked(block, part.cache)
        case ToolCall() | ToolResult() | Reasoning() | Refusal() | Audio():
            raise UntranslatableError(part.path, HERE, "it has no place in the user's turn")


def _assistant(part: Part) -> Json:
    match part:
        case Text():
            return _text(part.text, part.cache)
        case Refusal():
            return _text(part.text, None)
        case ToolCall():
            block = {
                "type": "tool_use",
                "id": id_within(_ID, part.id),
                "name": part.name,
                "input": object_of(part, HERE),
            }
            return _marked(block, part.cache)
        case Reasoning(redacted=str(sealed)):
            return {"type": "redacted_thinking", "data": sealed}
        case Reasoning(signature=str(signature)):
            return {"type": "thinking", "thinking": part.text, "signature": signature}
        case Reasoning():
            raise UntranslatableError(part.path, HERE, LIMITS["reasoning"])
        case Image() | Document() | ToolResult() | Audio():
            raise UntranslatableError(part.path, HERE, "an answer of the model holds text and calls only")


def _text(text: str, cache: Lifetime | None) -> Json:
    return _marked({"type": "text", "text": text}, cache)


def _marked(block: Json, cache: Lifetime | None) -> Json:
    if cache is not None:
        block["cache_control"] = _cache(cache)
    return block


def _cache(cache: Lifetime) -> Json:
    return {"type": "ephemeral", "ttl": cache}


def _picture(prompt: Prompt, image: Image) -> Json:
    if image.url is not None:
        if not image.url.startswith(("https://", "http://")):
            raise UntranslatableError(detail_of(prompt, image, "url"), HERE, LIMITS["image.url"])
        return {"type": "url", "url": image.url}
    if image.media_type not in IMAGES:
        raise UntranslatableError(detail_of(prompt, image, "data"), HERE, LIMITS["image.data"])
    return {"type": "base64", "media_type": image.media_type, "data": image.data}


def _file(prompt: Prompt, document: Document) -> Json:
    if document.text is not None:
        return {"type": "text", "media_type": "text/plain", "data": document.text}
    if document.url is not None:
        return {"type": "url", "url": document.url}
    if document.media_type == "application/pdf":
        return {"type": "base64", "media_type": "application/pdf", "data": document.data}
    if document.media_type == "text/plain":
        try:
            text = base64.b64decode(document.data or "", validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise UntranslatableError(detail_of(prompt, document, "data"), HERE, LIMITS["document.data"]) from None
        return {"type": "text", "media_type": "text/plain", "data": text}
    raise UntranslatableError(detail_of(prompt, document, "data"), HERE, LIMITS["document.data"])


def _result(prompt: Prompt, result: ToolResult) -> Json:
    block: Json = {
        "type": "tool_result",
        "tool_use_id": id_within(_ID, result.id),
        "content": _answered(prompt, result.parts),
    }
    if result.is_error:
        block["is_error"] = True
    return _marked(block, result.cache)


def _answered(prompt: Prompt, parts: Sequence[Part]) -> str | list[Json]:
    if len(parts) == 1 and isinstance(only := parts[0], Text) and only.cache is None:
        return only.text
    return [_user(prompt, part) for part in parts]


def _tool(tool: Tool) -> Json:
    written: Json = {"name": tool.name}
    if tool.description is not None:
        written["description"] = tool.description
    written["input_schema"] = NO_ARGUMENTS if tool.schema is None else tool.schema
    if tool.strict:
        written["strict"] = True
    return _marked(written, tool.cache)


def _settings(prompt: Prompt, options: Options) -> Json:
    settings = prompt.settings
    body: Json = {}
    for field in SAMPLING:
        if (value := getattr(settings, field)) is not None:
            if options.anthropic_version[-len(WITHOUT_SAMPLING) :] >= WITHOUT_SAMPLING:  # "bedrock-2023-05-31"
                raise prompt.refusal(field, HERE, LIMITS[field])
            body[field] = value
    if settings.temperature is not None and settings.temperature > HOTTEST:
        raise prompt.refusal("temperature", HERE, LIMITS["temperature"])
    if settings.stop is not None:
        body["stop_sequences"] = settings.stop
    if settings.tier is not None:
        if settings.tier not in TIERS:
            raise prompt.refusal("tier", HERE, LIMITS["tier"])
        body["service_tier"] = TIERS[settings.tier]
    if users := _users(prompt):
        body["metadata"] = {"user_id": users}
    if settings.stream:
        body["stream"] = True
    if settings.cache is not None:
        body["cache_control"] = _cache(settings.cache)
    choice = _choice(prompt)
    if choice is not None:
        body["tool_choice"] = choice
    return body | _output(prompt) | _thinking(prompt)


def _users(prompt: Prompt) -> str | None:
    user, identifier = prompt.settings.user, prompt.settings.safety_identifier
    if user is not None and identifier is not None and user != identifier:
        raise prompt.refusal("user", HERE, LIMITS["user"])
    return identifier if user is None else user


def _choice(prompt: Prompt) -> Json | None:
    wanted = prompt.settings.tool_choice
    is_single = prompt.settings.one_call_at_a_time
    if wanted is None:
        return {"type": "auto", "disable_parallel_tool_use": True} if is_single else None
    choice = _chosen(prompt, wanted)
    if is_single and wanted.mode != "none":
        choice["disable_parallel_tool_use"] = True
    return choice


def _chosen(prompt: Prompt, wanted: ToolChoice) -> Json:
    if not wanted.names:
        return {"type": "any" if wanted.mode == "required" else wanted.mode}
    if wanted.mode == "required" and len(wanted.names) == 1:
        return {"type": "tool", "name": wanted.names[0]}
    raise prompt.refusal("tool_choice", HERE, LIMITS["tool_choice"])


def _output(prompt: Prompt) -> Json:
    """`output_config`."""
    config: Json = {}
    effort, wanted = prompt.settings.effort, prompt.settings.format
    if effort is not None and effort != "none":
        if effort not in EFFORTS:
            raise prompt.refusal("effort", HERE, LIMITS["effort"])
        config["effort"] = effort
    if wanted is not None:
        config["format"] = _format(prompt, wanted)
    return {"output_config": config} if config else {}


def _format(prompt: Prompt, wanted: Format) -> Json:
    """Names are labels, and a schema always binds here, so neither `name` nor `strict` is lost."""
    if wanted.schema is None:
        raise prompt.refusal("format", HERE, LIMITS["format"])
    if wanted.description is not None:
        raise prompt.refusal("format.description", HERE, LIMITS["format.description"])
    return {"type": "json_schema", "schema": wanted.schema}


def _thinking(prompt: Prompt) -> Json:
    """An effort is thinking at the model's own measure; a budget is thinking by the token."""
    settings = prompt.settings
    if settings.thoughts not in (None, "auto"):
        raise prompt.refusal("thoughts", HERE, LIMITS["thoughts"])
    if settings.effort == "none":
        return {"thinking": {"type": "disabled"}}
    thinking: Json | None = None
    if settings.thinking_budget is not None:
        thinking = {"type": "enabled", "budget_tokens": settings.thinking_budget}
    elif settings.effort is not None or settings.adaptive_thinking or settings.thoughts is not None:
        thinking = {"type": "adaptive"}
    if thinking is None:
        return {}
    if settings.thoughts is not None:
        thinking["display"] = "summarized"
    return {"thinking": thinking}
