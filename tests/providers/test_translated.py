"""What adapters share whose providers speak a format of their own."""

import json

import pytest

from bide.core.usage import Usage
from bide.providers.port import Verdict
from bide.providers.translate import Options, Wire
from bide.providers.translated import Translation

ENDPOINTS = ("/v1/chat/completions", "/v1/responses", "/v1/messages")

NO_ANSWER = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"<html>\nno</html>", id="page"),
    pytest.param(b"\xff", id="bytes"),
    pytest.param(b"[" * 100_000, id="nested-and-cut"),
    pytest.param(b"[" * 100_000 + b"]" * 100_000, id="nested"),
    pytest.param(b"null", id="null"),
]


def translation(wire: Wire) -> Translation:
    return Translation(wire, lambda model: Options(model=model or None))


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("wire", Wire)
@pytest.mark.parametrize("body", NO_ANSWER)
def test_what_is_no_answer_is_a_row_that_says_so(wire: Wire, endpoint: str, body: bytes) -> None:
    row = translation(wire).answered("a", endpoint, body)

    assert (row.custom_id, row.verdict, row.code) == ("a", Verdict.ERRORED, "unreadable_reply")
    assert json.loads(row.response)["body"] in (body.decode("utf-8", "replace"), None)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("wire", Wire)
@pytest.mark.parametrize(
    "body", [*NO_ANSWER, pytest.param(b'{"error":"no"}', id="text"), pytest.param(b"[]", id="list")]
)
def test_an_error_of_any_shape_is_a_row(wire: Wire, endpoint: str, body: bytes) -> None:
    row = translation(wire).failed("a", endpoint, 502, body)

    assert (row.verdict, row.status) == (Verdict.ERRORED, 502)
    assert row.message
    assert json.loads(row.response)["body"] is not None


def test_an_account_calls_a_model_by_its_own_name() -> None:
    body = b'{"max_tokens": 1, "model": "m",  "messages": []}'

    assert translation(Wire.MESSAGES).request("/v1/messages", body, "other") == body.replace(b'"m"', b'"other"')
    assert translation(Wire.MESSAGES).request("/v1/messages", body, "") == body


def test_an_answer_in_the_callers_format_is_not_touched() -> None:
    body = b'{"content": [], "stop_reason": "end_turn",\t"usage": {"input_tokens": 1, "output_tokens": 2}, "new": 1.10}'
    row = translation(Wire.MESSAGES).answered("a", "/v1/messages", body)

    assert (row.verdict, row.usage) == (Verdict.ANSWERED, Usage(input=1, output=2))
    assert row.response.endswith(b'"body":%b}' % body)


def test_an_answer_that_failed_is_an_error_that_was_paid() -> None:
    body = b'{"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL"}], "usageMetadata": {"promptTokenCount": 3}}'
    row = translation(Wire.GEMINI).answered("a", "/v1/chat/completions", body)

    assert (row.verdict, row.code, row.permanent) == (Verdict.ERRORED, "answer_failed", False)
    assert row.usage == Usage(input=3)
    assert json.loads(row.response)["body"]["choices"]
