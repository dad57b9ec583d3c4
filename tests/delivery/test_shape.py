import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.delivery.answered import CENT, a_result, chat

from bide.core.states import Lane, RequestState
from bide.delivery.results import Result
from bide.delivery.shape import ADDED, BatchShape, CsvShape, JsonlShape, Shape, added
from bide.testing.scene import Scene


def written(shape: Shape, results: Sequence[Result], columns: Sequence[Mapping[str, Any]]) -> bytes:
    return shape.head() + shape.page(results, columns)


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


NO_ANSWER: dict[str, Any] = {"response": None, "status": None, "amount": None}


# The columns that are added


def test_an_answer_with_its_lane_and_cost() -> None:
    assert added(a_result()) == {"answer": "yes", "error": None, "lane": "batch", "cost": "0.01"}


@pytest.mark.parametrize(
    ("amount", "cost"),
    [
        pytest.param(CENT * 100, "1", id="a dollar"),
        pytest.param(1, "0.000000000001", id="the smallest amount, without an exponent"),
        pytest.param(1_234_567_890_123_456, "1234.567890123456", id="every digit"),
        pytest.param(0, "0", id="nothing"),
        pytest.param(None, None, id="an unknown price is not a price of nothing"),
    ],
)
def test_costs_are_exact_and_written_out(amount: int | None, cost: str | None) -> None:
    assert added(a_result(amount=amount))["cost"] == cost


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        pytest.param({"state": RequestState.FAILED, "code": "bad", "message": "No such thing."}, "bad: No such thing.", id="code and message"),
        pytest.param({"state": RequestState.FAILED, "code": "bad"}, "bad", id="a code alone"),
        pytest.param({"state": RequestState.FAILED}, "unknown", id="neither"),
        pytest.param({"state": RequestState.CANCELLED}, "batch_cancelled: This request was not executed because the job was cancelled.", id="cancelled"),
        pytest.param({"state": RequestState.EXPIRED}, "batch_expired: This request could not be executed before its deadline.", id="expired"),
        pytest.param({"state": RequestState.OPEN, "lane": None}, "not_finished: This request has not been answered yet.", id="not yet answered"),
    ],
)  # fmt: skip
def test_a_request_without_an_answer_says_why(fields: dict[str, Any], error: str) -> None:
    shown = added(a_result(**(NO_ANSWER | fields)))

    assert (shown["answer"], shown["error"], shown["cost"]) == (None, error, None)


def test_the_body_of_an_error_is_no_answer() -> None:
    refused = a_result(state=RequestState.FAILED, status=400, code="bad", message="No.", response=chat("yes"))

    assert added(refused)["answer"] is None


def test_an_answer_that_was_rescued_says_so() -> None:
    assert added(a_result(lane=Lane.REALTIME))["lane"] == "realtime"


# OpenAI's batch output


async def test_a_batch_line_has_the_four_fields_and_the_response_untouched(scene: Scene) -> None:
    job = await scene.begin()
    response = b'{"status_code":200,  "request_id":"r","body":{"b":1.0,"a":1e400}}'

    data = written(BatchShape(job), [a_result(7, response=response)], [{}])

    expected = b'{"id":"req_%b_7","custom_id":"ticket-7","response":%b,"error":null}\n'
    assert data == expected % (job.external_id.removeprefix("job_").encode(), response)


async def test_a_batch_line_without_a_response_has_an_error(scene: Scene) -> None:
    shape = BatchShape(await scene.begin())
    found = [
        a_result(1, **NO_ANSWER, state=RequestState.EXPIRED),
        a_result(2, **(NO_ANSWER | {"status": 400}), state=RequestState.FAILED, code="bad", message='Say "please".'),
    ]

    first, second = map(json.loads, written(shape, found, [{}, {}]).splitlines())

    assert (first["response"], first["error"]["code"]) == (None, "batch_expired")
    assert second["error"] == {"code": "bad", "message": 'Say "please".'}


