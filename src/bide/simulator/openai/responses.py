"""Responses: the answer's shape, whole and as a stream of events."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw

from bide.core.usage import Usage
from bide.simulator.answers import Answer
from bide.simulator.exchange import encode
from bide.simulator.openai.body import Body
from bide.simulator.openai.chat import PIECE
from bide.simulator.openai.wire import OutputDetails
from bide.simulator.tools import ToolCall

Step = tuple[str, dict[str, object]]
"""An event's name and its fields."""


class OutputText(msgspec.Struct):
    text: str
    type: str = "output_text"
    annotations: tuple[()] = ()
    logprobs: tuple[()] = ()


class OutputMessage(msgspec.Struct):
    id: str
    status: str
    content: list[OutputText]
    type: str = "message"
    role: str = "assistant"


class OutputCall(msgspec.Struct):
    id: str
    call_id: str
    name: str
    arguments: str
    status: str
    type: str = "function_call"


class InputDetails(msgspec.Struct):
    cached_tokens: int
    cache_write_tokens: int = 0


class ResponseUsage(msgspec.Struct):
    input_tokens: int
    input_tokens_details: InputDetails
    output_tokens: int
    output_tokens_details: OutputDetails
    total_tokens: int


class Response(msgspec.Struct, kw_only=True):
    id: str
    object: str = "response"
    created_at: int
    completed_at: int | None
    status: str
    background: bool
    error: None = None
    frequency_penalty: float
    incomplete_details: dict[str, str] | None
    instructions: Raw
    max_output_tokens: int | None
    max_tool_calls: None = None
    model: str
    output: list[OutputMessage | OutputCall]
    parallel_tool_calls: bool = True
    presence_penalty: float
    previous_response_id: str | None
    prompt_cache_key: None = None
    reasoning: Raw | dict[str, None]
    safety_identifier: None = None
    service_tier: str
    store: bool
    temperature: float
    text: Raw | dict[str, dict[str, str]]
    tool_choice: Raw | str
    tools: list[dict[str, Any]]
    top_logprobs: int = 0
    top_p: float
    truncation: str = "disabled"
    usage: ResponseUsage | None
    user: str | None
    metadata: Raw | dict[str, str]


def response(
    identifier: str, created: int, model: str, body: Body, answer: Answer, tier: str, *, running: bool = False
) -> Response:
    """The whole answer, or its head while it is still `running`; `created` is in seconds."""
    status = "in_progress" if running else "incomplete" if answer.capped else "completed"
    return Response(
        id=identifier,
        created_at=created,
        completed_at=created if status == "completed" else None,
        status=status,
        background=bool(body.background),
        previous_response_id=body.previous_response_id,
        store=body.store is not False,
        frequency_penalty=body.frequency_penalty or 0.0,
        incomplete_details={"reason": "max_output_tokens"} if status == "incomplete" else None,
        instructions=body.instructions,
        max_output_tokens=body.max_output_tokens,
        model=model,
        output=[] if running else [_item(identifier, status, answer.text, body.called())],
        presence_penalty=body.presence_penalty or 0.0,
        reasoning=_given(body.reasoning) or {"effort": None, "summary": None},
        service_tier=tier,
        temperature=1.0 if body.temperature is None else body.temperature,
        text=_given(body.text) or {"format": {"type": "text"}},
        tool_choice=_given(body.tool_choice) or "auto",
        tools=_tools(body.tools),
        top_p=1.0 if body.top_p is None else body.top_p,
        usage=None if running else _usage(answer.usage),
        user=body.user,
        metadata=_given(body.metadata) or {},
    )


def events(identifier: str, created: int, model: str, body: Body, answer: Answer, tier: str) -> Iterator[bytes]:
    """The same answer as named, numbered server-sent events."""
    head = response(identifier, created, model, body, answer, tier, running=True)
    whole = response(identifier, created, model, body, answer, tier)
    [item] = whole.output
    told = _call_told(item) if isinstance(item, OutputCall) else _text_told(item, answer.text)
    steps: list[Step] = [
        ("response.created", {"response": head}),
        ("response.in_progress", {"response": head}),
        *told,
        ("response.output_item.done", {"output_index": 0, "item": item}),
        (f"response.{whole.status}", {"response": whole}),
    ]
    for number, (name, fields) in enumerate(steps):
        event = {"type": name, "sequence_number": number, **fields}
        yield b"event: %b\ndata: %b\n\n" % (name.encode(), encode(event))


def _text_told(item: OutputMessage, text: str) -> Iterator[Step]:
    place: dict[str, object] = {"item_id": item.id, "output_index": 0, "content_index": 0}
    yield "response.output_item.added", {"output_index": 0, "item": OutputMessage(item.id, "in_progress", [])}
    yield "response.content_part.added", {**place, "part": OutputText("")}
    for start in range(0, len(text), PIECE):
        yield "response.output_text.delta", {**place, "delta": text[start : start + PIECE], "logprobs": []}
    yield "response.output_text.done", {**place, "text": text, "logprobs": []}
    yield "response.content_part.done", {**place, "part": item.content[0]}


def _call_told(item: OutputCall) -> Iterator[Step]:
    place: dict[str, object] = {"item_id": item.id, "output_index": 0}
    begun = msgspec.structs.replace(item, arguments="", status="in_progress")
    yield "response.output_item.added", {"output_index": 0, "item": begun}
    for start in range(0, len(item.arguments), PIECE):
        yield "response.function_call_arguments.delta", {**place, "delta": item.arguments[start : start + PIECE]}
    yield "response.function_call_arguments.done", {**place, "arguments": item.arguments}


def _tools(given: Raw) -> list[dict[str, Any]]:
    """The tools that were given, with the fields that OpenAI fills in."""
    found: list[dict[str, Any]] = msgspec.json.decode(given) or []
    return [
        {"description": None, "parameters": None, "strict": True, **one} if one.get("type") == "function" else one
        for one in found
    ]


def _given(field: Raw) -> Raw | None:
    return None if bytes(field) == b"null" else field


def _item(identifier: str, status: str, text: str, call: ToolCall | None) -> OutputMessage | OutputCall:
    key = identifier.partition("_")[2]
    if call is not None:
        return OutputCall(f"fc_{key}", f"call_{key}", call.name, call.arguments, "completed")
    return OutputMessage(f"msg_{key}", status, [OutputText(text)])


def _usage(usage: Usage) -> ResponseUsage:
    return ResponseUsage(
        usage.input,
        InputDetails(usage.cached, usage.cache_write),
        usage.output,
        OutputDetails(usage.reasoning),
        usage.input + usage.output,
    )
