"""A caller's body of generateContent into a prompt."""

import re
from collections.abc import Iterable

import msgspec
from msgspec import Raw

from bide.providers.translate import parts
from bide.providers.translate.arguments import given_text
from bide.providers.translate.gemini import wire
from bide.providers.translate.gemini.calls import FOREIGN, id_of
from bide.providers.translate.gemini.settings import AS_FIT, LEVELS
from bide.providers.translate.gemini.words import SPELLING
from bide.providers.translate.prompt import Format, Prompt, Settings, Tool, ToolChoice, Turn
from bide.providers.translate.reading import given, given_schema, read, refuse_unless_one
from bide.providers.translate.untranslatable import UntranslatableError

_decoder = msgspec.json.Decoder(wire.Request)
_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode
_STRING = re.compile(rb'\s*"')

TIERS = {"standard": "default", "flex": "flex", "priority": "priority"}
EFFORTS = {level: effort for effort, level in LEVELS.items()}
UNSAID = frozenset({"", "THINKING_LEVEL_UNSPECIFIED"})
DETAILS = {"MEDIA_RESOLUTION_LOW": "low", "MEDIA_RESOLUTION_HIGH": "high"}


def read_request(body: bytes) -> Prompt:
    """The prompt that this body is. Its model is in the path, so it is empty here unless the body repeats it.

    Raises:
        UntranslatableError: it has a field that no other wire can express.
    """
    request = read(_decoder, body)
    system = request.system_instruction
    reader = _Conversation()
    turns = [reader.turn(content, f"contents[{number}]") for number, content in enumerate(request.contents)]
    calling = request.tool_config.function_calling_config if request.tool_config is not None else None
    tools = tuple(_tools(request.tools or (), calling is not None and calling.mode == "VALIDATED"))
    return Prompt(
        (request.model or "").removeprefix("models/"),
        tuple(_instructions(system)) if system is not None else (),
        tuple(turns),
        tools,
        _settings(request, calling if tools or (calling is not None and calling.mode == "ANY") else None),
        SPELLING,
    )


def _instructions(content: wire.Content) -> Iterable[parts.Text]:
    for number, part in enumerate(content.parts):
        path = f"systemInstruction.parts[{number}]"
        if part.text is None or any(
            getattr(part, field) is not None for field in part.__struct_fields__ if field not in ("text", "thought")
        ):
            raise UntranslatableError(path, remedy="instructions are text")
        yield parts.Text(part.text, path)


class _Conversation:
    """Contents into turns. Calls without an id get one, and their results the same: by name, in their order."""

    def __init__(self) -> None:
        self._calls = 0
        self._ids: dict[str, str] = {}
        """By Google's id of a call, the one that carries its signature as well."""
        self._open: dict[str, list[str]] = {}
        """By the name of a function, the calls of it that are not yet answered and had no id."""

    def turn(self, content: wire.Content, path: str) -> Turn:
        """One content."""
        is_model = content.role == "model"
        found = [self._part(part, f"{path}.parts[{number}]") for number, part in enumerate(content.parts)]
        return Turn("assistant" if is_model else "user", tuple(found), path)

    def _part(self, part: wire.Part, path: str) -> parts.Part:
        refuse_unless_one(
            path,
            text=part.text,
            inlineData=part.inline_data,
            fileData=part.file_data,
            functionCall=part.function_call,
            functionResponse=part.function_response,
        )
        is_media = part.inline_data is not None or part.file_data is not None
        if part.media_resolution is not None and not is_media:
            raise UntranslatableError(f"{path}.mediaResolution")
        is_signed = part.thought_signature not in (None, FOREIGN)
        if is_signed and not part.thought and part.function_call is None:
            raise UntranslatableError(
                f"{path}.thoughtSignature", remedy="leave it out; only Google knows what it seals"
            )
        if part.function_call is not None:
            return self._call(part.function_call, part.thought_signature, path)
        if part.function_response is not None:
            return self._result(part.function_response, f"{path}.functionResponse")
        if part.inline_data is not None:
            detail = DETAILS.get(part.media_resolution.level) if part.media_resolution is not None else None
            return _inline(part.inline_data, path, detail)
        if part.file_data is not None:
            detail = DETAILS.get(part.media_resolution.level) if part.media_resolution is not None else None
            return _linked(part.file_data, path, detail)
        if part.thought:
            return parts.Reasoning(part.text or "", path, signature=part.thought_signature)
        return parts.Text(part.text or "", path)

    def _call(self, call: wire.FunctionCall, signature: str | None, path: str) -> parts.ToolCall:
        id_ = id_of(call.id, self._calls, "0", signature if signature != FOREIGN else None)
        self._calls += 1
        if call.id is None:
            self._open.setdefault(call.name, []).append(id_)
        else:
            self._ids[call.id] = id_
        return parts.ToolCall(id_, call.name, given_text(call.args, f"{path}.functionCall.args"), path)

    def _result(self, result: wire.FunctionResponse, path: str) -> parts.ToolResult:
        waiting = self._open.get(result.name)
        if result.id is None and not waiting:
            raise UntranslatableError(path, remedy="it answers no call of this conversation; send the call as well")
        id_ = self._ids.get(result.id, result.id) if result.id is not None else (waiting or [""]).pop(0)
        text, is_error = _answered(result.response)
        found: list[parts.Part] = [parts.Text(text, f"{path}.response")]
        for number, part in enumerate(result.parts or ()):
            where = f"{path}.parts[{number}]"
            refuse_unless_one(where, inlineData=part.inline_data, fileData=part.file_data)
            if part.inline_data is not None:
                found.append(_inline(part.inline_data, where, None))
            elif part.file_data is not None:
                found.append(_linked(part.file_data, where, None))
        return parts.ToolResult(id_, tuple(found), path, is_error)


