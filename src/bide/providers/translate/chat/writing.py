"""A prompt into the body of a chat completion."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from bide.providers.translate.chat.words import LIMITS
from bide.providers.translate.parts import Audio, Document, Image, Part, Refusal, Text, ToolCall, ToolResult
from bide.providers.translate.prompt import Format, Prompt, Settings, Tool, ToolChoice, Turn
from bide.providers.translate.spoke import Options
from bide.providers.translate.untranslatable import UntranslatableError
from bide.providers.translate.wire import Wire

HERE = Wire.CHAT.api
MOST_STOPS = 4

_encode = msgspec.json.Encoder().encode

Json = dict[str, Any]


def write_request(prompt: Prompt, options: Options) -> bytes:
    """The body that this prompt is.

    Raises:
        UntranslatableError: a value of it cannot be expressed.
    """
    messages: list[Json] = []
    if prompt.system:
        messages.append({"role": "system", "content": _texts(prompt.system)})
    for turn in prompt.turns:
        messages += _user(turn) if turn.role == "user" else [_assistant(turn)]
    if prompt.turns and prompt.turns[-1].role == "assistant":
        remedy = "end the conversation with the user's turn; the beginning of an answer cannot be given"
        raise UntranslatableError(prompt.turns[-1].path, HERE, remedy)
    body: Json = {"model": options.model or prompt.model, "messages": messages}
    if prompt.tools:
        body["tools"] = [_tool(tool) for tool in prompt.tools]
    body.update(_settings(prompt))
    return _encode(body)


def _texts(texts: Sequence[Text]) -> str | list[Json]:
    if len(texts) == 1:
        return texts[0].text
    return [{"type": "text", "text": text.text} for text in texts]


def _user(turn: Turn) -> list[Json]:
    """A tool's answers are messages of their own, and come first: they have to follow their calls."""
    found = [_tool_answer(part) for part in turn.parts if isinstance(part, ToolResult)]
    said = [part for part in turn.parts if not isinstance(part, ToolResult)]
    if said:
        found.append({"role": "user", "content": _content(said)})
    return found


def _content(parts: Sequence[Part]) -> str | list[Json]:
    if len(parts) == 1 and isinstance(parts[0], Text):
        return parts[0].text
    return [_part(part) for part in parts]


def _part(part: Part) -> Json:
    match part:
        case Text():
            return {"type": "text", "text": part.text}
        case Image():
            url = part.url if part.data is None else f"data:{part.media_type};base64,{part.data}"
            detail = {"detail": part.detail} if part.detail else {}
            return {"type": "image_url", "image_url": {"url": url, **detail}}
        case Audio():
            return {"type": "input_audio", "input_audio": {"data": part.data, "format": part.format}}
        case Document():
            file: Json = {"filename": part.name} if part.name else {}
            if part.file_id is not None:
                file["file_id"] = part.file_id
            else:
                file["file_data"] = f"data:{part.media_type};base64,{part.data}"
                file.setdefault("filename", "document.pdf")  # demanded beside the data
            return {"type": "file", "file": file}
        case _:
            raise UntranslatableError(part.path, HERE, "it has no place in the user's turn")


def _tool_answer(result: ToolResult) -> Json:
    return {"role": "tool", "tool_call_id": result.id, "content": _texts(_only_texts(result.parts)) or ""}


def _only_texts(parts: Iterable[Part]) -> list[Text]:
    found: list[Text] = []
    for part in parts:
        if not isinstance(part, Text):
            raise UntranslatableError(part.path, HERE, LIMITS["tool_result"])
        found.append(part)
    return found


def _assistant(turn: Turn) -> Json:
    message: Json = {"role": "assistant"}
    texts: list[Text] = []
    refusals: list[str] = []
    calls: list[Json] = []
    for part in turn.parts:
        match part:
            case Text():
                texts.append(part)
            case Refusal():
                refusals.append(part.text)
            case ToolCall():
                function = {"name": part.name, "arguments": part.arguments}
                calls.append({"id": part.id, "type": "function", "function": function})
            case _:
                raise UntranslatableError(part.path, HERE, "an answer of the model holds text and calls only")
    message["content"] = _texts(texts) if texts else None if calls or refusals else ""
    if refusals:
        message["refusal"] = "".join(refusals)
    if calls:
        message["tool_calls"] = calls
    return message


def _tool(tool: Tool) -> Json:
    function: Json = {"name": tool.name}
    if tool.description is not None:
        function["description"] = tool.description
    if tool.schema is not None:
        function["parameters"] = tool.schema
    if tool.strict:
        function["strict"] = True
    return {"type": "function", "function": function}


SAME = (
    "temperature",
    "top_p",
    "seed",
    "n",
    "presence_penalty",
    "frequency_penalty",
    "top_logprobs",
    "logit_bias",
    "verbosity",
    "user",
    "safety_identifier",
    "metadata",
)
"""Settings whose name and value are the same here."""


def _settings(prompt: Prompt) -> Json:
    settings = prompt.settings
    body: Json = {field: value for field in SAME if (value := getattr(settings, field)) is not None}
    if settings.max_output_tokens is not None:
        body["max_completion_tokens"] = settings.max_output_tokens
    if settings.stop is not None:
        if len(settings.stop) > MOST_STOPS:
            raise prompt.refusal("stop", HERE, LIMITS["stop"])
        body["stop"] = settings.stop
    if settings.logprobs:
        body["logprobs"] = True
    if settings.format is not None:
        body["response_format"] = _format(settings.format)
    if settings.effort is not None:
        body["reasoning_effort"] = settings.effort
    if settings.tier is not None:
        body["service_tier"] = settings.tier
    if settings.store:
        body["store"] = True
    if settings.cache_key is not None:
        body["prompt_cache_key"] = settings.cache_key
    if settings.cache_retention is not None:
        body["prompt_cache_retention"] = settings.cache_retention
    return body | _tool_settings(settings) | _stream(settings)


def _tool_settings(settings: Settings) -> Json:
    body: Json = {}
    if settings.tool_choice is not None:
        body["tool_choice"] = _choice(settings.tool_choice)
    if settings.one_call_at_a_time:
        body["parallel_tool_calls"] = False
    return body


def _stream(settings: Settings) -> Json:
    if not settings.stream:
        return {}
    return {"stream": True, **({"stream_options": {"include_usage": True}} if settings.include_usage else {})}


def _format(wanted: Format) -> Json:
    if wanted.schema is None and wanted.name is None:
        return {"type": "json_object"}
    schema: Json = {"name": wanted.name or "answer"}  # demanded here; elsewhere a schema needs no name
    for field in ("description", "schema", "strict"):
        if (value := getattr(wanted, field)) is not None:
            schema[field] = value
    return {"type": "json_schema", "json_schema": schema}


def _choice(wanted: ToolChoice) -> str | Json:
    tools = [{"type": "function", "function": {"name": name}} for name in wanted.names]
    if not tools:
        return wanted.mode
    if wanted.mode == "required" and len(tools) == 1:
        return tools[0]
    return {"type": "allowed_tools", "allowed_tools": {"mode": wanted.mode, "tools": tools}}
