"""Messages whole and streamed, counts of tokens, models, and what is refused."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from bide.simulator.exchange import Lost, Reply
from bide.simulator.faults import read_faults

if TYPE_CHECKING:
    from tests.simulator.anthropic.conftest import Account

MESSAGES = "/v1/messages"


def body(**fields: Any) -> dict[str, Any]:
    asked = {"model": "m", "max_tokens": 64, "messages": [{"role": "user", "content": "hello there"}], **fields}
    return {name: value for name, value in asked.items() if value is not None}


def events(account: "Account", **fields: Any) -> list[tuple[str, Any]]:
    reply = account.send("POST", MESSAGES, json.dumps(body(stream=True, **fields)).encode())
    assert isinstance(reply, Reply)
    assert reply.content_type.startswith("text/event-stream")
    found: list[tuple[str, Any]] = []
    for event in reply.events:
        name, data = event.decode().rstrip("\n").split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_a_message(plain: "Account") -> None:
    shown = plain.json("POST", MESSAGES, body(), x_client_request_id="attempt-1")
    assert (shown["type"], shown["role"], shown["model"]) == ("message", "assistant", "m")
    assert shown["id"].startswith("msg_")
    assert "hello there" in shown["content"][0]["text"]
    assert shown["usage"]["service_tier"] == "standard"
    [charge] = plain.books.charges(plain.now)
    assert (charge.mode, charge.client_request_id) == ("realtime", "attempt-1")
    assert charge.usage.output == shown["usage"]["output_tokens"]


def test_a_cap(plain: "Account") -> None:
    shown = plain.json("POST", MESSAGES, body(max_tokens=1))
    assert (shown["stop_reason"], shown["usage"]["output_tokens"]) == ("max_tokens", 1)
    assert plain.json("POST", MESSAGES, body(max_tokens=4000))["stop_reason"] == "end_turn"


def test_a_stream_says_the_same(plain: "Account") -> None:
    heard = events(plain)
    names = [name for name, _ in heard]
    assert all(event["type"] == name for name, event in heard)
    assert names[:2] == ["message_start", "content_block_start"]
    assert names[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert "ping" in names
    text = "".join(event["delta"]["text"] for name, event in heard if name == "content_block_delta")
    head = heard[0][1]["message"]
    assert (head["content"], head["stop_reason"]) == ([], None)
    [charge] = plain.books.charges(plain.now)
    assert heard[-2][1]["usage"]["output_tokens"] == charge.usage.output
    assert "hello there" in text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"model": None}, "model", id="no model"),
        pytest.param({"max_tokens": None}, "max_tokens", id="no max_tokens"),
        pytest.param({"messages": []}, "messages", id="no messages"),
        pytest.param({"messages": [{"role": "user"}]}, "content", id="no content"),
        pytest.param({"temperature": 1.0}, "temperature", id="temperature"),
        pytest.param({"top_p": 1.0}, "top_p", id="top_p"),
        pytest.param(
            {"messages": [{"role": "assistant", "content": [{"type": "document"}]}]}, "document", id="a document"
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "x", "citations": [{"type": "x"}]}]}]},
            "citations",
            id="citations",
        ),
    ],
)
def test_what_is_refused(plain: "Account", fields: dict[str, Any], message: str) -> None:
    error = plain.error("POST", MESSAGES, body(**fields))
    assert error["type"] == "invalid_request_error"
    assert message in error["message"]


def test_the_older_version_has_sampling(plain: "Account") -> None:
    plain.json("POST", MESSAGES, body(temperature=1.0), version="2023-06-01")


@pytest.mark.parametrize("version", [None, "2024-01-01"])
def test_a_version_is_required(plain: "Account", version: str | None) -> None:
    assert "anthropic-version" in plain.error("POST", MESSAGES, body(), version=version)["message"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x_api_key": "key"}, 200),
        ({"x_api_key": "", "authorization": "Bearer key"}, 200),
        ({"x_api_key": ""}, 401),
        ({"x_api_key": "invalid"}, 401),
        ({"x_api_key": "", "authorization": "Bearer invalid"}, 401),
        ({"x_api_key": "", "authorization": "Basic key"}, 401),
    ],
)
def test_keys(plain: "Account", headers: dict[str, str], status: int) -> None:
    shown = plain.json("POST", MESSAGES, body(), status, **headers)
    assert shown.get("error", {}).get("type") == (None if status == 200 else "authentication_error")


def test_a_count_of_tokens(plain: "Account") -> None:
    asked = body(max_tokens=None)
    shown = plain.json("POST", f"{MESSAGES}/count_tokens", asked)
    assert shown == {"input_tokens": len(json.dumps(asked)) // 4}
    plain.error("POST", f"{MESSAGES}/count_tokens", {"model": "m"})
    assert list(plain.books.charges(plain.now)) == []


def test_models(plain: "Account") -> None:
    shown = plain.json("GET", "/v1/models?limit=1")
    assert (shown["data"][0]["type"], shown["has_more"]) == ("model", True)
    rest = plain.json("GET", f"/v1/models?after_id={shown['last_id']}")
    assert shown["last_id"] not in [model["id"] for model in rest["data"]]
    assert plain.json("GET", "/v1/models/claude-haiku-5-5")["id"] == "claude-haiku-5-5"
    assert plain.error("GET", "/v1/models/none", status=404)["type"] == "not_found_error"


def test_limits_and_their_headers(open_account: "type[Account]") -> None:
    account = open_account("[[limit]]\nrequests = 1\n")
    raw = json.dumps(body()).encode()
    first, second = account.send("POST", MESSAGES, raw), account.send("POST", MESSAGES, raw)
    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert first.headers["anthropic-ratelimit-requests-limit"] == "1"
    assert first.headers["anthropic-ratelimit-requests-remaining"] == "0"
    assert first.headers["anthropic-ratelimit-requests-reset"] == "2027-01-15T08:01:00Z"
    assert (second.status, second.headers["retry-after"]) == (429, "60")
    assert second.headers["request-id"] == json.loads(second.body)["request_id"]


@pytest.mark.parametrize(
    ("fault", "status", "kind", "waits"),
    [
        pytest.param({"kind": "busy"}, 429, "rate_limit_error", "20", id="429 with retry-after"),
        pytest.param({"kind": "error", "status": 429}, 429, "rate_limit_error", None, id="429 without"),
        pytest.param({"kind": "error", "status": 503}, 529, "overloaded_error", None, id="529"),
        pytest.param({"kind": "error", "status": 529}, 529, "overloaded_error", None, id="529 by its number"),
        pytest.param({"kind": "error", "status": 404}, 404, "not_found_error", None, id="404"),
        pytest.param({"kind": "error", "status": 500}, 500, "api_error", None, id="500"),
    ],
)
def test_faults(
    open_account: "type[Account]", fault: dict[str, Any], status: int, kind: str, waits: str | None
) -> None:
    account = open_account(faults=read_faults([{"site": "call", **fault}]))
    reply = account.send("POST", MESSAGES, json.dumps(body()).encode())
    assert isinstance(reply, Reply)
    assert (reply.status, json.loads(reply.body)["error"]["type"]) == (status, kind)
    assert reply.headers.get("retry-after") == waits


def test_a_lost_reply_to_a_create_leaves_a_batch(open_account: "type[Account]") -> None:
    account = open_account(faults=read_faults([{"site": "create", "kind": "reply_lost"}]))
    requests = [{"custom_id": "a", "params": body()}]
    assert isinstance(account.send("POST", f"{MESSAGES}/batches", json.dumps({"requests": requests}).encode()), Lost)
    [found] = account.json("GET", f"{MESSAGES}/batches")["data"]
    assert found["request_counts"]["processing"] == 1


def test_no_credit(open_account: "type[Account]") -> None:
    account = open_account('[[outage]]\nto = "1h"\nstops = ["calls"]\nrefusal = "no_credit"\n')
    error = account.error("POST", MESSAGES, body(), status=429)
    assert error["details"] == {"error_code": "enforced_spend_limit_reached"}


def test_an_address_that_is_none(plain: "Account") -> None:
    assert plain.error("GET", "/v1/nothing", status=404)["type"] == "not_found_error"
