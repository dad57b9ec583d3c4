"""Errors come to callers in their own format, and say what they said."""

import json
from typing import Any

import pytest
from anthropic.types import ErrorResponse
from pydantic import TypeAdapter

from bide.providers.translate import SPOKES, Wire, error

C, M = Wire.CHAT, Wire.MESSAGES


def chat(type_: str, code: str | None, message: str = "no", param: str | None = None) -> Any:
    return {"error": {"message": message, "type": type_, "param": param, "code": code}}


def message(type_: str, words: str = "no", **more: Any) -> Any:
    return {"type": "error", "error": {"type": type_, "message": words, **more}, "request_id": None}


@pytest.mark.parametrize(
    ("status", "given", "expected"),
    [
        pytest.param(400, message("invalid_request_error"), chat("invalid_request_error", "invalid_request_error"), id="400"),
        pytest.param(401, message("authentication_error"), chat("authentication_error", "authentication_error"), id="401"),
        pytest.param(402, message("billing_error"), chat("insufficient_quota", "billing_error"), id="402"),
        pytest.param(404, message("not_found_error"), chat("invalid_request_error", "not_found_error"), id="404"),
        pytest.param(429, message("rate_limit_error"), chat("rate_limit_error", "rate_limit_error"), id="429"),
        pytest.param(
            429,
            message("rate_limit_error", details={"error_code": "enforced_spend_limit_reached"}),
            chat("insufficient_quota", "enforced_spend_limit_reached"),
            id="429-spent",
        ),
        pytest.param(500, message("api_error"), chat("server_error", "api_error"), id="500"),
        pytest.param(
            429,
            message("rate_limit_error", details="odd"),
            chat("rate_limit_error", "rate_limit_error"),
            id="429-details-of-words",
        ),
        pytest.param(529, message("overloaded_error"), chat("service_unavailable_error", "overloaded_error"), id="529"),
    ],
)  # fmt: skip
def test_an_error_of_messages_for_callers_of_chat(status: int, given: Any, expected: Any) -> None:
    assert json.loads(error(status, json.dumps(given).encode(), M, C)) == expected


@pytest.mark.parametrize(
    ("status", "given", "expected"),
    [
        pytest.param(
            400,
            chat("invalid_request_error", None, "bad value", "seed"),
            message("invalid_request_error", "seed: bad value"),
            id="400",
        ),
        pytest.param(
            400,
            chat("invalid_request_error", None, "seed is bad", "seed"),
            message("invalid_request_error", "seed is bad"),
            id="400-named",
        ),
        pytest.param(401, chat("invalid_request_error", "invalid_api_key"), message("authentication_error"), id="401"),
        pytest.param(404, chat("invalid_request_error", "model_not_found"), message("not_found_error"), id="404"),
        pytest.param(429, chat("requests", "rate_limit_exceeded"), message("rate_limit_error"), id="429"),
        pytest.param(429, chat("insufficient_quota", "insufficient_quota"), message("billing_error"), id="429-spent"),
        pytest.param(500, chat("server_error", None), message("api_error"), id="500"),
        pytest.param(503, chat("service_unavailable_error", "x"), message("overloaded_error"), id="503"),
        pytest.param(400, {"error": {"message": "no", "code": 400}}, message("invalid_request_error"), id="numbered"),
        pytest.param(400, {"error": "no"}, message("invalid_request_error"), id="words"),
        pytest.param(404, {"detail": "no"}, message("not_found_error"), id="detail"),
        pytest.param(
            429, {"object": "error", "message": "no", "code": 4}, message("rate_limit_error"), id="at-the-top"
        ),
    ],
)
def test_an_error_of_chat_for_callers_of_messages(status: int, given: Any, expected: Any) -> None:
    written = json.loads(error(status, json.dumps(given).encode(), C, M))

    assert written == expected
    TypeAdapter(ErrorResponse).validate_python(written)


def test_the_request_id_is_told() -> None:
    body = json.dumps({**message("api_error"), "request_id": "req_1"}).encode()

    assert json.loads(error(500, body, M, M))["request_id"] == "req_1"


@pytest.mark.parametrize("source", SPOKES)
@pytest.mark.parametrize("target", SPOKES)
@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"{}", b"[" * 100_000, b"\xff"])
def test_whatever_came_is_an_error_in_the_callers_format(source: Wire, target: Wire, body: bytes) -> None:
    written = error(502, body, source, target)

    if source is target:
        assert written is body
    else:
        assert json.loads(written)


def test_a_proxys_page_is_quoted() -> None:
    assert "Bad gateway" in error(502, b"<html>Bad gateway</html>", M, C).decode()
