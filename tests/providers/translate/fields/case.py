"""One field of a caller's body, and what becomes of it towards each target: the shape of the tables beside this module.

A table names, for every field that its wire knows, what is added to the smallest request of each target, or the field that is
refused. A new wire adds its smallest request to `SMALLEST`, a column to every table, and a table of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bide.providers.translate import Options, Wire

Json = dict[str, Any]

SMALLEST: Mapping[Wire, Json] = {
    Wire.CHAT: {"model": "m", "max_completion_tokens": 100, "messages": [{"role": "user", "content": "hi"}]},
    Wire.RESPONSES: {
        "model": "m",
        "max_output_tokens": 100,
        "input": [{"role": "user", "content": "hi"}],
        "store": False,
    },
    Wire.MESSAGES: {"model": "m", "max_tokens": 100, "messages": [{"role": "user", "content": "hi"}]},
    Wire.GEMINI: {
        "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        "generationConfig": {"maxOutputTokens": 100},
    },
    Wire.CONVERSE: {
        "messages": [{"role": "user", "content": [{"text": "hi"}]}],
        "inferenceConfig": {"maxTokens": 100},
    },
}
"""The same request everywhere: what each field is added to."""


@dataclass(frozen=True)
class Refused:
    """The field as the caller wrote it."""

    field: str


@dataclass(frozen=True)
class Case:
    """`given` replaces or adds fields of the smallest request, `expected` does so by target; None takes a field away."""

    id: str
    given: Json
    expected: Mapping[Wire, Json | Refused]
    options: Options = field(default_factory=Options)


def everywhere(source: Wire, becomes: Json | Refused) -> Mapping[Wire, Json | Refused]:
    """The same towards all other wires."""
    return {wire: becomes for wire in SMALLEST if wire is not source}


def merged(wire: Wire, changes: Json) -> Json:
    """The smallest request with these changes."""
    return {name: value for name, value in {**SMALLEST[wire], **changes}.items() if value is not None}


def said(*messages: Json) -> Json:
    """The conversation instead of the smallest one."""
    return {"messages": list(messages)}


def user(*parts: Json) -> Json:
    """A user's message of these parts."""
    return {"role": "user", "content": list(parts)}


HI = {"role": "user", "content": "hi"}
"""The smallest request's only message."""
