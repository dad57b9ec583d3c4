"""A response repeats its request, as OpenAI's does."""

import json
from typing import Any

import pytest
from tests.providers.translate import sdk
from tests.providers.translate.replies import ANSWERS
from tests.providers.translate.replies_elsewhere import NOTHING_ASKED

from bide.providers.translate import Options, Wire, reply, stream
from bide.providers.translate.responses.echo import echo

FUNCTION = {"type": "function", "name": "f", "parameters": {"type": "object"}}
ASKED: dict[str, Any] = {
    "model": "m1",
    "input": "hello",
    "instructions": "Be brief.",
    "max_output_tokens": 9,
    "metadata": {"a": "b"},
    "parallel_tool_calls": False,
    "reasoning": {"effort": "low", "summary": "auto"},
    "temperature": 0.5,
    "text": {"format": {"type": "json_object"}, "verbosity": "low"},
    "tool_choice": {"type": "function", "name": "f"},
    "tools": [FUNCTION],
    "top_p": 0.25,
    "user": "me",
}
REPEATED = {
    **NOTHING_ASKED,
    **{name: value for name, value in ASKED.items() if name not in ("model", "input")},
    "tools": [{"description": None, "strict": True, **FUNCTION}],
}
ANSWER = json.dumps(ANSWERS[0].given[Wire.MESSAGES]).encode()


def test_a_response_repeats_what_was_asked() -> None:
    options = Options(asked=json.dumps(ASKED).encode(), created=7)
    written = json.loads(reply(ANSWER, Wire.MESSAGES, Wire.RESPONSES, options).body)

    assert {name: written[name] for name in REPEATED} == REPEATED
    assert sdk.unknown_fields(sdk.REPLIES[Wire.RESPONSES](written)) == []


@pytest.mark.parametrize("asked", [b"", b'{"model":"m1","input":"x"}', b'{"temperature":"warm"}', b"[1"])
def test_what_is_not_asked_has_its_default(asked: bytes) -> None:
    assert echo(asked) == NOTHING_ASKED


def test_a_stream_repeats_it_from_its_first_event_on() -> None:
    options = Options(asked=json.dumps(ASKED).encode())
    sent = stream(Wire.MESSAGES, Wire.RESPONSES, options).feed(
        b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","model":"m1"}}\n\n'
    )
    created = json.loads(sent.split(b"\n")[1].removeprefix(b"data: "))["response"]

    assert {name: created[name] for name in REPEATED} == REPEATED
    assert (created["id"], created["status"], created["completed_at"]) == ("resp_1", "in_progress", None)
