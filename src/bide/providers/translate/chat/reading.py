"""A caller's chat completion into a prompt."""

import mimetypes
import re

import msgspec

from bide.providers.translate import parts
from bide.providers.translate.chat import wire
from bide.providers.translate.chat.words import SPELLING
from bide.providers.translate.prompt import Format, Prompt, Settings, Tool, ToolChoice, Turn
from bide.providers.translate.reading import given_schema, read, refuse_unless_one
from bide.providers.translate.untranslatable import UntranslatableError

_decoder = msgspec.json.Decoder(wire.Request)
_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)(?:;[\w-]+=[^;,]*)*;base64,", re.ASCII)


def read_request(body: bytes) -> Prompt:
    """The prompt that this body is.

    Raises:
        UntranslatableError: it has a field that no other wire can express.
    """
    request = read(_decoder, body)
    system: list[parts.Text] = []
    turns: list[Turn] = []
    for number, message in enumerate(request.messages):
        path = f"messages[{number}]"
        match message:
            case wire.System() | wire.Developer():
                system += _texts(message.content, path)
            case wire.User():
                turns.append(Turn("user", tuple(_user(message, path)), path))
            case wire.Assistant():
                turns.append(Turn("assistant", tuple(_assistant(message, path)), path))
            case wire.ToolAnswer():
                result = parts.ToolResult(message.tool_call_id, tuple(_texts(message.content, path)), path)
                turns.append(Turn("user", (result,), path))
    tools = tuple([_tool(tool, f"tools[{number}]") for number, tool in enumerate(request.tools or ())])
    spelling = SPELLING
    if request.max_completion_tokens is None and request.max_tokens is not None:
        spelling = {**SPELLING, "max_output_tokens": "max_tokens"}
    return Prompt(request.model, tuple(system), tuple(turns), tools, _settings(request, bool(tools)), spelling)


def _texts(content: str | list[wire.Text], path: str) -> list[parts.Text]:
    if isinstance(content, str):
        return [parts.Text(content, f"{path}.content")]
    return [parts.Text(part.text, f"{path}.content[{number}]") for number, part in enumerate(content)]


def _user(message: wire.User, path: str) -> list[parts.Part]:
    if isinstance(message.content, str):
        return [parts.Text(message.content, f"{path}.content")]
    return [_user_part(part, f"{path}.content[{number}]") for number, part in enumerate(message.content)]


def _user_part(part: wire.Text | wire.Image | wire.Audio | wire.File, path: str) -> parts.Part:
    match part:
        case wire.Text():
            return parts.Text(part.text, path)
        case wire.Image():
            url, detail = part.image_url.url, part.image_url.detail
            detail = None if detail == "auto" else detail
            inline = _DATA_URL.match(url)
            if inline:
                return parts.Image(f"{path}.image_url", inline[1], url[inline.end() :], detail=detail)
            if url.startswith("data:"):
                raise UntranslatableError(f"{path}.image_url.url", remedy="write it as data:image/png;base64,…")
            return parts.Image(f"{path}.image_url", url=url, detail=detail)
        case wire.Audio():
            return parts.Audio(f"{path}.input_audio", part.input_audio.data, part.input_audio.format)
        case wire.File():
            return _file(part.file, f"{path}.file")


def _file(file: wire.FileFields, path: str) -> parts.Document:
    refuse_unless_one(path, file_data=file.file_data, file_id=file.file_id)
    if file.file_data is None:
        return parts.Document(path, file_id=file.file_id, name=file.filename)
    inline = _DATA_URL.match(file.file_data)
    if inline:
        kind, data = inline[1], file.file_data[inline.end() :]
    else:
        kind, data = mimetypes.guess_type(file.filename or "")[0], file.file_data
    if kind is None:
        raise UntranslatableError(f"{path}.file_data", remedy="write it as data:application/pdf;base64,…")
    return parts.Document(path, kind, data, name=file.filename)


def _assistant(message: wire.Assistant, path: str) -> list[parts.Part]:
    found: list[parts.Part] = []
    if isinstance(message.content, str):
        if message.content:  # SDKs write "" beside calls; an empty part means nothing and some wires refuse it
            found.append(parts.Text(message.content, f"{path}.content"))
    else:
        for number, part in enumerate(message.content or ()):
            where = f"{path}.content[{number}]"
            found.append(
                parts.Text(part.text, where) if isinstance(part, wire.Text) else parts.Refusal(part.refusal, where)
            )
    if message.refusal:
        found.append(parts.Refusal(message.refusal, f"{path}.refusal"))
    for number, call in enumerate(message.tool_calls or ()):
        found.append(
            parts.ToolCall(call.id, call.function.name, call.function.arguments, f"{path}.tool_calls[{number}]")
        )
    return found


def _tool(tool: wire.Tool, path: str) -> Tool:
    function = tool.function
    return Tool(
        function.name,
        path,
        function.description,
        given_schema(function.parameters, f"{path}.function.parameters"),
        bool(function.strict),
    )


def _settings(request: wire.Request, has_tools: bool) -> Settings:
    options = request.stream_options
    if options is not None and options.include_obfuscation:
        raise UntranslatableError("stream_options.include_obfuscation")
    limit = request.max_completion_tokens
    if limit is not None and request.max_tokens not in (None, limit):
        raise UntranslatableError("max_tokens", remedy="say max_completion_tokens alone")
    stop = (request.stop,) if isinstance(request.stop, str) else tuple(request.stop or ())
    return Settings(
        max_output_tokens=request.max_tokens if limit is None else limit,
        temperature=request.temperature,
        top_p=request.top_p,
        stop=stop or None,
        seed=request.seed,
        n=None if request.n == 1 else request.n,
        presence_penalty=request.presence_penalty or None,
        frequency_penalty=request.frequency_penalty or None,
        logprobs=bool(request.logprobs),
        top_logprobs=request.top_logprobs or None,
        logit_bias=request.logit_bias or None,
        format=_format(request.response_format),
        verbosity=request.verbosity,
        tool_choice=_choice(request.tool_choice, has_tools),
        one_call_at_a_time=request.parallel_tool_calls is False and has_tools,
        effort=request.reasoning_effort,
        tier=request.service_tier,
        user=request.user,
        safety_identifier=request.safety_identifier,
        metadata=request.metadata or None,
        store=bool(request.store),
        stream=bool(request.stream),
        include_usage=options is not None and bool(options.include_usage),
        cache_key=request.prompt_cache_key,
        cache_retention=request.prompt_cache_retention,
    )


def _format(wanted: wire.AsText | wire.AsObject | wire.AsSchema | None) -> Format | None:
    match wanted:
        case wire.AsObject():
            return Format()
        case wire.AsSchema():
            schema = wanted.json_schema
            return Format(
                given_schema(schema.schema, "response_format.json_schema.schema"),
                schema.name,
                schema.description,
                schema.strict,
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
            return ToolChoice("required", (wanted.function.name,))
        case wire.Allowed():
            allowed = wanted.allowed_tools
            return ToolChoice(allowed.mode, tuple([tool.function.name for tool in allowed.tools]))
        case _:
            return None
