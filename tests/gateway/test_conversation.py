"""A conversation is put together from what was asked, what was answered, and what is asked now."""

import json
from typing import Any

import pytest

from bide.gateway.refusal import RefusalError
from bide.gateway.responses.conversation import put_together

SAID: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Paris", "annotations": []}],
}
SAID_AGAIN = {name: value for name, value in SAID.items() if name not in ("id", "status")}
CALLED: dict[str, Any] = {"id": "fc_1", "type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"}
SEALED: dict[str, Any] = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "x"}
OPEN: dict[str, Any] = {"id": "rs_2", "type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}
SEARCHED: dict[str, Any] = {"id": "ws_1", "type": "web_search_call", "status": "completed"}
USER = {"role": "user", "content": "Where?"}


def together(
    output: list[dict[str, Any]], body: dict[str, Any], *, asked: Any = "Where?", keeps_seals: bool = True
) -> Any:
    whole = put_together(
        json.dumps({"model": "m", "input": asked, "instructions": "Be brief."}).encode(),
        json.dumps({"id": "resp_1", "output": output}).encode(),
        json.dumps(body).encode(),
        keeps_seals=keeps_seals,
    )
    return json.loads(whole)


def test_what_was_said_comes_first_and_settings_are_the_new_ones() -> None:
    body = {"model": "other", "previous_response_id": "resp_1", "temperature": 0, "input": "And?"}
    assert together([SAID], body) == {
        "model": "other",
        "temperature": 0,
        "input": [USER, SAID_AGAIN, {"role": "user", "content": "And?"}],
    }


@pytest.mark.parametrize(
    ("output", "keeps_seals", "kept"),
    [
        pytest.param([CALLED], True, [{k: v for k, v in CALLED.items() if k != "id"}], id="a call without its id"),
        pytest.param([SEALED], True, [SEALED], id="sealed thoughts where they can be opened"),
        pytest.param([SEALED], False, [], id="sealed thoughts elsewhere"),
        pytest.param([OPEN], True, [], id="thoughts that nobody kept"),
        pytest.param([SEARCHED], True, [SEARCHED], id="what the provider did"),
    ],
)
def test_what_can_be_said_again(output: list[dict[str, Any]], keeps_seals: bool, kept: list[dict[str, Any]]) -> None:
    answer = {"type": "function_call_output", "call_id": "c", "output": "3"}
    found = together(output, {"input": [answer]}, asked=[USER], keeps_seals=keeps_seals)
    assert found["input"] == [USER, *kept, answer]


def test_an_input_that_is_none_is_named() -> None:
    with pytest.raises(RefusalError, match="input: ") as refused:
        together([SAID], {"input": 7})
    assert refused.value.param == "input"
