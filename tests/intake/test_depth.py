"""What is nested too deeply is refused at the door, by its line and field, wherever it comes from."""

import json
from typing import Any

import pytest
from tests.intake.reading import CHAT, batch_line, read_bytes

from bide.intake.defaults import Defaults
from bide.intake.depth import DEEPEST, is_too_deep
from bide.intake.problem import Code

GOOD = batch_line().encode()


def nested(levels: int, inner: Any = 1) -> Any:
    """A value in so many lists."""
    for _ in range(levels):
        inner = [inner]
    return inner


def body(levels: int) -> dict[str, Any]:
    """The body of a call in which so many values stand in each other."""
    return {"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": nested(levels - 1)}


def test_the_bound_itself_is_not_too_deep() -> None:
    for levels, found in ((DEEPEST, False), (DEEPEST + 1, True)):
        assert is_too_deep(json.dumps(body(levels)).encode()) is found
    assert not is_too_deep(json.dumps(["[" * 500, *([[]] * 500)]).encode())


@pytest.mark.parametrize(
    ("line", "field"),
    [
        pytest.param(
            {"custom_id": "a", "method": "POST", "url": CHAT, "body": body(DEEPEST + 1)}, "body", id="batch line"
        ),
        pytest.param({"prompt": "x", "parameters": {"tools": nested(DEEPEST)}}, "parameters", id="parameters"),
        pytest.param({"prompt": "x", "beside": nested(DEEPEST)}, "the columns", id="columns"),
    ],
)
def test_a_deep_line_is_named_among_good_ones(line: dict[str, Any], field: str) -> None:
    deep = json.dumps(line, separators=(",", ":")).encode()
    found = read_bytes(GOOD + b"\n" + deep + b"\n" + GOOD + b"\n", Defaults(model="m"))
    assert [(one.line, one.code, one.field) for one in found.problems] == [(2, Code.INVALID_JSON_LINE, field)]
    assert f"more than {DEEPEST} values in each other" in found.problems[0].message
    assert [entry.line for entry in found.entries] == [1, 3]


def test_a_line_at_the_bound_is_read() -> None:
    line = {"custom_id": "a", "method": "POST", "url": CHAT, "body": body(DEEPEST)}
    found = read_bytes(json.dumps(line, separators=(",", ":")).encode() + b"\n")
    assert json.loads(found.entry.body) == body(DEEPEST)
