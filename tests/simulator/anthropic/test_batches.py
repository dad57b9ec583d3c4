"""Message batches: what a create checks, how a batch looks on its way, and how it ends."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.simulator.anthropic.create import MAX_BYTES
from bide.simulator.exchange import Reply

if TYPE_CHECKING:
    from tests.simulator.anthropic.conftest import Account

BATCHES = "/v1/messages/batches"
OPEN = {"succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}


def one(custom_id: object = "a", params: Any = None) -> dict[str, Any]:
    body = {"model": "m", "max_tokens": 8, "messages": [{"role": "user", "content": "x"}]}
    return {"custom_id": custom_id, "params": body if params is None else params}


def test_a_new_batch(plain: "Account") -> None:
    batch = plain.create("a", "b")
    assert batch["id"].startswith("msgbatch_")
    assert batch | {"id": ""} == {
        "id": "",
        "type": "message_batch",
        "processing_status": "in_progress",
        "request_counts": {"processing": 2, **OPEN},
        "created_at": "2027-01-15T08:00:00.000000Z",
        "expires_at": "2027-01-16T08:00:00.000000Z",
        "ended_at": None,
        "cancel_initiated_at": None,
        "archived_at": None,
        "results_url": None,
    }


def test_nothing_is_counted_and_nothing_readable_before_the_end(plain: "Account") -> None:
    batch = plain.create("a", "b")
    plain.now += 9 * MINUTE
    assert plain.batch(batch)["request_counts"] == {"processing": 2, **OPEN}
    assert plain.error("GET", f"{BATCHES}/{batch['id']}/results", status=404)["type"] == "not_found_error"
    plain.now += MINUTE
    shown = plain.batch(batch)
    assert shown["processing_status"] == "ended"
    assert shown["request_counts"] == {"processing": 0, **OPEN, "succeeded": 2}
    assert shown["results_url"] == f"http://here/anthropic{BATCHES}/{batch['id']}/results"
    assert shown["ended_at"].startswith("2027-01-15T08:10:00")


def test_a_result(plain: "Account") -> None:
    batch = plain.create("hello there")
    plain.now += HOUR
    result = plain.results(batch)["r-0"]
    message = result["message"]
    assert result["type"] == "succeeded"
    assert message["model"] == "claude-haiku-5-5"
    assert "hello there" in message["content"][0]["text"]
    assert message["usage"]["service_tier"] == "batch"
    [charge] = plain.books.charges(plain.now)
    assert (charge.custom_id, charge.usage.output) == ("r-0", message["usage"]["output_tokens"])
    assert charge.model == "claude-haiku-5-5"


def test_results_come_in_another_order(plain: "Account") -> None:
    batch = plain.create(*[f"p{number}" for number in range(20)])
    plain.now += HOUR
    found = list(plain.results(batch))
    assert found != sorted(found)
    assert sorted(found) == sorted(f"r-{number}" for number in range(20))


@pytest.mark.parametrize(
    "requests",
    [
        pytest.param([], id="none"),
        pytest.param([one("a"), one("a")], id="an id twice"),
        pytest.param([one("a.b")], id="a dot in an id"),
        pytest.param([one("")], id="an empty id"),
        pytest.param([one("a" * 65)], id="a long id"),
        pytest.param([one("a\n")], id="a line end in an id"),
        pytest.param([one(5)], id="a number for an id"),
        pytest.param([{"custom_id": "a"}], id="no params"),
        pytest.param(None, id="no requests"),
    ],
)
def test_what_is_refused_at_once(plain: "Account", requests: object) -> None:
    assert plain.error("POST", BATCHES, {"requests": requests})["type"] == "invalid_request_error"
    assert len(plain.books.batches) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_what_is_no_create(plain: "Account", body: bytes) -> None:
    reply = plain.send("POST", BATCHES, body)
    assert isinstance(reply, Reply)
    assert reply.status == 400


def test_too_large_a_batch(plain: "Account") -> None:
    reply = plain.send("POST", BATCHES, bytes(MAX_BYTES + 1))
    assert isinstance(reply, Reply)
    assert (reply.status, json.loads(reply.body)["error"]["type"]) == (413, "request_too_large")


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"stream": True}, id="stream"),
        pytest.param({"max_tokens": 0}, id="no tokens"),
        pytest.param({"max_tokens": None}, id="no max_tokens"),
        pytest.param({"model": None}, id="no model"),
        pytest.param({"messages": []}, id="no messages"),
        pytest.param({"messages": "x"}, id="text for messages"),
        pytest.param({"speed": "fast"}, id="fast mode"),
        pytest.param({"fallbacks": []}, id="fallbacks"),
        pytest.param({"temperature": 0.5}, id="temperature"),
        pytest.param({"top_k": 5}, id="top_k"),
    ],
)
def test_what_is_wrong_in_params_is_told_at_the_end(plain: "Account", changed: dict[str, Any]) -> None:
    batch = plain.create("a", **changed)
    plain.now += HOUR
    assert plain.batch(batch)["request_counts"] == {"processing": 0, **OPEN, "errored": 1}
    result = plain.results(batch)["r-0"]
    assert result["type"] == "errored"
    assert result["error"]["type"] == "error"
    assert result["error"]["error"]["type"] == "invalid_request_error"
    assert list(plain.books.charges(plain.now)) == []


def test_the_older_version_has_sampling(plain: "Account") -> None:
    batch = plain.create("a", version="2023-06-01", temperature=0.5)
    plain.now += HOUR
    assert plain.results(batch)["r-0"]["type"] == "succeeded"


def test_a_model_that_is_none(open_account: "type[Account]") -> None:
    account = open_account('[account]\nmodels = ["claude-opus-5-5"]\n')
    batch = account.create("a")
    account.now += HOUR
    assert account.results(batch)["r-0"]["error"]["error"]["type"] == "not_found_error"


def test_models_may_differ(plain: "Account") -> None:
    requests = [one("a"), one("b", one()["params"] | {"model": "n"})]
    plain.json("POST", BATCHES, {"requests": requests})
    plain.now += HOUR
    assert {charge.model for charge in plain.books.charges(plain.now)} == {"m", "n"}


def test_a_cancel_keeps_what_was_done(open_account: "type[Account]") -> None:
    account = open_account('cancelling = "1m"\nin_flight = "0s"\n')
    batch = account.create("a", "b", "c", "d")
    account.now += 5 * MINUTE
    cancelled = account.json("POST", f"{BATCHES}/{batch['id']}/cancel")
    assert cancelled["processing_status"] == "canceling"
    assert cancelled["cancel_initiated_at"] is not None
    assert cancelled["request_counts"] == {"processing": 4, **OPEN}
    account.now += MINUTE
    assert account.batch(batch)["processing_status"] == "ended"
    assert account.batch(batch)["request_counts"] == {"processing": 0, **OPEN, "succeeded": 2, "canceled": 2}
    assert sorted(result["type"] for result in account.results(batch).values()) == ["canceled"] * 2 + ["succeeded"] * 2
    assert len(list(account.books.charges(account.now))) == 2
    assert account.error("POST", f"{BATCHES}/{batch['id']}/cancel", status=409)["type"] == "conflict_error"


def test_a_cancel_at_once(plain: "Account") -> None:
    batch = plain.create("a", "b")
    plain.json("POST", f"{BATCHES}/{batch['id']}/cancel")
    plain.now += HOUR
    assert {result["type"] for result in plain.results(batch).values()} <= {"canceled", "succeeded"}
    assert len(plain.results(batch)) == 2


def test_expiry(open_account: "type[Account]") -> None:
    account = open_account("expires = 0.5\n")
    batch = account.create("a", "b", "c", "d")
    account.now += DAY - SECOND
    assert account.batch(batch)["processing_status"] == "in_progress"
    account.now += SECOND
    assert account.batch(batch)["request_counts"] == {"processing": 0, **OPEN, "succeeded": 2, "expired": 2}
    assert sorted(result["type"] for result in account.results(batch).values()) == ["expired"] * 2 + ["succeeded"] * 2


def test_a_delete(plain: "Account") -> None:
    batch = plain.create("a")
    path = f"{BATCHES}/{batch['id']}"
    assert plain.error("DELETE", path)["type"] == "invalid_request_error"
    plain.now += HOUR
    assert plain.json("DELETE", path) == {"id": batch["id"], "type": "message_batch_deleted"}
    assert plain.error("GET", path, status=404)["type"] == "not_found_error"
    assert plain.json("GET", BATCHES)["data"] == []
    assert len(list(plain.books.charges(plain.now))) == 1


def test_results_are_kept_for_29_days(plain: "Account") -> None:
    batch = plain.create("a")
    plain.now += 29 * DAY - SECOND
    assert plain.batch(batch)["results_url"]
    plain.now += SECOND
    assert plain.batch(batch)["results_url"] is None
    assert plain.batch(batch)["archived_at"] == "2027-02-13T08:00:00.000000Z"
    plain.error("GET", f"{BATCHES}/{batch['id']}/results", status=404)


def test_a_list(plain: "Account") -> None:
    assert plain.json("GET", BATCHES) == {"data": [], "has_more": False, "first_id": None, "last_id": None}
    ids = [plain.create("a")["id"] for _ in range(5)][::-1]

    def page(query: str) -> tuple[list[str], bool]:
        shown = plain.json("GET", f"{BATCHES}?{query}")
        found = [batch["id"] for batch in shown["data"]]
        assert (shown["first_id"], shown["last_id"]) == (found[0], found[-1])
        return found, shown["has_more"]

    assert page("") == (ids, False)
    assert page("limit=2") == (ids[:2], True)
    assert page(f"limit=2&after_id={ids[1]}") == (ids[2:4], True)
    assert page(f"limit=2&after_id={ids[2]}") == (ids[3:], False)
    assert page(f"limit=2&before_id={ids[3]}") == (ids[1:3], True)
    assert page(f"limit=2&before_id={ids[2]}") == (ids[:2], False)
    for query in ("limit=0", "limit=1001", "limit=x", "after_id=nobody", f"after_id={ids[0]}&before_id={ids[1]}"):
        plain.error("GET", f"{BATCHES}?{query}")


def test_a_new_batch_is_unknown_for_a_while(open_account: "type[Account]") -> None:
    account = open_account('hidden = "2s"\nunlisted = "2s"\n')
    batch = account.create("a")
    assert account.error("GET", f"{BATCHES}/{batch['id']}", status=404)["type"] == "not_found_error"
    assert account.json("GET", BATCHES)["data"] == []
    account.now += 2 * SECOND
    assert account.batch(batch)["id"] == batch["id"]


def test_the_queue(open_account: "type[Account]") -> None:
    account = open_account("[[limit]]\nenqueued_requests = 4\n")
    account.create("a", "b", "c")
    body = {"requests": [one("a"), one("b")]}
    assert account.error("POST", BATCHES, body, status=429)["type"] == "rate_limit_error"
    account.now += 6 * MINUTE
    account.json("POST", BATCHES, body)


def test_a_batch_does_not_fail_whole(open_account: "type[Account]") -> None:
    account = open_account('fails = {code = "x", message = "No."}\n')
    batch = account.create("a", "b")
    account.now += HOUR
    assert account.batch(batch)["request_counts"]["errored"] == 2
    assert account.results(batch)["r-0"]["error"]["error"]["message"] == "No."
