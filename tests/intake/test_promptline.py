"""Short lines: what a user leaves out is filled in, what is beside the question is kept."""

import json
from typing import Any

import pytest
from tests.intake.reading import batch_line, read_bytes

from bide.intake.defaults import Defaults
from bide.intake.problem import Code

USER = {"role": "user", "content": "x"}
SYSTEM = {"role": "system", "content": "S"}


def short(**fields: Any) -> str:
    return json.dumps({"model": "m", **fields})


@pytest.mark.parametrize(
    ("fields", "defaults", "body"),
    [
        pytest.param({"prompt": "x"}, Defaults(), {"messages": [USER]}, id="a prompt"),
        pytest.param(
            {"prompt": "x"}, Defaults(system="S"), {"messages": [SYSTEM, USER]}, id="the default system prompt"
        ),
        pytest.param({"prompt": "x", "system": "S"}, Defaults(system="T"), {"messages": [SYSTEM, USER]}, id="its own"),
        pytest.param({"prompt": "x", "system": ""}, Defaults(system="T"), {"messages": [USER]}, id="none on this line"),
        pytest.param({"messages": [USER]}, Defaults(), {"messages": [USER]}, id="messages"),
        pytest.param(
            {"messages": [USER]}, Defaults(system="S"), {"messages": [SYSTEM, USER]}, id="messages and system"
        ),
        pytest.param(
            {"messages": [SYSTEM, USER]}, Defaults(system="T"), {"messages": [SYSTEM, USER]}, id="already there"
        ),
        pytest.param({"prompt": "x"}, Defaults(endpoint="responses"), {"input": "x"}, id="a response"),
        pytest.param(
            {"messages": [USER]},
            Defaults(endpoint="responses", system="S"),
            {"instructions": "S", "input": [USER]},
            id="a response to messages",
        ),
        pytest.param({"input": [USER]}, Defaults(endpoint="responses"), {"input": [USER]}, id="a response to items"),
        pytest.param({"input": "x"}, Defaults(), {"input": "x"}, id="an embedding"),
        pytest.param(
            {"input": ["x", "y"]}, Defaults(system="S"), {"input": ["x", "y"]}, id="embeddings have no system"
        ),
        pytest.param({"prompt": "x"}, Defaults(endpoint="/v1/embeddings"), {"input": "x"}, id="a prompt to embed"),
        pytest.param(
            {"prompt": "x", "parameters": {"seed": 2}},
            Defaults(parameters={"seed": 1, "user": "u"}),
            {"messages": [USER], "seed": 2, "user": "u"},
            id="parameters under its own",
        ),
        pytest.param(
            {"prompt": "old", "a": "x"},
            Defaults(prompt="{a}"),
            {"messages": [USER]},
            id="the template makes the prompt",
        ),
        pytest.param(
            {"messages": [USER], "a": "y"},
            Defaults(prompt="{a}"),
            {"messages": [USER]},
            id="messages before a template",
        ),
        pytest.param(
            {"n": 7, "b": True, "l": [1, "z"], "o": {"k": None}},
            Defaults(prompt="{n} {b} {l} {o}"),
            {"messages": [{"role": "user", "content": '7 true [1, "z"] {"k": null}'}]},
            id="other values as JSON",
        ),
    ],
)
def test_bodies(fields: dict[str, Any], defaults: Defaults, body: dict[str, Any]) -> None:
    assert read_bytes(short(**fields), defaults).body == {"model": "m", **body}


@pytest.mark.parametrize(
    ("fields", "defaults", "custom_id"),
    [
        pytest.param({}, Defaults(), "row-2", id="the line's number"),
        pytest.param({"custom_id": "c", "id": "i"}, Defaults(), "c", id="custom_id"),
        pytest.param({"id": "i"}, Defaults(), "i", id="id"),
        pytest.param({"id": 12345678901234567890123}, Defaults(), "12345678901234567890123", id="a number"),
        pytest.param({"id": "i", "ticket": "t"}, Defaults(id_column="ticket"), "t", id="a named column"),
        pytest.param({"id": "i"}, Defaults(id_column=""), "row-2", id="numbered on purpose"),
    ],
)
def test_custom_ids(fields: dict[str, Any], defaults: Defaults, custom_id: str) -> None:
    assert read_bytes("\n" + short(prompt="x", **fields), defaults).entry.custom_id == custom_id


def test_all_other_keys_are_columns_as_written() -> None:
    line = '{"prompt":"x","model":"m","id":1,"ticket":"T\\u0031","t": 1.50,"l":[1, 2]}'
    assert read_bytes(line).entry.columns == b'{"ticket":"T\\u0031","t":1.50,"l":[1, 2]}'


def test_a_line_without_columns_has_an_empty_object() -> None:
    assert read_bytes(short(prompt="x")).entry.columns == b"{}"


def test_a_named_id_column_is_a_column_too() -> None:
    assert read_bytes(short(prompt="x", t="1"), Defaults(id_column="t")).entry.columns == b'{"t":"1"}'


