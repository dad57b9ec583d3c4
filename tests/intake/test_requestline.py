"""Batch lines: bodies untouched, and one clear problem for each bad line."""

from typing import Any

import pytest
from tests.intake.reading import batch_line, read_bytes

from bide.intake.defaults import Defaults
from bide.intake.problem import Code
from bide.intake.requestline import read_stretch
from bide.intake.window import ContextWindows


def test_a_good_line_is_an_entry() -> None:
    entry = read_bytes(batch_line(body__max_completion_tokens=100)).entry
    assert (entry.line, entry.custom_id, entry.endpoint) == (1, "a", "/v1/chat/completions")
    assert (entry.model, entry.max_output_tokens, entry.columns) == ("m", 100, b"")
    assert entry.input_tokens == -(-len(entry.body) // 4)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{ "model" :"m",  "messages": [ {"role":"user", "content":"x"} ] }', id="white space"),
        pytest.param(
            '{"model":"m","messages":[{}],"seed":123456789012345678901234567890,"t":1e999}', id="huge numbers"
        ),
        pytest.param('{"model":"m","messages":[{"content":"\u2028\u2029\u0085 \\n \\u2028"}]}', id="line separators"),
        pytest.param('{"model":"m","messages":[{"content":"😀 \\ud83d\\ude00"}]}', id="beyond the basic plane"),
        pytest.param('{"model":"k","model":"m","messages":[1],"messages":[2]}', id="duplicate keys"),
        pytest.param('{"messages":[{}],"model":"m","unknown":{"a":[null,true]}}', id="unknown fields"),
        pytest.param('{"model":"m","messages":[' + "[" * 126 + "]" * 126 + "]}", id="nested"),
        pytest.param('{"model":"m",\r"messages":[{}]}', id="carriage return as white space"),
        pytest.param('{"model":"m","messages":[{}],"stream":false,"n":null,"max_tokens":null}', id="nulls"),
    ],
)
def test_a_body_is_taken_over_byte_for_byte(body: str) -> None:
    line = f'{{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{body}}}'
    found = read_bytes(line)
    assert found.entry.model == "m"
    assert found.bodies == [body.encode()]
    assert found.chunks[0].bodies == body.encode() + b"\n"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        pytest.param({"custom_id": ...}, Code.MISSING_REQUIRED_PARAMETER, "custom_id", id="no custom_id"),
        pytest.param({"custom_id": None}, Code.MISSING_REQUIRED_PARAMETER, "custom_id", id="custom_id null"),
        pytest.param({"custom_id": 17}, Code.INVALID_TYPE, "custom_id", id="custom_id a number"),
        pytest.param({"custom_id": ""}, Code.INVALID_CUSTOM_ID, "custom_id", id="custom_id empty"),
        pytest.param({"custom_id": "x" * 513}, Code.INVALID_CUSTOM_ID, "custom_id", id="custom_id too long"),
        pytest.param({"custom_id": "a\0b"}, Code.INVALID_CUSTOM_ID, "custom_id", id="custom_id with NUL"),
        pytest.param({"method": ...}, Code.MISSING_REQUIRED_PARAMETER, "method", id="no method"),
        pytest.param({"method": "GET"}, Code.INVALID_METHOD, "method", id="method GET"),
        pytest.param({"method": "post"}, Code.INVALID_METHOD, "method", id="method in small letters"),
        pytest.param({"url": ...}, Code.MISSING_REQUIRED_PARAMETER, "url", id="no url"),
        pytest.param({"url": "/v1/audio/speech"}, Code.UNSUPPORTED_URL, "url", id="another url"),
        pytest.param({"url": ["/v1/responses"]}, Code.INVALID_TYPE, "url", id="url an array"),
        pytest.param({"body": ...}, Code.MISSING_REQUIRED_PARAMETER, "body", id="no body"),
        pytest.param({"body": None}, Code.MISSING_REQUIRED_PARAMETER, "body", id="body null"),
        pytest.param({"body": [1]}, Code.INVALID_TYPE, "body", id="body an array"),
        pytest.param({"body__model": ...}, Code.MISSING_MODEL, "body.model", id="no model"),
        pytest.param({"body__model": None}, Code.MISSING_MODEL, "body.model", id="model null"),
        pytest.param({"body__model": ""}, Code.MISSING_MODEL, "body.model", id="model empty"),
        pytest.param({"body__model": 4}, Code.INVALID_TYPE, "body.model", id="model a number"),
        pytest.param({"body__model": "a\0"}, Code.INVALID_VALUE, "body.model", id="model with NUL"),
        pytest.param({"body__messages": ...}, Code.MISSING_REQUIRED_PARAMETER, "body.messages", id="no messages"),
        pytest.param({"body__messages": []}, Code.MISSING_PROMPT, "body.messages", id="messages empty"),
        pytest.param({"body__messages": "x"}, Code.INVALID_TYPE, "body.messages", id="messages a string"),
        pytest.param({"body__stream": True}, Code.STREAMING_UNSUPPORTED, "body.stream", id="stream"),
        pytest.param({"body__stream": 0}, Code.INVALID_TYPE, "body.stream", id="stream a number"),
        pytest.param({"body__max_tokens": "9"}, Code.INVALID_TYPE, "body.max_tokens", id="max_tokens a string"),
        pytest.param({"body__max_tokens": 1.0}, Code.INVALID_TYPE, "body.max_tokens", id="max_tokens a fraction"),
        pytest.param({"body__max_tokens": True}, Code.INVALID_TYPE, "body.max_tokens", id="max_tokens true"),
        pytest.param({"body__max_tokens": 0}, Code.INVALID_VALUE, "body.max_tokens", id="max_tokens zero"),
        pytest.param({"body__max_tokens": 10**30}, Code.INVALID_VALUE, "body.max_tokens", id="max_tokens huge"),
        pytest.param({"body__n": -1}, Code.INVALID_VALUE, "body.n", id="n negative"),
        pytest.param(
            {"url": "/v1/embeddings", "body": {"model": "e"}},
            Code.MISSING_REQUIRED_PARAMETER,
            "body.input",
            id="embeddings without input",
        ),
        pytest.param(
            {"url": "/v1/responses", "body": {"model": "r"}},
            Code.MISSING_REQUIRED_PARAMETER,
            "body.input",
            id="response without input",
        ),
        pytest.param(
            {"url": "/v1/embeddings", "body": {"model": "e", "input": ""}},
            Code.MISSING_PROMPT,
            "body.input",
            id="nothing to embed",
        ),
        pytest.param(
            {"url": "/v1/embeddings", "body": {"model": "e", "input": {}}},
            Code.INVALID_TYPE,
            "body.input",
            id="an object to embed",
        ),
    ],
)
def test_a_bad_line_is_a_problem_and_its_neighbours_go_on(changes: dict[str, Any], code: Code, field: str) -> None:
    good = batch_line()
    found = read_bytes(f"{good}\n{batch_line(**changes)}\n{good}")
    assert [(problem.line, problem.code, problem.field) for problem in found.problems] == [(2, code, field)]
    assert [entry.line for entry in found.entries] == [1, 3]


