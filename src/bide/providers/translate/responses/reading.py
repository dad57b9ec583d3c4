"""A caller's Responses request into a prompt."""

import mimetypes
from collections.abc import Sequence

import msgspec
from msgspec import Raw

from bide.providers.translate import parts
from bide.providers.translate.data_url import inline
from bide.providers.translate.prompt import Format, Prompt, Role, Settings, Tool, ToolChoice, Turn
from bide.providers.translate.reading import given_schema, read, refuse_unless_one
from bide.providers.translate.responses import wire
from bide.providers.translate.responses.reply import REDACTED, SEALED
from bide.providers.translate.responses.words import SPELLING
from bide.providers.translate.untranslatable import UntranslatableError

_decoder = msgspec.json.Decoder(wire.Request)
_kind = msgspec.json.Decoder(wire.Kind)
_items: dict[str, msgspec.json.Decoder[wire.Item]] = {
    "message": msgspec.json.Decoder(wire.Message),
    "function_call": msgspec.json.Decoder(wire.Call),
    "function_call_output": msgspec.json.Decoder(wire.CallOutput),
    "reasoning": msgspec.json.Decoder(wire.Reasoning),
}

_SPELLING = {**SPELLING, "reasoning.signature": "encrypted_content", "reasoning.redacted": "encrypted_content"}
"""Callers may say more than can be written: seals of thoughts are for who made them."""


def read_request(body: bytes) -> Prompt:
    """The prompt that this body is.

    Raises:
        UntranslatableError: it has a field that no other wire can express.
    """
    request = read(_decoder, body)
    conversation = _Conversation()
    if request.instructions:
        conversation.system.append(parts.Text(request.instructions, "instructions"))
    if isinstance(request.input, str):
        conversation.say("user", "input", [parts.Text(request.input, "input")])
    else:
        for number, raw in enumerate(request.input):
            conversation.item(_item(raw, f"input[{number}]"), f"input[{number}]")
    tools = tuple([_tool(tool, f"tools[{number}]") for number, tool in enumerate(request.tools or ())])
    turns = tuple([Turn(role, tuple(said), path) for role, said, path in conversation.turns])
    system = tuple(conversation.system)
    return Prompt(request.model, system, turns, tools, _settings(request, bool(tools)), _SPELLING)


def _item(raw: Raw, path: str) -> wire.Item:
    """An item goes by its type, which messages may leave out."""
    kind = read(_kind, raw, path).type
    if kind not in _items:
        raise UntranslatableError(f"{path}.type", remedy="send messages, calls of functions and their results only")
    return read(_items[kind], raw, path)


class _Conversation:
    """Items into turns. What came in one answer is one turn, and so are the results of its calls."""

    def __init__(self) -> None:
        self.system: list[parts.Text] = []
        self.turns: list[tuple[Role, list[parts.Part], str]] = []
        self._may_join = False

    def say(self, role: Role, path: str, said: Sequence[parts.Part], *, may_join: bool = False) -> None:
        """One side says something more."""
        if may_join and self._may_join and self.turns and self.turns[-1][0] == role:
            self.turns[-1][1].extend(said)
        else:
            self.turns.append((role, list(said), path))
        self._may_join = may_join

    def item(self, item: wire.Item, path: str) -> None:
        """One item of the input."""
        match item:
            case wire.Message(role="system" | "developer"):
                self.system += _texts(item, path)
            case wire.Message(role="user"):
                self.say("user", path, _content(item, path))
            case wire.Message():
                self.say("assistant", path, _content(item, path), may_join=True)
            case wire.Call():
                self.say(
                    "assistant", path, [parts.ToolCall(item.call_id, item.name, item.arguments, path)], may_join=True
                )
            case wire.CallOutput():
                self.say("user", path, [_result(item, path)], may_join=True)
            case wire.Reasoning():
                self.say("assistant", path, _thoughts(item, path), may_join=True)


def _texts(message: wire.Message, path: str) -> list[parts.Text]:
    found: list[parts.Text] = []
    for part in _content(message, path):
        if not isinstance(part, parts.Text):
            raise UntranslatableError(part.path, remedy="instructions are text")
        found.append(part)
    return found


def _content(message: wire.Message, path: str) -> list[parts.Part]:
    where = f"{path}.content"
    if isinstance(message.content, str):
        return [parts.Text(message.content, where)]
    return [_part(part, f"{where}[{number}]") for number, part in enumerate(message.content)]


def _part(part: wire.Part, path: str) -> parts.Part:
    match part:
        case wire.InputText() | wire.OutputText():
            return parts.Text(part.text, path)
        case wire.Refusal():
            return parts.Refusal(part.refusal, path)
        case wire.InputImage():
            return _picture(part, path)
        case wire.InputFile():
            return _file(part, path)


