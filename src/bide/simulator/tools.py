"""Calls of tools, where a request demands one: with arguments that fit their schema and mean nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Raw

STAND_INS: Mapping[str, Any] = {
    "string": "simulated",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "array": (),
    "object": {},
}
"""What stands for a value, by its type in a schema."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call; `arguments` is a JSON object."""

    name: str
    arguments: str


class _Property(msgspec.Struct):
    type: str | list[str] = "string"
    enum: list[Any] | None = None


class _Schema(msgspec.Struct):
    properties: dict[str, _Property] = {}


class _Function(msgspec.Struct):
    name: str | None = None
    parameters: _Schema | None = None
    input_schema: _Schema | None = None


class _Tool(_Function):
    """A tool, or the choice of one. Chat Completions has its fields one level deeper than the others."""

    type: str | None = None
    function: _Function | None = None


_decode_tools = msgspec.json.Decoder(list[_Tool] | None).decode
_decode_choice = msgspec.json.Decoder(_Tool | str | None).decode


def demanded(tools: Raw, choice: Raw) -> ToolCall | None:
    """The call that a body's `tools` and `tool_choice` demand, in the words of any protocol; None where the choice is free.

    The first tool where any will do. What is not understood demands nothing.
    """
    try:
        wanted, offered = _decode_choice(choice), [tool.function or tool for tool in _decode_tools(tools) or ()]
    except msgspec.DecodeError:
        return None
    if isinstance(wanted, _Tool) and wanted.type != "any":
        name = (wanted.function or wanted).name
        offered = [tool for tool in offered if tool.name == name]
    elif wanted in (None, "auto", "none"):
        return None
    if not offered or offered[0].name is None:
        return None
    schema = offered[0].parameters or offered[0].input_schema or _Schema()
    arguments = {name: _stand_in(one) for name, one in schema.properties.items()}
    return ToolCall(offered[0].name, msgspec.json.encode(arguments).decode())


def _stand_in(schema: _Property) -> Any:
    if schema.enum:
        return schema.enum[0]
    return STAND_INS.get(schema.type if isinstance(schema.type, str) else schema.type[0])
