"""Rate limits and the quota of enqueued tokens."""

from typing import TYPE_CHECKING

import pytest

from bide.core.clock import HOUR, MILLISECOND, MINUTE, SECOND
from bide.simulator.exchange import Reply
from bide.simulator.limits import Limit, Limits
from bide.simulator.openai.ratelimit import format_reset, limit_headers
from bide.simulator.refusal import Refusal

if TYPE_CHECKING:
    from tests.simulator.conftest import Account

MODEL = "gpt-6-luna"


@pytest.mark.parametrize(
    ("duration", "text"),
    [(0, "0s"), (500 * MILLISECOND, "500ms"), (1, "1ms"), (SECOND, "1s"), (6 * MINUTE, "6m0s"), (90 * SECOND, "1m30s")],
)
def test_resets_are_written_as_the_service_writes_them(duration: int, text: str) -> None:
    assert format_reset(duration) == text


def test_requests_run_out_and_come_back() -> None:
    limits = Limits([Limit(requests=3, tokens=1_000_000)], 0)
    left = [limit_headers(limits.spend(MODEL, 10, 0))["x-ratelimit-remaining-requests"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    with pytest.raises(Refusal) as refused:
        limits.spend(MODEL, 10, 0)
    assert (refused.value.failure.status, refused.value.failure.type) == (429, "requests")
    assert refused.value.wait == 20 * SECOND
    with pytest.raises(Refusal):
        limits.spend(MODEL, 10, 20 * SECOND - 1)
    headers = limit_headers(limits.spend(MODEL, 10, 20 * SECOND))
    assert headers["x-ratelimit-limit-requests"] == "3"
    assert headers["x-ratelimit-reset-requests"] == "1m0s"


def test_tokens_run_out() -> None:
    limits = Limits([Limit(tokens=600)], 0)
    assert limit_headers(limits.spend(MODEL, 500, 0)) == {
        "x-ratelimit-limit-tokens": "600",
        "x-ratelimit-remaining-tokens": "100",
        "x-ratelimit-reset-tokens": "50s",
    }
    with pytest.raises(Refusal) as refused:
        limits.spend(MODEL, 200, 0)
    assert refused.value.failure.type == "tokens"
    assert refused.value.wait == 10 * SECOND


def test_a_call_larger_than_the_budget_takes_all_of_it() -> None:
    limits = Limits([Limit(tokens=600)], 0)
    limits.spend(MODEL, 5_000, 0)
    with pytest.raises(Refusal):
        limits.spend(MODEL, 1, MINUTE)


def test_each_model_has_its_own_budget_and_the_last_limit_counts() -> None:
    limits = Limits([Limit(requests=100), Limit(model="small", requests=1), Limit(requests=5, from_=HOUR)], 0)
    assert limit_headers(limits.spend(MODEL, 1, 0))["x-ratelimit-remaining-requests"] == "99"
    assert limit_headers(limits.spend("small", 1, 0))["x-ratelimit-remaining-requests"] == "0"
    assert limit_headers(limits.spend(MODEL, 1, HOUR))["x-ratelimit-remaining-requests"] == "4"


def test_a_clock_that_is_set_back_neither_gives_nor_takes() -> None:
    limits = Limits([Limit(requests=2)], 0)
    limits.spend(MODEL, 1, HOUR)
    limits.spend(MODEL, 1, 0)
    for now in (0, HOUR):
        with pytest.raises(Refusal):
            limits.spend(MODEL, 1, now)


def test_calls_carry_the_headers(open_account: "type[Account]") -> None:
    account = open_account(more="[[limit]]\nrequests = 1\ntokens = 1000")
    body = b'{"model":"m","messages":[{"role":"user","content":"x"}],"max_completion_tokens":300}'
    reply = account.send("POST", "/v1/chat/completions", body)
    assert isinstance(reply, Reply)
    assert reply.headers["x-ratelimit-remaining-requests"] == "0"
    assert reply.headers["x-ratelimit-remaining-tokens"] == "700"
    reply = account.send("POST", "/v1/chat/completions", body)
    assert isinstance(reply, Reply)
    assert reply.status == 429
    assert reply.headers["retry-after"] == "60"
    assert len(list(account.books.charges(account.now))) == 1


def test_a_refused_call_uses_up_a_request(open_account: "type[Account]") -> None:
    account = open_account(more="[[limit]]\nrequests = 1")
    assert account.error("POST", "/v1/chat/completions", {"model": "m"})["param"] == "messages"
    account.json("POST", "/v1/chat/completions", {"model": "m", "messages": ["x"]}, status=429)


QUOTA = "[[limit]]\nenqueued_tokens = 60\n"


def test_a_batch_over_the_quota_fails_in_validation_and_room_comes_back(open_account: "type[Account]") -> None:
    account = open_account(more=QUOTA)
    first = account.create("x" * 100)
    second = account.create("y" * 100)
    failed = account.batch(second)
    assert (failed["status"], failed["request_counts"]["total"]) == ("failed", 0)
    [error] = failed["errors"]["data"]
    assert (error["code"], error["line"], error["param"]) == ("token_limit_exceeded", None, None)
    assert "Enqueued token limit reached for gpt-6-luna" in error["message"]
    assert "Limit: 60 enqueued tokens" in error["message"]
    account.wait(10 * MINUTE)
    assert account.batch(first)["status"] == "completed"
    third = account.create("z" * 100)
    account.wait(10 * MINUTE)
    assert account.batch(third)["status"] == "completed"


def test_a_cancelled_batch_gives_its_tokens_back(open_account: "type[Account]") -> None:
    account = open_account(PLAIN_CANCEL, more=QUOTA)
    first = account.create("x" * 100)
    account.json("POST", f"/v1/batches/{first['id']}/cancel")
    account.wait(59 * SECOND)
    assert account.batch(account.create("y" * 100))["status"] == "failed"
    account.wait(SECOND)
    assert account.batch(account.create("y" * 100))["status"] == "in_progress"


PLAIN_CANCEL = "[batch]\ncancelling = '1m'\nvalidation = '0s'\nbegins = 0.5\n"


@pytest.mark.parametrize("status", [400, 429])
def test_a_create_over_the_quota_may_be_refused_at_once(open_account: "type[Account]", status: int) -> None:
    account = open_account(more=f"{QUOTA}over_quota = '{status}'")
    account.create("x" * 100)
    file = account.upload(
        b'{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-6-luna",'
        b'"messages":[{"role":"user","content":"' + b"y" * 100 + b'"}]}}'
    )
    new = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    error = account.error("POST", "/v1/batches", new, status)
    assert error["code"] == "token_limit_exceeded"
    assert len(account.books.batches) == 1
    assert account.books.batches.received == 2


def test_creates_are_limited_by_the_hour(open_account: "type[Account]") -> None:
    account = open_account(more="[account]\nbatches_per_hour = 2")
    first = account.create("a")
    account.wait(20 * MINUTE)
    account.create("b")
    new = {"input_file_id": first["input_file_id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    reply = account.error("POST", "/v1/batches", new, 429)
    assert reply["code"] == "rate_limit_exceeded"
    account.wait(40 * MINUTE)
    account.json("POST", "/v1/batches", new)


@pytest.mark.parametrize("quota", ["enqueued_requests = 3", "open_batches = 1"])
def test_a_quota_of_rows_or_of_batches(open_account: "type[Account]", quota: str) -> None:
    account = open_account(more=f"[[limit]]\n{quota}\n")
    first, second = account.create("a", "b"), account.create("c", "d")
    account.wait(MINUTE)
    assert account.batch(first)["status"] == "in_progress"
    shown = account.batch(second)
    assert (shown["status"], shown["errors"]["data"][0]["code"][-14:]) == ("failed", "limit_exceeded")
    account.wait(HOUR)
    third = account.create("e", "f")
    account.wait(MINUTE)
    assert account.batch(third)["status"] == "in_progress"
