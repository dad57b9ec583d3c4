"""A prompt into the body of Converse. The model and whether it streams are in the path, not in the body."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw

from bide.providers.translate.converse.content import HERE, Content, cache_point, text_of
from bide.providers.translate.converse.words import LIMITS
from bide.providers.translate.parts import Part
from bide.providers.translate.prompt import Format, Prompt, Role, Settings, ToolChoice, is_said
from bide.providers.translate.spoke import Options
from bide.providers.translate.untranslatable import UntranslatableError

TIERS = {"default": "default", "flex": "flex", "priority": "priority", "fast": "priority"}
EFFORTS = frozenset({"low", "medium", "high", "xhigh", "max"})
MOST_METADATA = 16
HOTTEST = 1.0
NO_ARGUMENTS = Raw(b'{"type":"object","properties":{}}')

_METADATA = re.compile(r"[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}", re.ASCII)
_encode = msgspec.json.Encoder().encode

Json = dict[str, Any]


def write_request(prompt: Prompt, options: Options) -> bytes:
    """The body that this prompt is.

    Raises:
        UntranslatableError: a value of it cannot be expressed.
    """
    body: Json = {"messages": _messages(prompt)}
    if prompt.system:
        body["system"] = [
            block
            for text in prompt.system
            for block in (text_of(text), *([cache_point(text.cache)] if text.cache is not None else []))
        ]
    inference = _inference(prompt)
    if inference:
        body["inferenceConfig"] = inference
    tools = _tools(prompt)
    if tools:
        body["toolConfig"] = tools
    return _encode(body | _output(prompt) | _model_fields(prompt, options) | _outer(prompt))


def _messages(prompt: Prompt) -> list[Json]:
    """Turns, neighbours of one role in one: the answers to several calls have to come together."""
    merged: list[tuple[Role, list[Part]]] = []
    for turn in prompt.turns:
        if not turn.parts:
            continue  # a message without content is refused
        if merged and merged[-1][0] == turn.role:
            merged[-1][1].extend(turn.parts)
        else:
            merged.append((turn.role, list(turn.parts)))
    if merged and merged[-1][0] == "assistant":
        remedy = "end the conversation with the user's turn; the beginning of an answer cannot be given"
        raise UntranslatableError(prompt.turns[-1].path, HERE, remedy)
    content = Content(prompt)
    messages: list[Json] = [{"role": role, "content": content.blocks(role, parts)} for role, parts in merged]
    if prompt.settings.cache is not None and messages:
        messages[-1]["content"].append(cache_point(prompt.settings.cache))
    return messages


def _inference(prompt: Prompt) -> Json:
    settings = prompt.settings
    config: Json = {}
    if settings.max_output_tokens is not None:
        config["maxTokens"] = settings.max_output_tokens
    for field, name in (("temperature", "temperature"), ("top_p", "topP")):
        value = getattr(settings, field)
        if value is not None:
            if value > HOTTEST:
                raise prompt.refusal(field, HERE, LIMITS[field])
            config[name] = value
    if settings.stop is not None:
        if not all(settings.stop):
            raise prompt.refusal("stop", HERE, LIMITS["stop"])
        config["stopSequences"] = settings.stop
    return config


def _tools(prompt: Prompt) -> Json:
    tools: list[Json] = []
    for tool in prompt.tools:
        spec: Json = {"name": tool.name, "inputSchema": {"json": NO_ARGUMENTS if tool.schema is None else tool.schema}}
        if tool.description:
            spec["description"] = tool.description
        if tool.strict:
            spec["strict"] = True
        tools.append({"toolSpec": spec})
        if tool.cache is not None:
            tools.append(cache_point(tool.cache))
    wanted = prompt.settings.tool_choice
    if wanted is not None and not tools:
        raise prompt.refusal("tool_choice", HERE, LIMITS["tool_choice"])
    choice = {"toolChoice": _choice(prompt, wanted)} if wanted is not None else {}
    return {"tools": tools, **choice} if tools else {}


def _choice(prompt: Prompt, wanted: ToolChoice) -> Json:
    match wanted:
        case ToolChoice(mode="auto", names=()):
            return {"auto": {}}
        case ToolChoice(mode="required", names=()):
            return {"any": {}}
        case ToolChoice(mode="required", names=(name,)):
            return {"tool": {"name": name}}
        case _:
            raise prompt.refusal("tool_choice", HERE, LIMITS["tool_choice"])


def _output(prompt: Prompt) -> Json:
    config: Json = {}
    effort, wanted = prompt.settings.effort, prompt.settings.format
    if wanted is not None:
        config["textFormat"] = {"type": "json_schema", "structure": {"jsonSchema": _schema(prompt, wanted)}}
    if effort is not None and effort != "none":
        if effort not in EFFORTS:
            raise prompt.refusal("effort", HERE, LIMITS["effort"])
        config["effort"] = effort
    return {"outputConfig": config} if config else {}


def _schema(prompt: Prompt, wanted: Format) -> Json:
    """The schema is text here. It always binds, so `strict` is not lost."""
    if wanted.schema is None:
        raise prompt.refusal("format", HERE, LIMITS["format"])
    schema: Json = {"schema": bytes(wanted.schema).decode()}
    for field in ("name", "description"):
        if (value := getattr(wanted, field)) is not None:
            schema[field] = value
    return schema


def _model_fields(prompt: Prompt, options: Options) -> Json:
    """What Anthropic's models take here as they take it in Messages; other models would refuse it."""
    settings = prompt.settings
    if "anthropic." not in (options.model or prompt.model):
        for field in ("top_k", "thinking_budget", "adaptive_thinking", "thoughts"):
            if is_said(getattr(settings, field)):
                raise prompt.refusal(field, HERE, LIMITS[field])
        if settings.effort == "none":
            raise prompt.refusal("effort", HERE, LIMITS["effort"])
        return {}
    if settings.thoughts not in (None, "auto"):
        raise prompt.refusal("thoughts", HERE, LIMITS["thoughts"])
    fields: Json = {"top_k": settings.top_k} if settings.top_k is not None else {}
    thinking = _thinking(settings)
    if thinking is not None:
        fields["thinking"] = thinking
    return {"additionalModelRequestFields": fields} if fields else {}


def _thinking(settings: Settings) -> Json | None:
    """An effort is thinking at the model's own measure; a budget is thinking by the token."""
    if settings.effort == "none":
        return {"type": "disabled"}
    if settings.thinking_budget is not None:
        thinking: Json = {"type": "enabled", "budget_tokens": settings.thinking_budget}
    elif settings.effort is not None or settings.adaptive_thinking or settings.thoughts is not None:
        thinking = {"type": "adaptive"}
    else:
        return None
    if settings.thoughts is not None:
        thinking["display"] = "summarized"
    return thinking


def _outer(prompt: Prompt) -> Json:
    """What stands beside the configuration."""
    tier, metadata = prompt.settings.tier, prompt.settings.metadata
    body: Json = {}
    if tier is not None and tier != "auto":
        if tier not in TIERS:
            raise prompt.refusal("tier", HERE, LIMITS["tier"])
        body["serviceTier"] = {"type": TIERS[tier]}
    if metadata is not None:
        if not _is_allowed(metadata):
            raise prompt.refusal("metadata", HERE, LIMITS["metadata"])
        body["requestMetadata"] = metadata
    return body


def _is_allowed(metadata: Mapping[str, str]) -> bool:
    pairs = metadata.items()
    return len(pairs) <= MOST_METADATA and all(
        key and _METADATA.fullmatch(key) and _METADATA.fullmatch(value) for key, value in pairs
    )
