"""What a response repeats of its request, with OpenAI's defaults for what was left out: its spec requires all of it."""

from typing import Any

import msgspec
from msgspec import Raw

from bide.providers.decoding import UNREADABLE

NULL = Raw(b"null")


class _Reasoning(msgspec.Struct, gc=False):
    effort: str | None = None
    summary: str | None = None
    generate_summary: str | None = None


class _Text(msgspec.Struct, gc=False):
    format: Raw = NULL
    verbosity: str | None = None


class _Asked(msgspec.Struct, gc=False):
    """The fields that are repeated. What is not read here may be large, and is skipped."""

    instructions: Raw = NULL
    max_output_tokens: int | None = None
    max_tool_calls: int | None = None
    metadata: Raw = NULL
    parallel_tool_calls: bool | None = None
    previous_response_id: str | None = None
    prompt_cache_key: str | None = None
    reasoning: _Reasoning | None = None
    safety_identifier: str | None = None
    temperature: float | None = None
    text: _Text | None = None
    tool_choice: Raw = NULL
    tools: list[dict[str, Any]] | None = None
    top_logprobs: int | None = None
    top_p: float | None = None
    truncation: str | None = None
    user: str | None = None


_decode = msgspec.json.Decoder(_Asked).decode


def echo(asked: bytes) -> dict[str, Any]:
    """The fields of a response that the body `asked` decides about. Without one, or with one that is none, the defaults."""
    try:
        body = _decode(asked)
    except UNREADABLE:
        body = _Asked()
    reasoning = body.reasoning or _Reasoning()
    return {
        "instructions": _given(body.instructions, None),
        "max_output_tokens": body.max_output_tokens,
        "max_tool_calls": body.max_tool_calls,
        "metadata": _given(body.metadata, {}),
        "parallel_tool_calls": body.parallel_tool_calls is not False,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
        "previous_response_id": body.previous_response_id,
        "prompt_cache_key": body.prompt_cache_key,
        "reasoning": {"effort": reasoning.effort, "summary": reasoning.summary or reasoning.generate_summary},
        "safety_identifier": body.safety_identifier,
        "temperature": 1.0 if body.temperature is None else body.temperature,
        "text": _text(body.text or _Text()),
        "tool_choice": _given(body.tool_choice, "auto"),
        "tools": [_tool(tool) for tool in body.tools or ()],
        "top_logprobs": body.top_logprobs or 0,
        "top_p": 1.0 if body.top_p is None else body.top_p,
        "truncation": body.truncation or "disabled",
        "user": body.user,
    }


def _given(field: Raw, default: Any) -> Any:
    return default if bytes(field) == b"null" else field


def _text(text: _Text) -> dict[str, Any]:
    found: dict[str, Any] = {"format": _given(text.format, {"type": "text"})}
    return found if text.verbosity is None else {**found, "verbosity": text.verbosity}


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    """A function has all its fields; those that the provider runs are as they were given."""
    if tool.get("type") != "function":
        return tool
    return {"description": None, "parameters": None, "strict": True, **tool}
