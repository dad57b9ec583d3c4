"""The body of a chat completion, as callers write it.

A field of type None is one that no other API has a counterpart for: null says nothing, anything else is refused.
"""

from typing import Literal

import msgspec
from msgspec import Raw

from bide.providers.translate.reading import Fields


class Text(Fields, tag="text"):
    text: str


class ImageURL(Fields):
    url: str
    detail: str | None = None


class Image(Fields, tag="image_url"):
    image_url: ImageURL


class InputAudio(Fields):
    data: str
    format: str


class Audio(Fields, tag="input_audio"):
    input_audio: InputAudio


class FileFields(Fields):
    file_data: str | None = None
    file_id: str | None = None
    filename: str | None = None


class File(Fields, tag="file"):
    file: FileFields


class Refusal(Fields, tag="refusal"):
    refusal: str


class CalledFunction(Fields):
    name: str
    arguments: str


class Call(Fields, tag="function"):
    id: str
    function: CalledFunction


class System(Fields, tag_field="role", tag="system"):
    content: str | list[Text]
    name: None = None


class Developer(Fields, tag_field="role", tag="developer"):
    content: str | list[Text]
    name: None = None


class User(Fields, tag_field="role", tag="user"):
    content: str | list[Text | Image | Audio | File]
    name: None = None


class Assistant(Fields, tag_field="role", tag="assistant"):
    content: str | list[Text | Refusal] | None = None
    refusal: str | None = None
    tool_calls: list[Call] | None = None
    name: None = None
    audio: None = None
    function_call: None = None
    annotations: list[None] | None = None
    """Callers send answers back as they came; an empty list came with them."""


class ToolAnswer(Fields, tag_field="role", tag="tool"):
    tool_call_id: str
    content: str | list[Text]


Message = System | Developer | User | Assistant | ToolAnswer


class Function(Fields):
    name: str
    description: str | None = None
    parameters: Raw = msgspec.field(default_factory=Raw)
    strict: bool | None = None


class Tool(Fields, tag="function"):
    function: Function


class Named(Fields):
    name: str


class NamedTool(Fields, tag="function"):
    function: Named


class AllowedTools(Fields):
    mode: Literal["auto", "required"]
    tools: list[NamedTool]


class Allowed(Fields, tag="allowed_tools"):
    allowed_tools: AllowedTools


class Schema(Fields):
    name: str
    description: str | None = None
    schema: Raw = msgspec.field(default_factory=Raw)
    strict: bool | None = None


class AsText(Fields, tag="text"):
    pass


class AsObject(Fields, tag="json_object"):
    pass


class AsSchema(Fields, tag="json_schema"):
    json_schema: Schema


class StreamOptions(Fields):
    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class Request(Fields):
    model: str
    messages: list[Message]
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: str | list[str] | None = None
    seed: int | None = None
    n: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    logit_bias: dict[str, float] | None = None
    response_format: AsText | AsObject | AsSchema | None = None
    verbosity: str | None = None
    tools: list[Tool] | None = None
    tool_choice: Literal["auto", "none", "required"] | NamedTool | Allowed | None = None
    parallel_tool_calls: bool | None = None
    reasoning_effort: str | None = None
    service_tier: str | None = None
    user: str | None = None
    safety_identifier: str | None = None
    metadata: dict[str, str] | None = None
    store: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    prompt_cache_options: None = None
    audio: None = None
    function_call: None = None
    functions: None = None
    modalities: list[Literal["text"]] | None = None
    moderation: None = None
    prediction: None = None
    web_search_options: None = None