def _picture(image: wire.InputImage, path: str) -> parts.Image:
    detail = None if image.detail == "auto" else image.detail
    refuse_unless_one(path, image_url=image.image_url, file_id=image.file_id)
    url = image.image_url
    if url is None:
        return parts.Image(path, file_id=image.file_id, detail=detail)
    found = inline(url)
    if found is not None:
        return parts.Image(path, *found, detail=detail)
    if url.startswith("data:"):
        raise UntranslatableError(f"{path}.image_url", remedy="write it as data:image/png;base64,…")
    return parts.Image(path, url=url, detail=detail)


def _file(file: wire.InputFile, path: str) -> parts.Document:
    refuse_unless_one(path, file_data=file.file_data, file_url=file.file_url, file_id=file.file_id)
    if file.file_data is None:
        return parts.Document(path, url=file.file_url, file_id=file.file_id, name=file.filename)
    kind, data = inline(file.file_data) or (mimetypes.guess_type(file.filename or "")[0], file.file_data)
    if kind is None:
        raise UntranslatableError(f"{path}.file_data", remedy="write it as data:application/pdf;base64,…")
    return parts.Document(path, kind, data, name=file.filename)


def _result(item: wire.CallOutput, path: str) -> parts.ToolResult:
    where = f"{path}.output"
    if isinstance(item.output, str):
        return parts.ToolResult(item.call_id, (parts.Text(item.output, where),), path)
    content = tuple([_part(part, f"{where}[{number}]") for number, part in enumerate(item.output)])
    return parts.ToolResult(item.call_id, content, path)


def _thoughts(item: wire.Reasoning, path: str) -> list[parts.Part]:
    """What seals thoughts goes back to who made them; what OpenAI has sealed, nobody else can open."""
    text = "\n\n".join([piece.text for piece in (*item.summary, *(item.content or ()))])
    sealed = item.encrypted_content
    if sealed is None:
        return [parts.Reasoning(text, path)] if text else []
    if item.id.startswith(f"{REDACTED}_"):
        return [parts.Reasoning("", path, redacted=sealed)]
    if not item.id.startswith(f"{SEALED}_"):
        remedy = "leave thoughts that OpenAI has sealed out of earlier turns"
        raise UntranslatableError(f"{path}.encrypted_content", remedy=remedy)
    return [parts.Reasoning(text, path, signature=sealed)]


def _tool(tool: wire.Function, path: str) -> Tool:
    return Tool(
        tool.name, path, tool.description, given_schema(tool.parameters, f"{path}.parameters"), bool(tool.strict)
    )


def _settings(request: wire.Request, has_tools: bool) -> Settings:
    text = request.text or wire.TextConfig()
    reasoning = request.reasoning or wire.ReasoningConfig()
    for field, value in (
        ("background", request.background),
        ("top_logprobs", request.top_logprobs),
        ("stream_options.include_obfuscation", request.stream_options and request.stream_options.include_obfuscation),
    ):
        if value:
            raise UntranslatableError(field)
    return Settings(
        max_output_tokens=request.max_output_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        format=_format(text.format),
        verbosity=text.verbosity,
        tool_choice=_choice(request.tool_choice, has_tools),
        one_call_at_a_time=request.parallel_tool_calls is False and has_tools,
        effort=reasoning.effort,
        thoughts=reasoning.summary or reasoning.generate_summary,
        tier=request.service_tier,
        user=request.user,
        safety_identifier=request.safety_identifier,
        metadata=request.metadata or None,
        store=bool(request.store),
        stream=bool(request.stream),
        include_usage=bool(request.stream),
        cache_key=request.prompt_cache_key,
        cache_retention=request.prompt_cache_retention,
        continues=request.previous_response_id,
    )


def _format(wanted: wire.AsText | wire.AsObject | wire.AsSchema | None) -> Format | None:
    match wanted:
        case wire.AsObject():
            return Format()
        case wire.AsSchema():
            return Format(
                given_schema(wanted.schema, "text.format.schema"), wanted.name, wanted.description, wanted.strict
            )
        case _:
            return None


def _choice(wanted: str | wire.NamedTool | wire.Allowed | None, has_tools: bool) -> ToolChoice | None:
    match wanted:
        case "auto" | "none" if not has_tools:
            return None  # without tools both are so anyway
        case "auto" | "none" | "required":
            return ToolChoice(wanted)
        case wire.NamedTool():
            return ToolChoice("required", (wanted.name,))
        case wire.Allowed():
            return ToolChoice(wanted.mode, tuple([tool.name for tool in wanted.tools]))
        case _:
            return None
