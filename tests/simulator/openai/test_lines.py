"""Validation of input files: the code, the parameter and the line of the first problem, and nothing else."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from bide.simulator.answers import Answers, AnswerSettings
from bide.simulator.chance import Chance
from bide.simulator.openai.body import CHAT, EMBEDDINGS
from bide.simulator.openai.lines import MAX_BYTES, MAX_LINES, read_lines
from bide.simulator.rows import Batchable, Problem

if TYPE_CHECKING:
    from tests.simulator.conftest import Account

ANSWERS = Answers(AnswerSettings(), Chance(1))


def line(custom_id: object = "a", **changes: Any) -> bytes:
    """A valid line, but for the changes; None leaves a field out. `body` fields are changed by ``body__name``."""
    body: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    value: dict[str, Any] = {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": body}
    for name, change in changes.items():
        target, key = (body, name.removeprefix("body__")) if name.startswith("body__") else (value, name)
        target[key] = change
        if change is None:
            del target[key]
    if custom_id is None:
        del value["custom_id"]
    return json.dumps(value).encode() + b"\n"


def read(content: bytes, endpoint: str = CHAT, models: tuple[str, ...] = ()) -> Batchable | Problem:
    return read_lines(content, endpoint, models, ANSWERS)


def where(problem: Batchable | Problem) -> tuple[str, str | None, int | None]:
    assert isinstance(problem, Problem)
    return problem.code, problem.param, problem.line


GOOD = line("good-1") + line("good-2")


@pytest.mark.parametrize(
    ("bad", "code", "param"),
    [
        pytest.param(b"{not json\n", "invalid_json_line", None, id="not JSON"),
        pytest.param(b"[1, 2]\n", "invalid_json_line", None, id="not an object"),
        pytest.param(line("a")[:-5] + b"\n", "invalid_json_line", None, id="cut"),
        pytest.param(line("a")[:-1] + line("b"), "invalid_json_line", None, id="two on a line"),
        pytest.param(line(5), "invalid_json_line", None, id="a number for an id"),
        pytest.param(line(None), "missing_required_parameter", "custom_id", id="no id"),
        pytest.param(line(""), "missing_required_parameter", "custom_id", id="empty id"),
        pytest.param(line("good-1"), "duplicate_custom_id", "custom_id", id="id used before"),
        pytest.param(line(body__model="other"), "mismatched_model", "body.model", id="another model"),
        pytest.param(line(body__model=None), "invalid_request", "body.model", id="no model"),
        pytest.param(line(body__model=7), "invalid_request", "body.model", id="a number for a model"),
        pytest.param(line(body=None), "invalid_request", "body.model", id="no body"),
        pytest.param(line(body=[]), "invalid_request", "body.model", id="a list for a body"),
        pytest.param(line(url="/v1/embeddings"), "invalid_url", "url", id="another endpoint"),
        pytest.param(line(url=None), "invalid_url", "url", id="no url"),
        pytest.param(line(method="GET"), "invalid_method", "method", id="not a POST"),
        pytest.param(line(body__stream=True), "streaming_unsupported", "body.stream", id="streaming"),
        pytest.param(line(body__user="[poison:validation]"), "invalid_request", "body", id="poisoned"),
    ],
)
def test_the_first_bad_line_is_named(bad: bytes, code: str, param: str | None) -> None:
    later = line("good-1") + b"neither is this\n"
    assert where(read(GOOD + bad + later)) == (code, param, 3)
    assert isinstance(read(GOOD), Batchable)


def test_an_unknown_model_is_named_where_the_models_are_known() -> None:
    assert where(read(line("a"), models=("other",))) == ("model_not_found", "body.model", 1)
    assert isinstance(read(line("a"), models=("other", "m")), Batchable)


@pytest.mark.parametrize(
    ("content", "times", "expected"),
    [
        pytest.param(b"", 1, ("empty_file", None, None), id="empty"),
        pytest.param(b"\n  \n", 1, ("empty_file", None, None), id="blank"),
        pytest.param(b"\xef\xbb\xbf" + line("a"), 1, ("invalid_json_line", None, 1), id="byte order mark"),
        pytest.param(GOOD + line("a", body__user="[poison:unnamed]"), 1, ("invalid_request", None, None), id="unnamed"),
        pytest.param(b"{}\n", MAX_LINES + 1, ("too_many_tasks", None, None), id="too many"),
        pytest.param(b"x", MAX_BYTES + 1, ("invalid_request", "file_id", None), id="too large"),
    ],
)
def test_a_file_as_a_whole(content: bytes, times: int, expected: tuple[str, str | None, int | None]) -> None:
    assert where(read(content * times)) == expected


def test_lines_end_at_newlines_only_and_the_last_needs_none() -> None:
    content = line("a\u2028b\x85c") + b"\r\n" + line("ä ✓") + line("last")[:-1]
    found = read(content)
    assert isinstance(found, Batchable)
    assert [row.custom_id for row in found.rows] == ["a\u2028b\x85c", "ä ✓", "last"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(line("a")[:-1] + line("b"), id="two on a line"),
        pytest.param(line("a").replace(b', "method"', b',\n"method"'), id="one on two lines"),
    ],
)
def test_a_request_is_a_line_and_a_line_a_request(content: bytes) -> None:
    assert where(read(content)) == ("invalid_json_line", None, 1)


def test_blank_lines_are_no_requests_but_count_as_lines() -> None:
    assert where(read(line("a") + b"\n \n" + b"{\n")) == ("invalid_json_line", None, 4)


def test_embeddings_are_limited_in_sum() -> None:
    body = {"model": "m", "input": ["x"] * 30_000}
    lines = [json.dumps({"custom_id": f"{n}", "method": "POST", "url": EMBEDDINGS, "body": body}) for n in range(2)]
    assert where(read("\n".join(lines).encode(), EMBEDDINGS)) == ("too_many_tasks", None, None)
    assert isinstance(read(lines[0].encode(), EMBEDDINGS), Batchable)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({}, None, id="sound"),
        pytest.param({"body__messages": None}, 400, id="no messages"),
        pytest.param({"body__messages": "hi"}, 400, id="messages of a wrong type"),
        pytest.param({"body__max_completion_tokens": 0}, 400, id="no room for an answer"),
        pytest.param({"body__user": "[poison:row-error]"}, 400, id="poisoned"),
        pytest.param({"body__user": "[poison:row-busy]"}, 429, id="busy"),
        pytest.param({"body__user": "[poison:row-broken]"}, 500, id="broken"),
    ],
)
def test_what_is_wrong_with_one_request_fails_its_row_only(changes: dict[str, Any], status: int | None) -> None:
    found = read(GOOD + line("odd", **changes))
    assert isinstance(found, Batchable)
    assert [row.failure and row.failure.status for row in found.rows] == [None, None, status]


def test_the_error_is_on_the_batch_and_only_after_validation(open_account: "type[Account]") -> None:
    account = open_account("[batch]\nvalidation = '30s'")
    batch = account.create(content=GOOD + b"oops\n" + b"oops\n")
    assert (batch["status"], batch["errors"], batch["model"]) == ("validating", None, None)
    account.wait(30_000_000)
    batch = account.batch(batch)
    assert batch["status"] == "failed"
    assert batch["errors"]["object"] == "list"
    [error] = batch["errors"]["data"]
    assert error.keys() == {"code", "message", "param", "line"}
    assert (error["code"], error["line"]) == ("invalid_json_line", 3)
    assert batch["failed_at"] == batch["created_at"] + 30
    assert batch["request_counts"] == {"total": 0, "completed": 0, "failed": 0}
    assert batch["output_file_id"] is batch["error_file_id"] is batch["usage"] is batch["in_progress_at"] is None
    assert not list(account.books.charges(account.now))


@pytest.mark.parametrize(
    "purpose", [pytest.param(None, id="no such file"), pytest.param("user_data", id="another purpose")]
)
def test_the_input_file_itself(plain: "Account", purpose: str | None) -> None:
    file = plain.upload(GOOD, purpose) if purpose else "file-none"
    batch = plain.json("POST", "/v1/batches", {"input_file_id": file, "endpoint": CHAT, "completion_window": "24h"})
    plain.wait(1)
    [error] = plain.batch(batch)["errors"]["data"]
    assert (error["code"], error["param"], error["line"]) == ("invalid_request", "file_id", None)