def test_user_json_is_sent_as_written() -> None:
    line = '{"model":"m","messages":[{"role" : "user","content":"\\u0041\u2028"}],"parameters":{"temperature":1e-3}}'
    expected = '{"model":"m","messages":[{"role" : "user","content":"\\u0041\u2028"}],"temperature":1e-3}'
    assert read_bytes(line).bodies == [expected.encode()]


def test_a_prompt_with_line_breaks_is_one_line() -> None:
    found = read_bytes(short(prompt="a\nb\r\u2028c"))
    assert found.chunks[0].bodies.count(b"\n") == 1
    assert found.body["messages"][0]["content"] == "a\nb\r\u2028c"


@pytest.mark.parametrize(
    ("fields", "defaults", "code", "field"),
    [
        pytest.param({}, Defaults(), Code.MISSING_PROMPT, "prompt", id="nothing asked"),
        pytest.param({"prompt": ""}, Defaults(), Code.MISSING_PROMPT, "prompt", id="empty prompt"),
        pytest.param({"prompt": " \n"}, Defaults(), Code.MISSING_PROMPT, "prompt", id="blank prompt"),
        pytest.param({"prompt": 1}, Defaults(), Code.INVALID_TYPE, "prompt", id="prompt a number"),
        pytest.param({"messages": []}, Defaults(), Code.MISSING_PROMPT, "messages", id="messages empty"),
        pytest.param({"messages": {}}, Defaults(), Code.INVALID_TYPE, "messages", id="messages an object"),
        pytest.param({"input": 3}, Defaults(), Code.INVALID_TYPE, "input", id="input a number"),
        pytest.param({"input": "x"}, Defaults(endpoint="chat"), Code.MISSING_PROMPT, "input", id="chat takes no input"),
        pytest.param(
            {"messages": [USER]},
            Defaults(endpoint="embeddings"),
            Code.MISSING_PROMPT,
            "messages",
            id="messages to embed",
        ),
        pytest.param({"prompt": "x", "model": None}, Defaults(), Code.MISSING_MODEL, "model", id="no model"),
        pytest.param({"prompt": "x", "model": ""}, Defaults(model="d"), Code.MISSING_MODEL, "model", id="empty model"),
        pytest.param({"prompt": "x", "model": 0}, Defaults(), Code.INVALID_TYPE, "model", id="model a number"),
        pytest.param({"prompt": "x", "id": 1.5}, Defaults(), Code.INVALID_TYPE, "id", id="id a fraction"),
        pytest.param({"prompt": "x", "id": True}, Defaults(), Code.INVALID_TYPE, "id", id="id true"),
        pytest.param({"prompt": "x", "id": ""}, Defaults(), Code.INVALID_CUSTOM_ID, "custom_id", id="id empty"),
        pytest.param(
            {"prompt": "x"}, Defaults(id_column="t"), Code.MISSING_REQUIRED_PARAMETER, "t", id="no such id column"
        ),
        pytest.param({"prompt": "x", "system": 1}, Defaults(), Code.INVALID_TYPE, "system", id="system a number"),
        pytest.param({"input": "x", "system": "S"}, Defaults(), Code.INVALID_VALUE, "system", id="system to embed"),
        pytest.param({"messages": [SYSTEM], "system": "S"}, Defaults(), Code.INVALID_VALUE, "system", id="two systems"),
        pytest.param({"prompt": "x", "parameters": []}, Defaults(), Code.INVALID_TYPE, "parameters", id="parameters"),
        pytest.param(
            {"prompt": "x", "parameters": {"model": "y"}},
            Defaults(),
            Code.INVALID_VALUE,
            "parameters.model",
            id="a reserved parameter",
        ),
        pytest.param(
            {"prompt": "x", "parameters": {"stream": True}},
            Defaults(),
            Code.STREAMING_UNSUPPORTED,
            "parameters.stream",
            id="stream",
        ),
        pytest.param({"prompt": "x"}, Defaults(prompt="{y}"), Code.UNKNOWN_COLUMN, "y", id="a column it has not"),
        pytest.param(
            {"y": None}, Defaults(prompt="{y}"), Code.MISSING_REQUIRED_PARAMETER, "y", id="a column that is null"
        ),
    ],
)
def test_problems(fields: dict[str, Any], defaults: Defaults, code: Code, field: str) -> None:
    problem = read_bytes(short(**fields), defaults).problem
    assert (problem.code, problem.field) == (code, field)


def test_a_mistyped_key_is_noticed() -> None:
    assert '"promt" (did you mean "prompt"?)' in read_bytes('{"promt":"x"}').problem.message


def test_short_and_batch_lines_may_be_mixed() -> None:
    found = read_bytes(f"{short(prompt='x')}\n{batch_line()}\n{short(prompt='y')}")
    assert [entry.custom_id for entry in found.entries] == ["row-1", "a", "row-3"]
