"""Lines of the files of a batch."""

import json
from typing import Any

import pytest

from bide.gateway.files.result_line import result_line


def row(**changes: Any) -> Any:
    return {"line": 7, "custom_id": "a", "state": "succeeded", "code": None, "message": None, **changes}


def test_a_response_stands_as_it_came() -> None:
    response = b'{"status_code":200,"request_id":"theirs","body":{"text":"\xe2\x80\xa8","n":1.0}}'
    line = result_line("tag", row(), response)
    assert line.count(b"\n") == 1
    assert response in line
    assert json.loads(line)["id"] == "batch_req_tag_7"
    assert json.loads(line)["error"] is None


@pytest.mark.parametrize(
    "response", [b'{"status_code":200,"request_id":null,"body":{"a":1}}', b'{"status_code":200,"body":{"a":1}}']
)
def test_a_response_without_an_id_gets_one_of_ours(response: bytes) -> None:
    told = json.loads(result_line("tag", row(), response))["response"]
    assert told == {"status_code": 200, "request_id": "req_tag_7", "body": {"a": 1}}


def test_a_response_of_another_shape_is_not_hidden() -> None:
    assert json.loads(result_line("tag", row(state="failed"), b'{"odd":1}'))["response"] == {"odd": 1}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"state": "expired"}, "batch_expired"),
        ({"state": "cancelled"}, "batch_cancelled"),
        ({"state": "failed", "code": "bad_row", "message": "so it is"}, "bad_row"),
        ({"state": "failed"}, "failed"),
    ],
)
def test_a_row_without_a_response_has_an_error(changes: dict[str, Any], error: str) -> None:
    told = json.loads(result_line("tag", row(**changes), None))
    assert (told["response"], told["error"]["code"]) == (None, error)
    assert told["error"]["message"]


@pytest.mark.parametrize("custom_id", ['"quoted"', "line\nbreak", "\u2028", "übung", "a" * 512])
def test_any_custom_id_stays_on_its_line(custom_id: str) -> None:
    line = result_line("tag", row(custom_id=custom_id), b'{"status_code":200,"request_id":"x","body":{}}')
    assert line.count(b"\n") == 1
    assert json.loads(line)["custom_id"] == custom_id