@pytest.mark.parametrize(
    ("url", "body"),
    [
        pytest.param("/v1/chat/completions", {"model": "m", "messages": [{"role": "user"}]}, id="chat"),
        pytest.param("/v1/responses", {"model": "m", "input": "x"}, id="response to a text"),
        pytest.param("/v1/responses", {"model": "m", "input": [{"role": "user"}]}, id="response to items"),
        pytest.param("/v1/responses", {"model": "m", "prompt": {"id": "pmpt_1"}}, id="response to a stored prompt"),
        pytest.param("/v1/embeddings", {"model": "m", "input": "x"}, id="embedding of a text"),
        pytest.param("/v1/embeddings", {"model": "m", "input": ["x", "y"]}, id="embedding of texts"),
        pytest.param("/v1/embeddings", {"model": "m", "input": [1, 2]}, id="embedding of tokens"),
    ],
)
def test_every_endpoint_has_its_own_question(url: str, body: dict[str, Any]) -> None:
    found = read_bytes(batch_line(url=url, body=body))
    assert (found.entry.endpoint, found.body) == (url, body)


def test_endpoints_may_be_mixed() -> None:
    lines = [batch_line(), batch_line(url="/v1/embeddings", body={"model": "e", "input": "x"})]
    assert [entry.endpoint for entry in read_bytes("\n".join(lines)).entries] == [
        "/v1/chat/completions",
        "/v1/embeddings",
    ]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        pytest.param({}, None, id="none"),
        pytest.param({"body__max_tokens": 5}, 5, id="the old name"),
        pytest.param({"body__max_tokens": 5, "body__max_completion_tokens": 7}, 7, id="the new name goes first"),
        pytest.param({"body__max_output_tokens": 9}, 9, id="the name of responses"),
        pytest.param({"body__max_tokens": 5, "body__n": 3}, 15, id="for each choice"),
        pytest.param({"body__n": 3}, None, id="choices without a limit"),
    ],
)
def test_output_is_limited_over_all_choices(limits: dict[str, Any], expected: int | None) -> None:
    assert read_bytes(batch_line(**limits)).entry.max_output_tokens == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param('{"messages": [1] }', '{"model":"d","messages": [1] }', id="put in front"),
        pytest.param('{"messages":[1],"model":null}', '{"messages":[1],"model":"d"}', id="null is replaced"),
        pytest.param('{"messages":[1],"model":"own"}', '{"messages":[1],"model":"own"}', id="its own stays"),
    ],
)
def test_the_default_model_fills_in_where_there_is_none(body: str, expected: str) -> None:
    line = f'{{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{body}}}'
    assert read_bytes(line, Defaults(model="d")).bodies == [expected.encode()]


