"""The body of generateContent, as callers write it.

A field of type None is one that no other API has a counterpart for: null says nothing, anything else is refused.
"""

from typing import Literal

import msgspec
from msgspec import Raw

from bide.providers.translate.reading import Fields


class Blob(Fields, rename="camel"):
    mime_type: str
    data: str
    display_name: str | None = None


class FileData(Fields, rename="camel"):
    file_uri: str
    mime_type: str | None = None
    display_name: str | None = None


class FunctionCall(Fields):
    name: str
    id: str | None = None
    args: Raw = msgspec.field(default_factory=Raw)


class ResponsePart(Fields, rename="camel"):
    inline_data: Blob | None = None
    file_data: FileData | None = None


class FunctionResponse(Fields, rename="camel"):
    name: str
    response: dict[str, Raw]
    id: str | None = None
    parts: list[ResponsePart] | None = None
    will_continue: None = None
    scheduling: None = None


class Resolution(Fields):
    level: Literal["MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_HIGH", "MEDIA_RESOLUTION_UNSPECIFIED"]


class Part(Fields, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    inline_data: Blob | None = None
    file_data: FileData | None = None
    function_call: FunctionCall | None = None
    function_response: FunctionResponse | None = None
    media_resolution: Resolution | None = None
    executable_code: None = None
    code_execution_result: None = None
    video_metadata: None = None


class Content(Fields):
    parts: list[Part]
    role: Literal["user", "model", "function"] | None = None


class Thinking(Fields, rename="camel"):
    thinking_budget: int | None = None
    thinking_level: str | None = None
    include_thoughts: bool | None = None


class GenerationConfig(Fields, rename="camel"):
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    candidate_count: int | None = None
    stop_sequences: list[str] | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    response_mime_type: Literal["text/plain", "application/json"] | None = None
    response_json_schema: Raw = msgspec.field(default_factory=Raw)
    response_schema: Raw = msgspec.field(default_factory=Raw)
    response_logprobs: bool | None = None
    logprobs: int | None = None
    response_modalities: list[Literal["TEXT"]] | None = None
    thinking_config: Thinking | None = None
    media_resolution: None = None
    speech_config: None = None
    audio_timestamp: None = None
    routing_config: None = None


class Function(Fields, rename="camel"):
    name: str
    description: str | None = None
    parameters_json_schema: Raw = msgspec.field(default_factory=Raw)
    parameters: Raw = msgspec.field(default_factory=Raw)
    response: None = None
    response_json_schema: None = None
    behavior: None = None


class Tools(Fields, rename="camel"):
    function_declarations: list[Function] | None = None
    google_search: None = None
    google_search_retrieval: None = None
    code_execution: None = None
    url_context: None = None


class Calling(Fields, rename="camel"):
    mode: Literal["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"] | None = None
    allowed_function_names: list[str] | None = None


class ToolConfig(Fields, rename="camel"):
    function_calling_config: Calling | None = None
    retrieval_config: None = None


class Request(Fields, rename="camel"):
    contents: list[Content]
    model: str | None = None
    """It is in the path; a line of a batch may repeat it."""
    system_instruction: Content | None = None
    generation_config: GenerationConfig | None = None
    tools: list[Tools] | None = None
    tool_config: ToolConfig | None = None
    service_tier: Literal["unspecified", "standard", "flex", "priority"] | None = None
    labels: dict[str, str] | None = None
    safety_settings: None = None
    cached_content: None = None
    store: bool | None = None
