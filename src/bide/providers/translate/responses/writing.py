"""A prompt into the body of a Responses request."""

import mimetypes
from collections.abc import Sequence
from typing import Any

import msgspec

from bide.providers.translate.parts import (
    Audio,
    Document,
    Image,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from bide.providers.translate.prompt import Format, Prompt, Tool, ToolChoice, Turn
from bide.providers.translate.responses.words import LIMITS
from bide.providers.translate.spoke import Options
from bide.providers.translate.untranslatable import UntranslatableError
from bide.providers.translate.wire import Wire

HERE = Wire.RESPONSES.api

_encode = msgspec.json.Encoder().encode

Json = dict[str, Any]


def write_request(prompt: Prompt, options: Options) -> bytes:
    """The body that this prompt is.

    Raises:
        UntranslatableError: a value of it cannot be expressed.
    """
    items: list[Json] = []
    body: Json = {"model": options.model or prompt.model, "input": items}
    if len(prompt.system) == 1:
        body["instructions"] = prompt.system[0].text
    elif prompt.system:
        texts = [{"type": "input_text", "text": text.text} for text in prompt.system]
        items.append({"role": "system", "content": texts})
    for turn in prompt.turns:
        items += _user(turn) if turn.role == "user" else [_assistant(part) for part in turn.parts]
    if prompt.turns and prompt.turns[-1].role == "assistant":
        remedy = "end the conversation with the user's turn; the beginning of an answer cannot be given"
        raise UntranslatableError(prompt.turns[-1].path, HERE, remedy)
    if prompt.tools:
        body["tools"] = [_tool(tool) for tool in prompt.tools]
    body.update(_settings(prompt))
    return _encode(body)


def _user(turn: Turn) -> list[Json]:
    """A tool's answers are items of their own, and come first: they have to follow their calls."""
    found = [_answered(part) for part in turn.parts if isinstance(part, ToolResult)]
    said = [part for part in turn.parts if not isinstance(part, ToolResult)]
    if said:
        found.append({"role": "user", "content": _content(said)})
    return found


def _answered(result: ToolResult) -> Json:
    output = _content(result.parts) if result.parts else ""
    return {"type": "function_call_output", "call_id": result.id, "output": output}


def _content(parts: Sequence[Part]) -> str | list[Json]:
    if len(parts) == 1 and isinstance(only := parts[0], Text):
        return only.text
    return [_part(part) for part in parts]


def _part(part: Part) -> Json:
    match part:
        case Text():
            return {"type": "input_text", "text": part.text}
        case Image():
            return _picture(part)
        case Document():
            return _file(part)
        case ToolCall() | ToolResult() | Reasoning() | Refusal() | Audio():
            raise UntranslatableError(part.path, HERE, "it has no place in the user's turn")


def _picture(image: Image) -> Json:
    written: Json = {"type": "input_image", "detail": image.detail or "auto"}
    if image.file_id is not None:
        return {**written, "file_id": image.file_id}
    return {**written, "image_url": image.url if image.data is None else f"data:{image.media_type};base64,{image.data}"}


def _file(file: Document) -> Json:
    name = {"filename": file.name} if file.name is not None else {}
    if file.file_id is not None:
        return {"type": "input_file", "file_id": file.file_id, **name}
    if file.url is not None:
        return {"type": "input_file", "file_url": file.url, **name}
    name = name or {"filename": f"document{mimetypes.guess_extension(file.media_type or '') or '.pdf'}"}  # demanded
    return {"type": "input_file", "file_data": f"data:{file.media_type};base64,{file.data}", **name}


def _assistant(part: Part) -> Json:
    """What was said is told as messages: an item of OpenAI's own would need the id that it had there."""
    match part:
        case Text() | Refusal():
            return {"role": "assistant", "content": part.text}
        case ToolCall():
            return {"type": "function_call", "call_id": part.id, "name": part.name, "arguments": part.arguments or "{}"}
        case Image() | Document() | Audio() | ToolResult() | Reasoning():
            raise UntranslatableError(part.path, HERE, "an answer of the model holds text and calls only")


def _tool(tool: Tool) -> Json:
    """`strict` is demanded: without it a tool would be strict."""
    written: Json = {"type": "function", "name": tool.name, "parameters": tool.schema, "strict": tool.strict}
    if tool.description is not None:
        written["description"] = tool.description
    return written


SAME = {
    "max_output_tokens": "max_output_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "tier": "service_tier",
    "user": "user",
    "safety_identifier": "safety_identifier",
    "metadata": "metadata",
    "cache_key": "prompt_cache_key",
    "cache_retention": "prompt_cache_retention",
    "continues": "previous_response_id",
}
"""Settings whose value is the same here."""


def _settings(prompt: Prompt) -> Json:
    """Answers are kept here unless they are not to be, so that is always said."""
    settings = prompt.settings
    body: Json = {name: value for field, name in SAME.items() if (value := getattr(settings, field)) is not None}
    body["store"] = settings.store
    text: Json = {}
    if settings.format is not None:
        text["format"] = _format(prompt, settings.format)
    if settings.verbosity is not None:
        text["verbosity"] = settings.verbosity
    if text:
        body["text"] = text
    reasoning = {
        name: value
        for name, value in (("effort", settings.effort), ("summary", settings.thoughts))
        if value is not None
    }
    if reasoning:
        body["reasoning"] = reasoning
    if settings.tool_choice is not None:
        body["tool_choice"] = _choice(settings.tool_choice)
    if settings.one_call_at_a_time:
        body["parallel_tool_calls"] = False
    if settings.stream:
        body["stream"] = True
    return body


def _format(prompt: Prompt, wanted: Format) -> Json:
    if wanted.schema is None:
        if wanted.name is not None:
            raise prompt.refusal("format", HERE, LIMITS["format"])
        return {"type": "json_object"}
    schema: Json = {"type": "json_schema", "name": wanted.name or "answer", "schema": wanted.schema}
    for field in ("description", "strict"):
        if (value := getattr(wanted, field)) is not None:
            schema[field] = value
    return schema


def _choice(wanted: ToolChoice) -> str | Json:
    tools = [{"type": "function", "name": name} for name in wanted.names]
    if not tools:
        return wanted.mode
    if wanted.mode == "required" and len(tools) == 1:
        return tools[0]
    return {"type": "allowed_tools", "mode": wanted.mode, "tools": tools}
