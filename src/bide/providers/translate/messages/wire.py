"""The body of a Messages request, as callers write it.

A field of type None is one that no other API has a counterpart for: null says nothing, anything else is refused.
"""

from typing import Literal

import msgspec
from msgspec import Raw

from bide.providers.translate.reading import Fields


class Cache(Fields, tag="ephemeral"):
    ttl: Literal["5m", "1h"] = "5m"


class Text(Fields, tag="text"):
    text: str
    cache_control: Cache | None = None
    citations: None = None


class Inline(Fields, tag="base64"):
    media_type: str
    data: str


class PlainText(Fields, tag="text"):
    media_type: Literal["text/plain"]
    data: str


class Linked(Fields, tag="url"):
    url: str


class Uploaded(Fields, tag="file"):
    file_id: str


class Image(Fields, tag="image"):
    source: Inline | Linked | Uploaded
    cache_control: Cache | None = None
    transformations: None = None


class Citations(Fields):
    enabled: bool | None = None


class Document(Fields, tag="document"):
    source: Inline | PlainText | Linked | Uploaded
    title: str | None = None
    context: str | None = None
    citations: Citations | None = None
    cache_control: Cache | None = None


class Direct(Fields, tag="direct"):
    """The model called the tool itself: what answers say where nothing is special."""


class ToolUse(Fields, tag="tool_use"):
    id: str
    name: str
    input: Raw
    cache_control: Cache | None = None
    caller: Direct | None = None
    toolset_name: None = None


class ToolResult(Fields, tag="tool_result"):
    tool_use_id: str
    content: str | list[Text | Image | Document] | None = None
    is_error: bool | None = None
    cache_control: Cache | None = None
    toolset_name: None = None


class Thinking(Fields, tag="thinking"):
    thinking: str
    signature: str


class RedactedThinking(Fields, tag="redacted_thinking"):
    data: str


Block = Text | Image | Document | ToolUse | ToolResult | Thinking | RedactedThinking


class Message(Fields):
    role: Literal["user", "assistant", "system"]
    content: str | list[Block]


class Tool(Fields):
    """A tool of the caller's own; those that the provider runs have other types."""

    name: str
    input_schema: Raw = msgspec.field(default_factory=Raw)
    type: Literal["custom"] | None = None
    description: str | None = None
    strict: bool | None = None
    cache_control: Cache | None = None
    allowed_callers: list[Literal["direct"]] | None = None
    defer_loading: Literal[False] | None = None
    eager_input_streaming: bool | None = None
    """How the arguments arrive, not what they are."""
    input_examples: None = None


class Auto(Fields, tag="auto"):
    disable_parallel_tool_use: bool | None = None


class AnyTool(Fields, tag="any"):
    disable_parallel_tool_use: bool | None = None


class OneTool(Fields, tag="tool"):
    name: str
    disable_parallel_tool_use: bool | None = None


class NoTool(Fields, tag="none"):
    pass


class Adaptive(Fields, tag="adaptive"):
    display: Literal["summarized", "omitted"] | None = None


class Enabled(Fields, tag="enabled"):
    budget_tokens: int
    display: Literal["summarized", "omitted"] | None = None


class Disabled(Fields, tag="disabled"):
    pass


class Schema(Fields, tag="json_schema"):
    schema: Raw


class OutputConfig(Fields):
    effort: str | None = None
    format: Schema | None = None


class Metadata(Fields):
    user_id: str | None = None


class Request(Fields):
    model: str
    messages: list[Message]
    max_tokens: int | None = None
    system: str | list[Text] | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop_sequences: list[str] | None = None
    tools: list[Tool] | None = None
    tool_choice: Auto | AnyTool | OneTool | NoTool | None = None
    thinking: Adaptive | Enabled | Disabled | None = None
    output_config: OutputConfig | None = None
    metadata: Metadata | None = None
    service_tier: Literal["auto", "standard_only"] | None = None
    stream: bool | None = None
    cache_control: Cache | None = None
    speed: Literal["standard"] | None = None
    container: None = None
    diagnostics: None = None
    inference_geo: None = None