def _answered(response: dict[str, Raw]) -> tuple[str, bool | None]:
    """What a tool answered, as text, and whether it failed. Google's words for both are `output` and `error`."""
    for word, is_error in (("output", None), ("error", True)):
        if response.keys() == {word}:
            value = bytes(response[word])
            return (_text(value) if _STRING.match(value) else value.decode()), is_error
    return _encode(response).decode(), None


def _inline(blob: wire.Blob, path: str, detail: str | None) -> parts.Part:
    kind, _, form = blob.mime_type.partition("/")
    if kind == "image":
        return parts.Image(path, blob.mime_type, blob.data, detail=detail)
    if kind == "audio":
        return parts.Audio(path, blob.data, form)
    return parts.Document(path, blob.mime_type, blob.data, name=blob.display_name)


def _linked(file: wire.FileData, path: str, detail: str | None) -> parts.Part:
    if (file.mime_type or "").startswith("image/"):
        return parts.Image(path, file.mime_type, url=file.file_uri, detail=detail)
    return parts.Document(path, file.mime_type, url=file.file_uri, name=file.display_name)


def _tools(tools: Iterable[wire.Tools], is_strict: bool) -> Iterable[Tool]:
    for number, some in enumerate(tools):
        for index, function in enumerate(some.function_declarations or ()):
            path = f"tools[{number}].functionDeclarations[{index}]"
            if given(function.parameters) is not None:
                raise UntranslatableError(f"{path}.parameters", remedy="write them as parametersJsonSchema")
            schema = given_schema(function.parameters_json_schema, f"{path}.parametersJsonSchema")
            yield Tool(function.name, path, function.description, schema, is_strict)


def _settings(request: wire.Request, calling: wire.Calling | None) -> Settings:
    config = request.generation_config or wire.GenerationConfig()
    thinking = config.thinking_config or wire.Thinking()
    if given(config.response_schema) is not None:
        raise UntranslatableError("generationConfig.responseSchema", remedy="write it as responseJsonSchema")
    schema = given_schema(config.response_json_schema, "generationConfig.responseJsonSchema")
    if schema is not None and config.response_mime_type != "application/json":
        remedy = "say responseMimeType: application/json as well"
        raise UntranslatableError("generationConfig.responseJsonSchema", remedy=remedy)
    if config.response_logprobs or config.logprobs:
        raise UntranslatableError("generationConfig.responseLogprobs")
    if config.top_k is not None and not config.top_k.is_integer():
        raise UntranslatableError("generationConfig.topK", remedy="it has to be a whole number")
    level, budget = _effort(thinking.thinking_level), thinking.thinking_budget
    if budget is not None and (level is not None or budget < AS_FIT):
        remedy = "say it alone, as a number of tokens, 0 for none or -1 for as many as it takes"
        raise UntranslatableError("generationConfig.thinkingConfig.thinkingBudget", remedy=remedy)
    effort = "none" if budget == 0 else level
    return Settings(
        max_output_tokens=config.max_output_tokens,
        temperature=config.temperature,
        top_p=config.top_p,
        top_k=int(config.top_k) if config.top_k is not None else None,
        stop=tuple(config.stop_sequences or ()) or None,
        seed=config.seed,
        n=None if config.candidate_count == 1 else config.candidate_count,
        presence_penalty=config.presence_penalty or None,
        frequency_penalty=config.frequency_penalty or None,
        format=Format(schema) if config.response_mime_type == "application/json" else None,
        tool_choice=_choice(calling),
        effort=effort,
        adaptive_thinking=thinking.thinking_budget == AS_FIT,
        thinking_budget=thinking.thinking_budget if (thinking.thinking_budget or 0) > 0 else None,
        thoughts="auto" if thinking.include_thoughts else None,
        tier=TIERS.get(request.service_tier or ""),
        metadata=request.labels or None,
        store=bool(request.store),
    )


def _effort(level: str | None) -> str | None:
    """Google's SDK takes levels in any case."""
    word = (level or "").upper()
    if word in UNSAID:
        return None
    if word not in EFFORTS:
        known = ", ".join(EFFORTS)
        raise UntranslatableError("generationConfig.thinkingConfig.thinkingLevel", remedy=f"there are {known}")
    return EFFORTS[word]


def _choice(calling: wire.Calling | None) -> ToolChoice | None:
    names = tuple(calling.allowed_function_names or ()) if calling is not None else ()
    match calling.mode if calling is not None else None:
        case "ANY":
            return ToolChoice("required", names)
        case "NONE":
            return ToolChoice("none")
        case "AUTO" | "VALIDATED" as mode if names or mode == "AUTO":
            return ToolChoice("auto", names)
        case None | "MODE_UNSPECIFIED" if names:
            path = "toolConfig.functionCallingConfig.allowedFunctionNames"
            raise UntranslatableError(path, remedy="say the mode as well")
        case _:
            return None
