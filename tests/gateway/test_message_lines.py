"""Lines of a message batch's results, and the batch itself, as they are shown."""

import json
from typing import Any

import pytest
from starlette.types import Message

from bide.core.bucket import Phase
from bide.gateway.exchange import Exchange
from bide.gateway.messages.result_line import result_line
from bide.gateway.messages.view import base_of, shown, status_of
from bide.store.message_batches import MessageBatch


def row(**changes: Any) -> Any:
    told = {"custom_id": "a", "state": "succeeded", "lane": "batch", "status": 200, "code": None, "message": None}
    return {**told, **changes}


def result(response: bytes | None, **changes: Any) -> Any:
    line = result_line(row(**changes), response)
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    told = json.loads(line)
    assert (set(told), told["custom_id"]) == ({"custom_id", "result"}, "a")
    return told["result"]


def message(tier: str | None) -> dict[str, Any]:
    return {"type": "message", "usage": {"input_tokens": 1, "service_tier": tier}, "new_field": {"n": 1.50}}


def response(body: Any, status: int = 200) -> bytes:
    return json.dumps({"status_code": status, "request_id": "req_theirs", "body": body}).encode()


@pytest.mark.parametrize("tier", [None, "standard", "batch"])
def test_what_a_batch_answered_was_served_in_that_tier_and_is_as_it_came_otherwise(tier: str | None) -> None:
    assert result(response(message(tier))) == {"type": "succeeded", "message": message("batch")}


def test_what_was_called_in_real_time_says_so() -> None:
    assert result(response(message("standard")), lane="realtime")["message"] == message("standard")


def test_a_message_of_a_native_batch_is_not_touched() -> None:
    body = b'{"usage":{"service_tier":"batch","n":1.0},"text":"\xe2\x80\xa8"}'
    assert b'"message":%b}' % body in result_line(row(), b'{"status_code":200,"request_id":null,"body":%b}' % body)


def test_an_answer_of_another_shape_is_shown_as_it_came() -> None:
    assert result(b'{"status_code":200,"body":"words"}')["message"] == {"status_code": 200, "body": "words"}


def test_an_error_of_anthropic_s_shape_is_the_provider_s() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "m"}, "request_id": "req_1"}
    assert result(response(error, 529), state="failed") == {"type": "errored", "error": error}


@pytest.mark.parametrize(
    ("given", "status", "kind", "request_id"),
    [
        (None, None, "api_error", None),
        (None, 429, "rate_limit_error", None),
        (response({"error": "?"}, 400), 200, "invalid_request_error", "req_theirs"),
        (response("a page", 502), 502, "api_error", "req_theirs"),
        (b"no json", 400, "invalid_request_error", None),
    ],
)
def test_any_other_error_is_put_into_that_shape(
    given: bytes | None, status: int | None, kind: str, request_id: str | None
) -> None:
    told = result(given, state="failed", status=status, message="what happened")
    error = {"type": "error", "error": {"type": kind, "message": "what happened"}, "request_id": request_id}
    assert told == {"type": "errored", "error": error}


@pytest.mark.parametrize(("state", "kind"), [("cancelled", "canceled"), ("expired", "expired")])
def test_what_was_never_answered_says_why(state: str, kind: str) -> None:
    assert result(None, state=state) == {"type": kind}


def batch(**changes: Any) -> MessageBatch:
    told: dict[str, Any] = {
        "external_id": "msgbatch_1",
        "job_id": 1,
        "state": "running",
        "deadline": 86_400_000_000,
        "requests": 9,
        "created_at": 1,
        "cancelled_at": None,
        "answered_at": None,
        "delivered_at": None,
        "counts": {Phase.WAITING: 2, Phase.BATCHED: 1, Phase.BATCH: 3, Phase.REALTIME: 1, Phase.FAILED: 2},
    }
    return MessageBatch(**(told | changes))


def test_a_running_batch_shows_its_true_counts() -> None:
    told = shown(batch(), "http://here")
    assert told["request_counts"] == {"processing": 3, "succeeded": 4, "errored": 2, "canceled": 0, "expired": 0}
    assert (told["created_at"], told["expires_at"]) == ("1970-01-01T00:00:00.000001Z", "1970-01-02T00:00:00.000000Z")
    assert (told["ended_at"], told["results_url"], told["archived_at"]) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "in_progress"),
        ({"state": "cancelling", "cancelled_at": 5}, "canceling"),
        ({"state": "cancelling", "cancelled_at": 5, "answered_at": 6}, "ended"),
        ({"answered_at": 6}, "ended"),
        ({"state": "done", "answered_at": 6}, "ended"),
    ],
)
def test_it_has_ended_when_the_last_row_is_settled(changes: dict[str, Any], status: str) -> None:
    assert status_of(batch(**changes)) == status
    told = shown(batch(**changes), "http://here")
    assert (told["results_url"] is None) == (status != "ended")
    assert (told["cancel_initiated_at"] is None) == ("cancelled_at" not in changes)


@pytest.mark.parametrize(
    ("headers", "base"),
    [
        ({"host": "bide.example:8080"}, "http://bide.example:8080"),
        ({"host": "bide.example", "x-forwarded-proto": "https"}, "https://bide.example"),
        ({"host": "[::1]:80", "x-forwarded-proto": "gopher"}, "http://[::1]:80"),
        ({"host": 'x"/../y'}, "http://[::1]:8080"),
        ({}, "http://[::1]:8080"),
    ],
)
def test_the_url_of_results_is_the_one_that_the_caller_knows(headers: dict[str, str], base: str) -> None:
    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        raise AssertionError

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "scheme": "http",
        "server": ("::1", 8080),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    assert base_of(Exchange(scope, receive, send, "req_1")) == base
