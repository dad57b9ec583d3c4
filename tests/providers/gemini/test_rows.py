"""Lines of results: under their keys, whatever their order, and as the caller's protocol has answers."""

import json
from typing import Any

import pytest

from bide.providers.gemini.rows import read_row
from bide.providers.port import Row, Verdict
from bide.providers.translate import Options, Wire
from bide.providers.translated import Translation

GOOGLE = Translation(Wire.GEMINI, lambda model: Options(model=model))

ANSWER = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "ok"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 1, "totalTokenCount": 6},
    "modelVersion": "gemini-3.8-flash",
}


def row(line: Any) -> Row:
    return read_row(json.dumps(line).encode(), "/v1/chat/completions", GOOGLE, 1_700_000_000)


@pytest.mark.parametrize("named", [{"key": "t-1"}, {"metadata": {"key": "t-1"}}])
def test_an_answer(named: dict[str, Any]) -> None:
    found = row({**named, "response": ANSWER})
    assert (found.custom_id, found.verdict, found.status) == ("t-1", Verdict.ANSWERED, 200)
    body = json.loads(found.response)["body"]
    assert (body["object"], body["choices"][0]["message"]["content"]) == ("chat.completion", "ok")
    assert body["created"] == 1_700_000_000
    assert found.usage is not None
    assert (found.usage.input, found.usage.output) == (5, 1)


@pytest.mark.parametrize(
    ("error", "verdict", "status", "permanent"),
    [
        pytest.param({"code": 3, "message": "no"}, Verdict.ERRORED, 400, True, id="by google.rpc.Code"),
        pytest.param({"code": 400, "message": "no"}, Verdict.ERRORED, 400, True, id="by HTTP's"),
        pytest.param({"code": 8, "message": "quota"}, Verdict.NOT_RUN, 429, False, id="over quota"),
        pytest.param({"code": 1, "message": "cancelled"}, Verdict.NOT_RUN, 499, False, id="cancelled"),
        pytest.param({"code": 13, "message": "internal"}, Verdict.ERRORED, 500, False, id="failed"),
        pytest.param({"message": "what?"}, Verdict.ERRORED, 500, False, id="without a code"),
        pytest.param({}, Verdict.ERRORED, 500, False, id="empty"),
    ],
)
def test_an_error(error: dict[str, Any], verdict: Verdict, status: int, permanent: bool) -> None:
    found = row({"key": "t-1", "error": error})
    assert (found.custom_id, found.verdict, found.status, found.permanent) == ("t-1", verdict, status, permanent)
    assert found.code
    assert json.loads(found.response)["body"]["error"]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param({"response": ANSWER}, id="no key"),
        pytest.param({"key": 7, "response": ANSWER}, id="another type"),
        pytest.param({"key": "t-1", "error": "text"}, id="no error of its kind"),
        pytest.param([], id="no object"),
    ],
)
def test_a_line_that_is_nobody_s(line: Any) -> None:
    found = row(line)
    assert (found.custom_id, found.code) == (None, "unreadable_row")


def test_a_prompt_that_was_blocked_is_an_answer() -> None:
    found = row({"key": "t-1", "response": {"promptFeedback": {"blockReason": "SAFETY"}}})
    assert found.verdict is Verdict.ANSWERED
    assert json.loads(found.response)["body"]["choices"][0]["finish_reason"] == "content_filter"


def test_a_row_with_neither_an_answer_nor_an_error_is_an_error_under_its_key() -> None:
    found = row({"key": "t-1"})
    assert (found.custom_id, found.verdict, found.code) == ("t-1", Verdict.ERRORED, "unreadable_reply")
