"""What a target's words lack is refused, whatever it is."""

import json
from typing import Any

import msgspec
import pytest

from bide.providers.translate import SPOKES, UntranslatableError, Wire
from bide.providers.translate.expressible import DETAILS, SETTINGS, refuse_inexpressible
from bide.providers.translate.parts import Audio, Document, Image, Part, Reasoning, Refusal, Text, ToolCall, ToolResult
from bide.providers.translate.prompt import Format, Prompt, Settings, Tool, ToolChoice, Turn

VALUES: dict[str, Any] = {
    "stop": ("a",),
    "logit_bias": {"1": 1},
    "format": Format(),
    "tool_choice": ToolChoice("auto"),
    "metadata": {"a": "b"},
    "cache": "5m",
}
"""Where 1 would not do."""

PARTS: dict[str, Part] = {
    "text": Text("x", "here", cache="5m"),
    "image": Image("here", "image/png", "AAAA", "u", "f", "low", "5m"),
    "document": Document("here", "application/pdf", "AAAA", "t", "u", "f", "n", "c", "5m"),
    "audio": Audio("here", "AAAA", "wav"),
    "tool_call": ToolCall("c", "f", "{}", "here", "5m"),
    "tool_result": ToolResult("c", (), "here", True, "5m"),
    "reasoning": Reasoning("x", "here", "s", "r"),
    "refusal": Refusal("x", "here"),
}

EVERYTHING = {*DETAILS, *(f"{kind}.{field}" for kind, fields in DETAILS.items() for field in fields)}


def prompt(*parts: Part, tools: tuple[Tool, ...] = (), **settings: Any) -> Prompt:
    return Prompt("m", (), (Turn("user", parts, "turn"),), tools, Settings(**settings), {"seed": "Seed"})


@pytest.mark.parametrize("field", SETTINGS)
def test_a_setting_that_is_not_spelt_is_refused(field: str) -> None:
    said = prompt(**{field: VALUES.get(field, 1)})
    spelling = dict.fromkeys(SETTINGS, "x")
    refuse_inexpressible(said, spelling, {}, "there")
    del spelling[field]

    with pytest.raises(UntranslatableError) as caught:
        refuse_inexpressible(said, spelling, {field: "do this"}, "there")
    assert caught.value.field == {"seed": "Seed"}.get(field, field)
    assert str(caught.value) == f"{caught.value.field} cannot be expressed by there: do this."
    assert caught.value.code == "untranslatable_field"


@pytest.mark.parametrize("kind", PARTS)
@pytest.mark.parametrize("is_nested", [False, True])
def test_a_part_that_is_not_spelt_is_refused(kind: str, is_nested: bool) -> None:
    part = PARTS[kind]
    said = prompt(ToolResult("c", (part,), "around")) if is_nested else prompt(part)
    spelling = dict.fromkeys(EVERYTHING, "x")
    refuse_inexpressible(said, spelling, {}, "there")
    for field in DETAILS[kind]:
        with pytest.raises(UntranslatableError) as caught:
            refuse_inexpressible(said, {key: "x" for key in spelling if key != f"{kind}.{field}"}, {}, "there")
        assert caught.value.field == f"here.{field}"
    if not (is_nested and kind == "tool_result"):
        with pytest.raises(UntranslatableError) as caught:
            refuse_inexpressible(said, {key: "x" for key in spelling if key != kind}, {}, "there")
        assert caught.value.field == "here"


def test_a_tools_details_are_looked_at() -> None:
    tool = Tool("f", "tools[0]", "d", msgspec.Raw(b"{}"), True, "1h")
    for field in DETAILS["tool"]:
        with pytest.raises(UntranslatableError) as caught:
            refuse_inexpressible(
                prompt(tools=(tool,)), {key: "x" for key in EVERYTHING if key != f"tool.{field}"}, {}, "there"
            )
        assert caught.value.field == f"tools[0].{field}"


@pytest.mark.parametrize("kind", PARTS)
def test_every_detail_of_a_part_is_looked_at(kind: str) -> None:
    """A field that may be missing is a detail, except what describes another one."""
    part = PARTS[kind]
    optional = {field.name for field in msgspec.structs.fields(part) if field.default is None}

    assert optional - set(DETAILS[kind]) <= {"media_type"}


@pytest.mark.parametrize("wire", SPOKES)
def test_a_wire_spells_what_there_is(wire: Wire) -> None:
    known = {*SETTINGS, *EVERYTHING, "format.description"}

    assert set(SPOKES[wire].SPELLING) - known == set()
    assert set(SPOKES[wire].REMEDIES) - known - {"cache"} == set()
    assert set(SPOKES[wire].LIMITS) <= set(SPOKES[wire].SPELLING) | {"format.description"}


def test_a_refusal_of_the_readers_names_no_target() -> None:
    error = UntranslatableError("speed")

    assert str(error).startswith("speed cannot be expressed by any other API: leave it out")
    assert json.dumps([error.field, error.target]) == '["speed", ""]'