def test_other_defaults_leave_batch_lines_alone() -> None:
    defaults = Defaults(
        model="d", system="S", prompt="{x}", endpoint="responses", parameters={"seed": 1}, id_column="y"
    )
    assert read_bytes(batch_line(), defaults).outcomes == read_bytes(batch_line()).outcomes


def test_unknown_fields_of_the_line_are_ignored() -> None:
    assert read_bytes(batch_line(note={"a": 1})).outcomes == read_bytes(batch_line()).outcomes


def test_a_close_url_is_suggested() -> None:
    problem = read_bytes(batch_line(url="/v1/chat/completion")).problem
    assert problem.message.endswith('(did you mean "/v1/chat/completions"?)')
    assert "/v1/embeddings" in problem.remedy


NONE_KNOWN = ContextWindows(None)
LINE = batch_line().encode()


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([LINE + b"\n"] * 3, id="line feeds"),
        pytest.param([LINE + b"\r\n"] * 3, id="carriage returns and line feeds"),
        pytest.param([LINE + b"\n", LINE], id="no end of the last line"),
        pytest.param([LINE + b"\r\n", LINE], id="no end of the last line, carriage returns"),
        pytest.param([batch_line(custom_id="é", body__model="ü").encode() + b"\n"], id="beyond ASCII"),
        pytest.param([LINE.replace(b": ", b":").replace(b", ", b",") + b"\n"], id="compact"),
    ],
)
def test_good_lines_in_the_usual_order_are_read_in_one_stretch(lines: list[bytes]) -> None:
    chunk = read_stretch(lines, 5, NONE_KNOWN)
    assert chunk is not None
    assert [entry.line for entry in chunk.entries] == list(range(5, 5 + len(lines)))
    assert {entry.body for entry in chunk.entries} == {lines[0][lines[0].index(b"{", 1) :].rstrip()[:-1]}


HEAD = b'{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":'
BODY = b'{"model":"m","messages":[{"role":"user"}]}'


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(HEAD + BODY + b" }", id="white space behind the body"),
        pytest.param(HEAD + BODY + b',"x":{}}', id="another member behind the body"),
        pytest.param(HEAD + BODY + b',"body":' + BODY + b"}", id="two bodies"),
        pytest.param(HEAD + b"-" + BODY + b"}", id="a sign before the body"),
        pytest.param(HEAD + b"nul" + BODY + b"}", id="a word before the body"),
        pytest.param(HEAD + b"null} " + BODY + b"}", id="two documents"),
        pytest.param(HEAD + BODY + b"} " + HEAD + BODY + b"}", id="two lines in one"),
        pytest.param(HEAD + BODY + b" " + BODY + b"}", id="two objects for a body"),
        pytest.param(HEAD + b'null,"x":' + BODY + b"}", id="a body that is not the last member"),
        pytest.param(HEAD + BODY.replace(b"user", b"us\xffr") + b"}", id="a body that is not UTF-8"),
        pytest.param(HEAD.replace(b"a", b"\xff", 1) + BODY + b"}", id="an id that is not UTF-8"),
        pytest.param(HEAD + b"[" + BODY + b"]}", id="an array of bodies"),
        pytest.param(HEAD.replace(b"a", b"{", 1) + BODY + b"}", id="a brace in the id"),
        pytest.param(b'{"x":{},' + HEAD[1:] + BODY + b"}", id="another object first"),
        pytest.param(b'{"body":' + BODY + b"," + HEAD[1:-8] + b'"x":{}}', id="the body first"),
        pytest.param(b" " + HEAD + BODY + b"}", id="white space in front"),
        pytest.param(b"}}", id="braces"),
        pytest.param(HEAD + b"{}}}", id="a brace too many"),
    ],
)
def test_other_lines_are_left_to_be_read_singly(line: bytes) -> None:
    assert read_stretch([line + b"\n"], 1, NONE_KNOWN) is None
    assert read_stretch([LINE + b"\n", line + b"\n", LINE + b"\n"], 1, NONE_KNOWN) is None


def test_half_lines_do_not_make_up_a_whole_one() -> None:
    half = len(HEAD) + 20
    lines = [(HEAD + BODY + b"}")[:half] + b"}}\n", (HEAD + BODY + b"}")[half:] + b"\n"]
    assert read_stretch(lines, 1, NONE_KNOWN) is None
