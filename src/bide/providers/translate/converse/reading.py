"""A caller's body of Converse into a prompt."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from bide.providers.decoding import UNREADABLE
from bide.providers.translate import parts
from bide.providers.translate.arguments import given_text
from bide.providers.translate.converse import wire
from bide.providers.translate.converse.content import FILES
from bide.providers.translate.converse.words import SPELLING
from bide.providers.translate.prompt import Format, Prompt, Settings, Tool, ToolChoice, Turn
from bide.providers.translate.reading import given, given_schema, read, refuse_unless_one
from bide.providers.translate.untranslatable import UntranslatableError

_decoder = msgspec.json.Decoder(wire.Request)
_schema = msgspec.json.Decoder(dict[str, Raw]).decode
KINDS = {form: kind for kind, form in FILES.items()}
TIERS = {"default": "default", "flex": "flex", "priority": "priority", "reserved": "scale"}


def read_request(body: bytes) -> Prompt:
    """The prompt that this body is. Its model is in the path, so it is empty here.

    Raises:
        UntranslatableError: it has a field that no other wire can express.
    """
    request = read(_decoder, body)
    system = _texts(request.system or (), "system")
    turns: list[Turn] = []
    for number, message in enumerate(request.messages):
        path = f"messages[{number}]"
        if message.role == "system":
            system += _texts(message.content, f"{path}.content")
        else:
            turns.append(Turn(message.role, tuple(_parts(message.content, f"{path}.content")), path))
    tools = _tools(request.tool_config.tools) if request.tool_config is not None else ()
    return Prompt("", tuple(system), tuple(turns), tuple(tools), _settings(request), SPELLING)


def _texts(blocks: Sequence[wire.Block], path: str) -> list[parts.Text]:
    found: list[parts.Text] = []
    for part in _parts(blocks, path):
        if not isinstance(part, parts.Text):
            raise UntranslatableError(part.path, remedy="instructions are text")
        found.append(part)
    return found


def _parts(blocks: Sequence[wire.Block], path: str) -> list[parts.Part]:
    """A mark for the cache is a block of its own here, and elsewhere a word at the block before it."""
    found: list[parts.Part] = []
    for number, block in enumerate(blocks):
        where = f"{path}[{number}]"
        said = [field for field in block.__struct_fields__ if getattr(block, field) is not None]
        if len(said) > 1:
            raise UntranslatableError(where, remedy="a block is one thing; send a block for each")
        if block.cache_point is None:
            found.append(_part(block, where))
        elif found and "cache" in found[-1].__struct_fields__:
            found[-1] = replace(found[-1], cache=block.cache_point.ttl or "5m")
        else:
            raise UntranslatableError(f"{where}.cachePoint", remedy="put it behind what is to be cached")
    return found


def _part(block: wire.Block, path: str) -> parts.Part:
    match block:
        case wire.Block(text=str(text)):
            return parts.Text(text, path)
        case wire.Block(image=wire.Image() as image):
            return _image(image, path)
        case wire.Block(document=wire.Document() as document):
            return _document(document, path)
        case wire.Block(audio=wire.Audio() as audio):
            return parts.Audio(path, _bytes(audio.source, f"{path}.audio"), audio.format)
        case wire.Block(tool_use=wire.ToolUse() as use):
            arguments = given_text(use.input, f"{path}.toolUse.input")
            return parts.ToolCall(use.tool_use_id, use.name, arguments, path)
        case wire.Block(tool_result=wire.ToolResult() as result):
            where = f"{path}.toolResult.content"
            content = tuple([_answered(part, f"{where}[{number}]") for number, part in enumerate(result.content)])
            is_error = None if result.status is None else result.status == "error"
            return parts.ToolResult(result.tool_use_id, content, path, is_error)
        case wire.Block(reasoning_content=wire.Reasoning() as thought):
            where = f"{path}.reasoningContent"
            refuse_unless_one(where, reasoningText=thought.reasoning_text, redactedContent=thought.redacted_content)
            text = thought.reasoning_text or wire.ReasoningText("")
            return parts.Reasoning(text.text, path, signature=text.signature, redacted=thought.redacted_content)
        case _:
            raise UntranslatableError(path, remedy="it says nothing; leave it out")


def _answered(block: wire.ResultBlock, path: str) -> parts.Part:
    json = given(block.json)
    refuse_unless_one(path, text=block.text, json=json, image=block.image, document=block.document)
    if block.image is not None:
        return _image(block.image, path)
    if block.document is not None:
        return _document(block.document, path)
    return parts.Text(block.text if block.text is not None else bytes(json or b"").decode(), path)


def _image(image: wire.Image, path: str) -> parts.Image:
    where = f"{path}.image"
    return parts.Image(where, f"image/{image.format}", _bytes(image.source, where))


def _bytes(source: wire.Bytes, path: str) -> str:
    if source.bytes is None:
        raise UntranslatableError(f"{path}.source", remedy="send its bytes")
    return source.bytes


def _document(document: wire.Document, path: str) -> parts.Document:
    where = f"{path}.document"
    if document.citations is not None and document.citations.enabled:
        raise UntranslatableError(f"{where}.citations", remedy="leave it out; other APIs have none")
    kind = KINDS[document.format] if document.format is not None else None
    source = document.source
    refuse_unless_one(f"{where}.source", bytes=source.bytes, text=source.text)
    if kind is None and source.bytes is not None:
        raise UntranslatableError(f"{where}.format", remedy="say what its bytes are")
    return parts.Document(where, kind, source.bytes, source.text, name=document.name, context=document.context)


def _tools(tools: Iterable[wire.Tool]) -> Iterable[Tool]:
    found: list[Tool] = []
    for number, tool in enumerate(tools):
        path = f"toolConfig.tools[{number}]"
        if tool.tool_spec is not None and tool.cache_point is None:
            spec = tool.tool_spec
            schema = given_schema(spec.input_schema.json, f"{path}.toolSpec.inputSchema.json")
            found.append(Tool(spec.name, f"{path}.toolSpec", spec.description, schema, bool(spec.strict)))
        elif tool.tool_spec is None and tool.cache_point is not None and found:
            found[-1] = replace(found[-1], cache=tool.cache_point.ttl or "5m")
        else:
            raise UntranslatableError(path, remedy="a tool is a toolSpec, and a mark for the cache stands behind one")
    return found


def _settings(request: wire.Request) -> Settings:
    inference = request.inference_config or wire.Inference()
    output = request.output_config or wire.OutputConfig()
    fields = request.additional_model_request_fields or wire.ModelFields()
    thinking = fields.thinking
    effort = output.effort
    if thinking is not None and (thinking.type == "enabled") != (thinking.budget_tokens is not None):
        remedy = "say how many where thinking is enabled, and only there"
        raise UntranslatableError("additionalModelRequestFields.thinking.budget_tokens", remedy=remedy)
    if thinking is not None and thinking.type == "disabled":
        if effort is not None:
            raise UntranslatableError("outputConfig.effort", remedy="leave it out where thinking is disabled")
        effort = "none"
    choice = request.tool_config.tool_choice if request.tool_config is not None else None
    return Settings(
        max_output_tokens=inference.max_tokens,
        temperature=inference.temperature,
        top_p=inference.top_p,
        top_k=fields.top_k,
        stop=tuple(inference.stop_sequences or ()) or None,
        format=_format(output.text_format),
        tool_choice=_choice(choice),
        effort=effort,
        adaptive_thinking=thinking is not None and thinking.type == "adaptive" and effort is None,
        thinking_budget=thinking.budget_tokens if thinking is not None else None,
        thoughts="auto" if thinking is not None and thinking.display == "summarized" else None,
        tier=TIERS[request.service_tier.type] if request.service_tier is not None else None,
        metadata=request.request_metadata or None,
    )


def _format(wanted: wire.TextFormat | None) -> Format | None:
    if wanted is None:
        return None
    schema = wanted.structure.json_schema
    try:
        _schema(schema.schema)
    except UNREADABLE:
        path = "outputConfig.textFormat.structure.jsonSchema.schema"
        raise UntranslatableError(path, remedy="it has to be the text of a JSON schema") from None
    return Format(Raw(schema.schema.encode()), schema.name, schema.description, True)


def _choice(wanted: wire.Choice | None) -> ToolChoice | None:
    if wanted is None:
        return None
    refuse_unless_one("toolConfig.toolChoice", auto=wanted.auto, any=wanted.any, tool=wanted.tool)
    if wanted.tool is not None:
        return ToolChoice("required", (wanted.tool.name,))
    return ToolChoice("required" if wanted.any is not None else "auto")
