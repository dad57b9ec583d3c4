"""Lines of a batch prediction job: our id in the labels on the way out, found in the echoed request on the way back."""

import json
from typing import Any

import pytest

from bide.core.clock import SECOND
from bide.providers.port import Row, Verdict
from bide.providers.translate import Options, Wire
from bide.providers.translated import Translation
from bide.providers.vertex.rows import labelled, read_row

GOOGLE = Translation(Wire.GEMINI, lambda model: Options(model=model))

ANSWER: dict[str, Any] = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "ok"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 1, "totalTokenCount": 6},
}
ECHO: dict[str, Any] = {"labels": {"team": None, "bide_id": "t-1"}, "generationConfig": None, "contents": []}


def row(**fields: Any) -> Row:
    line = {"status": "", "processed_time": "1970-01-01T00:00:07+00:00", "request": ECHO, "response": ANSWER, **fields}
    return read_row(json.dumps(line).encode(), "/v1/chat/completions", GOOGLE)


@pytest.mark.parametrize(
    ("body", "labels"),
    [
        ({"contents": []}, {"bide_id": "t-1"}),
        ({"contents": [], "labels": {"team": "a"}, "serviceTier": "flex"}, {"team": "a", "bide_id": "t-1"}),
    ],
)
def test_the_id_travels_beside_the_caller_s_labels(body: dict[str, Any], labels: dict[str, str]) -> None:
    assert json.loads(labelled(json.dumps(body).encode(), "t-1")) == {"contents": [], "labels": labels}


@pytest.mark.parametrize("status", ["", None])
def test_an_answer(status: str | None) -> None:
    found = row(status=status)
    assert (found.custom_id, found.verdict, found.created) == ("t-1", Verdict.ANSWERED, 7 * SECOND)
    assert json.loads(found.response)["body"]["choices"][0]["message"]["content"] == "ok"
    assert json.loads(found.response)["body"]["created"] == 7


INNER = '{"error": {"code": 400, "message": "bad part", "status": "INVALID_ARGUMENT"}}'


@pytest.mark.parametrize(
    ("status", "code", "verdict", "permanent"),
    [
        pytest.param(f"Bad Request: {INNER}", 400, Verdict.ERRORED, True, id="an error in a text"),
        pytest.param(f"{INNER} after 3 tries", 400, Verdict.ERRORED, True, id="with more behind it"),
        pytest.param(json.loads(INNER), 400, Verdict.ERRORED, True, id="the error itself"),
        pytest.param("code: RESOURCE_EXHAUSTED", 429, Verdict.NOT_RUN, False, id="by its word"),
        pytest.param("Deadline Exceeded.", 504, Verdict.ERRORED, False, id="by its word, as people write"),
        pytest.param("it {did not} work", 500, Verdict.ERRORED, False, id="a text alone"),
    ],
)
def test_a_failed_row_has_its_error_in_the_status(status: Any, code: int, verdict: Verdict, permanent: bool) -> None:
    found = row(status=status, response={})
    assert (found.custom_id, found.status, found.verdict, found.permanent) == ("t-1", code, verdict, permanent)
    assert found.message
    assert found.response


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"request": {"contents": []}}, id="no labels"),
        pytest.param({"request": None}, id="no echo"),
        pytest.param({"request": {"labels": {"team": "a"}}}, id="labels of somebody else"),
        pytest.param({"request": {"labels": 3}}, id="another type"),
    ],
)
def test_a_line_that_is_nobody_s(fields: dict[str, Any]) -> None:
    assert row(**fields).custom_id is None


@pytest.mark.parametrize("response", [{}, None])
def test_a_row_with_neither_an_answer_nor_a_status_is_an_error_under_its_id(response: Any) -> None:
    found = row(response=response)
    assert (found.custom_id, found.verdict, found.code) == ("t-1", Verdict.ERRORED, "unreadable_reply")
