"""A caller's Messages request into a prompt."""

from collections.abc import Iterator, Sequence

import msgspec

from bide.providers.translate import parts
from bide.providers.translate.arguments import given_text
from bide.providers.translate.messages import wire
from bide.providers.translate.messages.words import SPELLING
from bide.providers.translate.prompt import Format, Prompt, Settings, Tool, ToolChoice, Turn
from bide.providers.translate.reading import given_schema, read
from bide.providers.translate.untranslatable import UntranslatableError

_decoder = msgspec.json.Decoder(wire.Request)

TIERS = {"auto": "auto", "standard_only": "default"}


def read_request(body: bytes) -> Prompt:
    """The prompt that this body is.

    Raises:
        UntranslatableError: it has a field that no other wire can express.
    """
    request = read(_decoder, body)
    system = _system(request.system, "system") if request.system is not None else []
    turns: list[Turn] = []
    for number, message in enumerate(request.messages):
        path = f"messages[{number}]"
        if message.role == "system":
            system += _system(message.content, f"{path}.content")
        else:
            turns.append(Turn(message.role, tuple(_blocks(message.content, f"{path}.content")), path))
    tools = tuple([_tool(tool, f"tools[{number}]") for number, tool in enumerate(request.tools or ())])
    return Prompt(request.model, tuple(system), tuple(turns), tools, _settings(request, bool(tools)), SPELLING)


def _system(content: str | Sequence[wire.Block], path: str) -> list[parts.Text]:
    found: list[parts.Text] = []
    for part in _blocks(content, path):
        if not isinstance(part, parts.Text):
            raise UntranslatableError(part.path, remedy="instructions are text")
        found.append(part)
    return found


def _blocks(content: str | Sequence[wire.Block] | None, path: str) -> Iterator[parts.Part]:
    if isinstance(content, str):
        yield parts.Text(content, path)
        return
    for number, block in enumerate(content or ()):
        yield _block(block, f"{path}[{number}]")


def _block(block: wire.Block, path: str) -> parts.Part:
    match block:
        case wire.Text():
            return parts.Text(block.text, path, _cache(block.cache_control))
        case wire.Image():
            return _image(block, path)
        case wire.Document():
            return _document(block, path)
        case wire.ToolUse():
            arguments = given_text(block.input, f"{path}.input")
            return parts.ToolCall(block.id, block.name, arguments, path, _cache(block.cache_control))
        case wire.ToolResult():
            content = tuple(_blocks(block.content, f"{path}.content"))
            return parts.ToolResult(block.tool_use_id, content, path, block.is_error, _cache(block.cache_control))
        case wire.Thinking():
            return parts.Reasoning(block.thinking, path, signature=block.signature)
        case wire.RedactedThinking():
            return parts.Reasoning("", path, redacted=block.data)


def _image(block: wire.Image, path: str) -> parts.Image:
    cache = _cache(block.cache_control)
    match block.source:
        case wire.Inline() as source:
            return parts.Image(path, source.media_type, source.data, cache=cache)
        case wire.Linked() as source:
            return parts.Image(path, url=source.url, cache=cache)
        case wire.Uploaded():
            raise _unknown_elsewhere(path)


def _document(block: wire.Document, path: str) -> parts.Document:
    if block.citations is not None and block.citations.enabled:
        raise UntranslatableError(f"{path}.citations", remedy="leave it out; citations are Anthropic's own")
    media_type = data = text = url = None
    match block.source:
        case wire.Inline() as source:
            media_type, data = source.media_type, source.data
        case wire.PlainText() as source:
            text = source.data
        case wire.Linked() as source:
            url = source.url
        case wire.Uploaded():
            raise _unknown_elsewhere(path)
    cache = _cache(block.cache_control)
    return parts.Document(path, media_type, data, text, url, name=block.title, context=block.context, cache=cache)


def _unknown_elsewhere(path: str) -> UntranslatableError:
    return UntranslatableError(f"{path}.source.file_id", remedy="send the file itself; only Anthropic knows its id")


def _cache(control: wire.Cache | None) -> parts.Lifetime | None:
    return control.ttl if control is not None else None


def _tool(tool: wire.Tool, path: str) -> Tool:
    cache = _cache(tool.cache_control)
    return Tool(
        tool.name,
        path,
        tool.description,
        given_schema(tool.input_schema, f"{path}.input_schema"),
        bool(tool.strict),
        cache,
    )


def _settings(request: wire.Request, has_tools: bool) -> Settings:
    config = request.output_config or wire.OutputConfig()
    thinking = request.thinking
    effort, is_adaptive, budget, thoughts = config.effort, False, None, None
    match thinking:
        case wire.Adaptive():
            is_adaptive = effort is None  # with an effort it is only the way of making it
        case wire.Enabled():
            budget = thinking.budget_tokens
        case wire.Disabled() if effort is not None:
            raise UntranslatableError("output_config.effort", remedy="leave it out where thinking is disabled")
        case wire.Disabled():
            effort = "none"
        case None:
            pass
    if isinstance(thinking, wire.Adaptive | wire.Enabled) and thinking.display == "summarized":
        thoughts = "auto"
    return Settings(
        max_output_tokens=request.max_tokens,
        temperature=request.temperature,
        top_p=request.top_p,
        top_k=request.top_k,
        stop=tuple(request.stop_sequences or ()) or None,
        format=Format(given_schema(config.format.schema, "output_config.format.schema"), strict=True)
        if config.format is not None
        else None,
        tool_choice=_choice(request.tool_choice, has_tools),
        one_call_at_a_time=has_tools and bool(getattr(request.tool_choice, "disable_parallel_tool_use", False)),
        effort=effort,
        adaptive_thinking=is_adaptive,
        thinking_budget=budget,
        thoughts=thoughts,
        tier=TIERS[request.service_tier] if request.service_tier is not None else None,
        user=request.metadata.user_id if request.metadata is not None else None,
        stream=bool(request.stream),
        include_usage=bool(request.stream),
        cache=_cache(request.cache_control),
    )


def _choice(wanted: wire.Auto | wire.AnyTool | wire.OneTool | wire.NoTool | None, has_tools: bool) -> ToolChoice | None:
    match wanted:
        case None:
            return None
        case wire.Auto():
            return ToolChoice("auto") if has_tools else None
        case wire.NoTool():
            return ToolChoice("none") if has_tools else None
        case wire.AnyTool():
            return ToolChoice("required")
        case wire.OneTool():
            return ToolChoice("required", (wanted.name,))
