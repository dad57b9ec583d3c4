"""The body of a Responses request, as callers write it.

A field of type None is one that no other API has a counterpart for: null says nothing, anything else is refused.
"""

from typing import Any, Literal

import msgspec
from msgspec import Raw

from bide.providers.translate.reading import Fields


class InputText(Fields, tag="input_text"):
    text: str
    prompt_cache_breakpoint: None = None


class InputImage(Fields, tag="input_image"):
    image_url: str | None = None
    file_id: str | None = None
    detail: str | None = None
    prompt_cache_breakpoint: None = None


class InputFile(Fields, tag="input_file"):
    file_data: str | None = None
    file_id: str | None = None
    file_url: str | None = None
    filename: str | None = None
    detail: Literal["auto"] | None = None
    prompt_cache_breakpoint: None = None


class OutputText(Fields, tag="output_text"):
    text: str
    annotations: list[Any] | None = None
    """Marks about the text; callers send answers back as they came."""
    logprobs: list[Any] | None = None


class Refusal(Fields, tag="refusal"):
    refusal: str


Part = InputText | InputImage | InputFile | OutputText | Refusal


class Message(Fields):
    """A message. `id`, `status` and `phase` are what an answer had when it came."""

    role: Literal["user", "assistant", "system", "developer"]
    content: str | list[Part]
    type: Literal["message"] = "message"
    id: str | None = None
    status: str | None = None
    phase: Literal["commentary", "final_answer"] | None = None


class Call(Fields):
    type: Literal["function_call"]
    call_id: str
    name: str
    arguments: str
    id: str | None = None
    status: str | None = None
    caller: None = None
    namespace: None = None


class CallOutput(Fields):
    type: Literal["function_call_output"]
    call_id: str
    output: str | list[InputText | InputImage | InputFile]
    id: str | None = None
    status: str | None = None
    name: str | None = None
    caller: None = None
    namespace: None = None


class Summary(Fields, tag="summary_text"):
    text: str


class Thought(Fields, tag="reasoning_text"):
    text: str


class Reasoning(Fields):
    type: Literal["reasoning"]
    id: str = ""
    summary: list[Summary] = msgspec.field(default_factory=list[Summary])
    content: list[Thought] | None = None
    encrypted_content: str | None = None
    status: str | None = None


Item = Message | Call | CallOutput | Reasoning


class Kind(msgspec.Struct, gc=False):
    """An item's type, which a message may leave out."""

    type: str = "message"


class Function(Fields, tag="function"):
    name: str
    description: str | None = None
    parameters: Raw = msgspec.field(default_factory=Raw)
    strict: bool | None = None
    allowed_callers: None = None
    defer_loading: None = None
    output_schema: None = None


class NamedTool(Fields, tag="function"):
    name: str


class Allowed(Fields, tag="allowed_tools"):
    mode: Literal["auto", "required"]
    tools: list[NamedTool]


class AsText(Fields, tag="text"):
    pass


class AsObject(Fields, tag="json_object"):
    pass


class AsSchema(Fields, tag="json_schema"):
    name: str
    schema: Raw = msgspec.field(default_factory=Raw)
    description: str | None = None
    strict: bool | None = None


class TextConfig(Fields):
    format: AsText | AsObject | AsSchema | None = None
    verbosity: str | None = None


class ReasoningConfig(Fields):
    effort: str | None = None
    summary: str | None = None
    generate_summary: str | None = None
    context: Literal["auto"] | None = None
    mode: Literal["standard"] | None = None


class StreamOptions(Fields):
    include_obfuscation: bool | None = None


class Request(Fields):
    model: str
    input: str | list[Raw]
    instructions: str | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    text: TextConfig | None = None
    tools: list[Function] | None = None
    tool_choice: Literal["auto", "none", "required"] | NamedTool | Allowed | None = None
    parallel_tool_calls: bool | None = None
    reasoning: ReasoningConfig | None = None
    service_tier: str | None = None
    user: str | None = None
    safety_identifier: str | None = None
    metadata: dict[str, str] | None = None
    store: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    previous_response_id: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    include: list[Literal["reasoning.encrypted_content"]] | None = None
    """The seal of thoughts stands in every answer that has them."""
    truncation: Literal["disabled"] | None = None
    background: bool | None = None
    top_logprobs: int | None = None
    access_programs: None = None
    context_management: None = None
    conversation: None = None
    image: None = None
    max_tool_calls: None = None
    moderation: None = None
    prompt: None = None
    prompt_cache_options: None = None
