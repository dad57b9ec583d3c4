"""The body of Converse, as callers write it. Bytes are base64 in it.

A field of type None is one that no other API has a counterpart for: null says nothing, anything else is refused.
"""

from typing import Literal

import msgspec
from msgspec import Raw

from bide.providers.translate.reading import Fields


class Bytes(Fields, rename="camel"):
    bytes: str | None = None
    s3_location: None = None


class Image(Fields):
    format: Literal["png", "jpeg", "gif", "webp"]
    source: Bytes


class DocumentSource(Fields, rename="camel"):
    bytes: str | None = None
    text: str | None = None
    s3_location: None = None
    content: None = None


class Citations(Fields):
    enabled: bool


class Document(Fields):
    name: str
    source: DocumentSource
    format: Literal["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"] | None = None
    context: str | None = None
    citations: Citations | None = None


class Audio(Fields):
    format: str
    source: Bytes


class ToolUse(Fields, rename="camel"):
    tool_use_id: str
    name: str
    input: Raw = msgspec.field(default_factory=Raw)
    type: None = None


class ResultBlock(Fields):
    json: Raw = msgspec.field(default_factory=Raw)
    text: str | None = None
    image: Image | None = None
    document: Document | None = None
    video: None = None


class ToolResult(Fields, rename="camel"):
    tool_use_id: str
    content: list[ResultBlock]
    status: Literal["success", "error"] | None = None
    type: None = None


class CachePoint(Fields):
    type: Literal["default"] = "default"
    ttl: Literal["5m", "1h"] | None = None


class ReasoningText(Fields):
    text: str
    signature: str | None = None


class Reasoning(Fields, rename="camel"):
    reasoning_text: ReasoningText | None = None
    redacted_content: str | None = None


class Block(Fields, rename="camel"):
    text: str | None = None
    image: Image | None = None
    document: Document | None = None
    audio: Audio | None = None
    tool_use: ToolUse | None = None
    tool_result: ToolResult | None = None
    cache_point: CachePoint | None = None
    reasoning_content: Reasoning | None = None
    video: None = None
    guard_content: None = None
    citations_content: None = None
    search_result: None = None


class Message(Fields):
    role: Literal["user", "assistant", "system"]
    content: list[Block]


class Inference(Fields, rename="camel"):
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop_sequences: list[str] | None = None


class Schema(Fields):
    json: Raw = msgspec.field(default_factory=Raw)


class ToolSpec(Fields, rename="camel"):
    name: str
    input_schema: Schema
    description: str | None = None
    strict: bool | None = None


class Tool(Fields, rename="camel"):
    tool_spec: ToolSpec | None = None
    cache_point: CachePoint | None = None
    system_tool: None = None


class Empty(Fields):
    pass


class Named(Fields):
    name: str


class Choice(Fields):
    auto: Empty | None = None
    any: Empty | None = None
    tool: Named | None = None


class ToolConfig(Fields, rename="camel"):
    tools: list[Tool]
    tool_choice: Choice | None = None


class JsonSchema(Fields):
    schema: str
    name: str | None = None
    description: str | None = None


class Structure(Fields, rename="camel"):
    json_schema: JsonSchema


class TextFormat(Fields):
    type: Literal["json_schema"]
    structure: Structure


class OutputConfig(Fields, rename="camel"):
    text_format: TextFormat | None = None
    effort: str | None = None


class Thinking(Fields):
    type: Literal["enabled", "adaptive", "disabled"]
    budget_tokens: int | None = None
    display: Literal["summarized", "omitted"] | None = None


class ModelFields(Fields):
    """What Anthropic's models take beyond Converse's own fields."""

    top_k: int | None = None
    thinking: Thinking | None = None


class Tier(Fields):
    type: Literal["default", "flex", "priority", "reserved"]


class Request(Fields, rename="camel"):
    messages: list[Message]
    system: list[Block] | None = None
    inference_config: Inference | None = None
    tool_config: ToolConfig | None = None
    additional_model_request_fields: ModelFields | None = None
    request_metadata: dict[str, str] | None = None
    service_tier: Tier | None = None
    output_config: OutputConfig | None = None
    guardrail_config: None = None
    prompt_variables: None = None
    additional_model_response_field_paths: None = None
    performance_config: None = None
