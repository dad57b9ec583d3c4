"""Demanded calls of tools, in each protocol's words."""

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from bide.simulator.tools import ToolCall, demanded

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}}}
CALL = ToolCall("weather", '{"city":"simulated","unit":"C"}')
CHAT = [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]
RESPONSES = [{"type": "function", "name": "weather", "parameters": SCHEMA}]
MESSAGES = [{"name": "weather", "input_schema": SCHEMA}]


@pytest.mark.parametrize(
    ("tools", "choice", "call"),
    [
        pytest.param(CHAT, "required", CALL, id="chat"),
        pytest.param(CHAT, {"type": "function", "function": {"name": "weather"}}, CALL, id="chat, by name"),
        pytest.param(RESPONSES, {"type": "function", "name": "weather"}, CALL, id="responses, by name"),
        pytest.param(MESSAGES, {"type": "any"}, CALL, id="messages"),
        pytest.param(MESSAGES, {"type": "tool", "name": "weather"}, CALL, id="messages, by name"),
        pytest.param(MESSAGES, {"type": "tool", "name": "other"}, None, id="of a tool that is not there"),
        pytest.param(CHAT, "auto", None, id="free"),
        pytest.param(MESSAGES, {"type": "auto"}, None, id="free, at Anthropic"),
        pytest.param(CHAT, "none", None, id="forbidden"),
        pytest.param(None, "required", None, id="without tools"),
        pytest.param("nonsense", 5, None, id="not understood"),
    ],
)
def test_a_choice_demands_a_call(tools: Any, choice: Any, call: ToolCall | None) -> None:
    assert demanded(Raw(msgspec.json.encode(tools)), Raw(msgspec.json.encode(choice))) == call