async def test_an_error_that_came_as_a_response_stands_there(scene: Scene) -> None:
    """As the provider's own files have it: a status of 400 or so in the response, and `error` empty."""
    response = b'{"status_code":400,"request_id":"r","body":{"error":{"code":"bad"}}}'
    shape = BatchShape(await scene.begin())

    [line] = map(
        json.loads, written(shape, [a_result(state=RequestState.FAILED, response=response)], [{}]).splitlines()
    )

    assert (line["response"]["status_code"], line["error"]) == (400, None)


async def test_any_custom_id_is_written_as_json(scene: Scene) -> None:
    shape = BatchShape(await scene.begin())

    [line] = map(json.loads, written(shape, [a_result(custom_id='a"b\\\u2028\n')], [{}]).split(b"\n")[:1])

    assert line["custom_id"] == 'a"b\\\u2028\n'


# The caller's columns


def test_a_json_line_has_the_columns_and_then_the_added_ones() -> None:
    [line] = map(json.loads, written(JsonlShape(), [a_result()], [{"text": "Hello", "stars": 5}]).splitlines())

    assert list(line) == ["custom_id", "text", "stars", *ADDED]
    assert (line["custom_id"], line["stars"], line["answer"], line["error"]) == ("ticket-1", 5, "yes", None)


def test_a_json_line_without_columns() -> None:
    [line] = map(json.loads, written(JsonlShape(), [a_result()], [{}]).splitlines())

    assert list(line) == ["custom_id", *ADDED]


def test_a_column_of_an_earlier_run_gives_way() -> None:
    """Results may be an input again: `answer` then is the new one."""
    [line] = map(json.loads, written(JsonlShape(), [a_result()], [{"text": "x", "answer": "old"}]).splitlines())
    table = rows(written(CsvShape(["text", "answer"]), [a_result()], [{"text": "x", "answer": "old"}]))

    assert line["answer"] == "yes"
    assert table == [["text", *ADDED], ["x", "yes", "", "batch", "0.01"]]


def test_a_table_keeps_the_order_of_its_columns_whatever_a_line_has() -> None:
    table = rows(written(CsvShape(["b", "a"]), [a_result(1), a_result(2)], [{"a": "1", "b": "2"}, {"c": "3"}]))

    assert [row[:2] for row in table] == [["b", "a"], ["2", "1"], ["", ""]]


def test_a_value_that_is_no_text_is_json_in_a_table() -> None:
    own = {"a": [1, "x"], "b": None, "c": True, "d": 1.5}

    [_, row] = rows(written(CsvShape(list(own)), [a_result()], [own]))

    assert row[:4] == ['[1,"x"]', "", "true", "1.5"]


def test_an_empty_table_has_a_head() -> None:
    assert written(CsvShape(["text"]), [], []) == b"text,answer,error,lane,cost\n"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=5))
def test_any_text_survives_a_table(texts: list[str]) -> None:
    results = [a_result(line, response=chat(text)) for line, text in enumerate(texts, 1)]

    table = rows(written(CsvShape(["text"]), results, [{"text": text} for text in texts]))

    assert [row[:2] for row in table[1:]] == [[text, text] for text in texts]


def test_a_carriage_return_survives_a_table() -> None:
    """Python's own writer quotes it from 3.13 on."""
    answered = a_result(response=chat("a\rb"))

    assert written(CsvShape([]), [answered], [{}]) == b'answer,error,lane,cost\n"a\rb",,batch,0.01\n'
    assert rows(written(CsvShape(["text"]), [answered], [{"text": "c\rd"}]))[1:] == [
        ["c\rd", "a\rb", "", "batch", "0.01"]
    ]


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_every_json_line_is_one_line(texts: list[str]) -> None:
    safe = [text.encode("utf-8", "replace").decode() for text in texts]
    results = [a_result(line, custom_id=text) for line, text in enumerate(safe, 1)]

    data = written(JsonlShape(), results, [{"text": text} for text in safe])

    assert [json.loads(line)["custom_id"] for line in data.split(b"\n")[:-1]] == safe
