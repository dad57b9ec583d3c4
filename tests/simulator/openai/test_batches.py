"""Batches as a client sees them: their course, their ends, their counters, the listing, and cancelling."""

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.simulator.openai.body import CHAT

if TYPE_CHECKING:
    from tests.simulator.conftest import Account

TEN = [f"prompt {number}" for number in range(10)]

FIELDS = [
    *["id", "object", "endpoint", "model", "errors", "input_file_id", "completion_window", "status"],
    *["output_file_id", "error_file_id", "created_at", "in_progress_at", "expires_at", "finalizing_at"],
    *[
        "completed_at",
        "failed_at",
        "expired_at",
        "cancelling_at",
        "cancelled_at",
        "request_counts",
        "usage",
        "metadata",
    ],
]


def counts(batch: Any) -> tuple[int, int, int]:
    return tuple(batch["request_counts"][key] for key in ("total", "completed", "failed"))


def test_a_batch_from_its_create_to_its_end(plain: "Account") -> None:
    batch = plain.create(*TEN, metadata={"tag": "t-1"})
    assert list(batch) == FIELDS
    assert (batch["status"], counts(batch), batch["metadata"]) == ("validating", (0, 0, 0), {"tag": "t-1"})
    assert batch["expires_at"] == batch["created_at"] + 86_400
    plain.wait(5 * MINUTE)
    batch = plain.batch(batch)
    assert (batch["status"], counts(batch), batch["model"]) == ("in_progress", (10, 5, 0), "gpt-6-luna")
    assert batch["output_file_id"] is batch["usage"] is None
    plain.wait(5 * MINUTE)
    batch = plain.batch(batch)
    assert list(batch) == FIELDS
    assert (batch["status"], counts(batch)) == ("completed", (10, 10, 0))
    assert batch["completed_at"] == batch["created_at"] + 600
    output, errors = plain.results(batch)
    assert {row["custom_id"] for row in output} == {f"r-{number}" for number in range(10)}
    assert (errors, batch["error_file_id"]) == ([], None)
    assert batch["usage"]["input_tokens"] == sum(row["response"]["body"]["usage"]["prompt_tokens"] for row in output)
    assert batch["usage"]["total_tokens"] == batch["usage"]["input_tokens"] + batch["usage"]["output_tokens"]


def test_an_expired_batch_hands_over_what_is_done(open_account: "type[Account]") -> None:
    account = open_account("[batch]\nexpires = 0.3\nbegins = 0.1")
    batch = account.create(*TEN)
    account.wait(DAY)
    batch = account.batch(batch)
    assert (batch["status"], batch["expired_at"]) == ("expired", batch["expires_at"])
    assert counts(batch) == (10, 3, 0)  # as observed: the unfinished are not counted as failed
    output, errors = account.results(batch)
    assert (len(output), len(errors)) == (3, 7)
    assert {row["custom_id"] for row in output + errors} == {f"r-{number}" for number in range(10)}
    for row in errors:
        assert row["response"] is None
        assert row["error"]["code"] == "batch_expired"


def test_a_batch_that_fails_by_the_script(open_account: "type[Account]") -> None:
    fails = '{code = "server_error", message = "no", line = 3, param = "body"}'
    account = open_account(more=f"[[when]]\nnth = 2\nfails = {fails}")
    first, second = account.create("a"), account.create("b")
    assert account.batch(first)["status"] == "in_progress"
    failed = account.batch(second)
    assert failed["errors"]["data"] == [{"code": "server_error", "message": "no", "param": "body", "line": 3}]


@pytest.mark.parametrize("status", ["validating", "in_progress", "finalizing"])
def test_a_stuck_batch_stays_for_ever_but_can_be_cancelled(open_account: "type[Account]", status: str) -> None:
    account = open_account(more=f"stuck = '{status}'\ncancelling = '1m'")
    batch = account.create(*TEN)
    account.wait(30 * DAY)
    assert account.batch(batch)["status"] == status
    account.json("POST", f"/v1/batches/{batch['id']}/cancel")
    account.wait(MINUTE)
    output, errors = account.results(batch)
    assert account.batch(batch)["status"] == "cancelled"
    expected = {"validating": (0, 0), "in_progress": (5, 5), "finalizing": (10, 0)}[status]
    assert (len(output), len(errors)) == expected


def cancel_after(account: "Account", duration: int) -> Any:
    batch = account.create(*TEN)
    account.wait(duration)
    return account.json("POST", f"/v1/batches/{batch['id']}/cancel")


def test_a_cancel_keeps_what_is_done_and_what_is_in_flight(open_account: "type[Account]") -> None:
    account = open_account(more="cancelling = '90s'\nin_flight = '1m'")
    batch = cancel_after(account, 5 * MINUTE)
    assert (batch["status"], counts(batch)) == ("cancelling", (10, 5, 0))
    assert batch["cancelling_at"] == batch["created_at"] + 300
    account.wait(90 * SECOND - 1)
    assert counts(account.batch(batch)) == (10, 6, 0)
    account.wait(1)
    batch = account.batch(batch)
    assert (batch["status"], batch["cancelled_at"]) == ("cancelled", batch["created_at"] + 390)
    assert counts(batch) == (10, 0, 0)  # as observed
    output, errors = account.results(batch)
    assert (len(output), len(errors)) == (6, 4)
    assert {row["error"]["code"] for row in errors} == {"batch_cancelled"}


def test_a_cancel_may_find_more_done_than_was_shown(open_account: "type[Account]") -> None:
    account = open_account(more="cancelling = '1m'\ncancelled_share = 0.8")
    batch = cancel_after(account, MINUTE)
    account.wait(MINUTE)
    output, errors = account.results(batch)
    assert (len(output), len(errors)) == (8, 2)


def test_a_cancel_during_validation_leaves_no_file(open_account: "type[Account]") -> None:
    account = open_account("[batch]\nvalidation = '1m'\ncancelling = '5m'\nturnaround = '0s'")
    batch = cancel_after(account, SECOND)
    account.wait(HOUR)
    batch = account.batch(batch)
    assert (batch["status"], counts(batch), batch["in_progress_at"]) == ("cancelled", (0, 0, 0), None)
    assert account.results(batch) == ([], [])
    assert not list(account.books.charges(account.now))


def test_a_cancel_that_never_ends(open_account: "type[Account]") -> None:
    account = open_account(more="cancelling = 'never'")
    batch = cancel_after(account, 5 * MINUTE)
    account.wait(90 * DAY)
    batch = account.batch(batch)
    assert (batch["status"], batch["output_file_id"]) == ("cancelling", None)


def test_cancelling_twice_changes_nothing_and_cancelling_the_ended_is_a_conflict(plain: "Account") -> None:
    batch = cancel_after(plain, MINUTE)
    plain.wait(SECOND)
    again = plain.json("POST", f"/v1/batches/{batch['id']}/cancel")
    assert again["cancelling_at"] == batch["cancelling_at"]
    plain.wait(HOUR)
    error = plain.error("POST", f"/v1/batches/{batch['id']}/cancel", status=409)
    assert "cancelled" in error["message"]


def test_cancelling_the_ended_may_also_just_show_it(open_account: "type[Account]") -> None:
    account = open_account(more="[account]\ncancel_ended = 200")
    batch = account.create("a")
    account.wait(HOUR)
    assert account.json("POST", f"/v1/batches/{batch['id']}/cancel")["status"] == "completed"


def test_one_cancel_in_five_may_take_an_hour(open_account: "type[Account]") -> None:
    account = open_account("[batch]\ncancelling = '1m'\n", more="[[when]]\nshare = 0.2\ncancelling = '1h'")
    batches = [cancel_after(account, 0) for _ in range(100)]
    account.wait(2 * MINUTE)
    slow = sum(1 for batch in batches if account.batch(batch)["status"] == "cancelling")
    assert 10 <= slow <= 30


def test_a_cancelled_batch_counts_nothing_as_observed(open_account: "type[Account]") -> None:
    account = open_account(more="cancelling = '1m'\nin_flight = '0s'")
    batch = account.create("[poison:row-error]", *TEN[:9])
    account.wait(5 * MINUTE)
    assert counts(account.json("POST", f"/v1/batches/{batch['id']}/cancel")) == (10, 4, 1)
    account.wait(MINUTE)
    assert counts(account.batch(batch)) == (10, 0, 0)


@pytest.mark.parametrize(
    ("counters", "running", "expired"),
    [
        pytest.param("honest", (10, 2, 1), (10, 4, 6), id="honest"),
        pytest.param("observed", (10, 2, 1), (10, 4, 0), id="observed"),
    ],
)
def test_counters(open_account: "type[Account]", counters: str, running: object, expired: object) -> None:
    account = open_account(f"[batch]\ncounters = '{counters}'\nexpires = 0.5\nbegins = 0.0\nshuffled = false\n")
    batch = account.create("a", "[poison:row-error]", *TEN[:8])
    account.wait(15 * HOUR)
    assert counts(account.batch(batch)) == running
    account.wait(15 * HOUR)
    assert counts(account.batch(batch)) == expired


def test_lying_counters_lie_and_repeat_themselves(open_account: "type[Account]") -> None:
    account = open_account(more="counters = 'lying'")
    batch = account.create(*TEN)
    account.wait(MINUTE)
    shown = [counts(account.batch(batch)) for _ in range(3)]
    assert len(set(shown)) == 1
    lies: set[object] = set()
    for _ in range(20):
        account.wait(SECOND)
        lies.add(counts(account.batch(batch)))
    assert len(lies) > 10
    assert len(account.results(batch)[0]) == 0


def test_a_batch_may_be_unknown_at_first(open_account: "type[Account]") -> None:
    account = open_account(more="hidden = '5s'\nunlisted = '20s'")
    batch = account.create("a")
    error = account.error("GET", f"/v1/batches/{batch['id']}", status=404)
    assert error == {
        "message": f"No batch found with id '{batch['id']}'.",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }
    account.error("POST", f"/v1/batches/{batch['id']}/cancel", status=404)
    account.wait(5 * SECOND)
    assert account.batch(batch)["status"] == "in_progress"
    assert account.get("/v1/batches")["data"] == []
    account.wait(15 * SECOND)
    assert [shown["id"] for shown in account.get("/v1/batches")["data"]] == [batch["id"]]


def test_the_listing_goes_from_new_to_old_in_pages(plain: "Account") -> None:
    created = [plain.create("x")["id"] for _ in range(45)]
    pages: list[Any] = [plain.get("/v1/batches")]
    while pages[-1]["has_more"]:
        pages.append(plain.get(f"/v1/batches?limit=20&after={pages[-1]['last_id']}"))
    assert [len(page["data"]) for page in pages] == [20, 20, 5]
    assert [batch["id"] for page in pages for batch in page["data"]] == created[::-1]
    assert (pages[0]["object"], pages[0]["first_id"]) == ("list", created[-1])
    assert len(plain.get("/v1/batches?limit=100")["data"]) == 45
    assert plain.get("/v1/batches?limit=45")["has_more"] is False


def test_an_empty_listing(plain: "Account") -> None:
    assert plain.get("/v1/batches") == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "after=batch_none"])
def test_a_listing_that_cannot_be(plain: "Account", query: str) -> None:
    plain.error("GET", f"/v1/batches?{query}")


def test_the_listing_may_keep_the_metadata_to_itself(open_account: "type[Account]") -> None:
    account = open_account(more="metadata_listed = false")
    batch = account.create("a", metadata={"tag": "t"})
    assert account.get("/v1/batches")["data"][0]["metadata"] is None
    assert account.batch(batch)["metadata"] == {"tag": "t"}


@pytest.mark.parametrize(
    ("rule", "chosen"),
    [
        pytest.param("nth = [1, 3]", [True, False, True], id="by number"),
        pytest.param("marker = 'slow one'", [False, True, False], id="by a word in the file"),
        pytest.param("model = 'gpt-6-luna'", [True, True, True], id="by model"),
        pytest.param("model = 'other'", [False, False, False], id="by another model"),
        pytest.param("from = '30m'\nto = '90m'", [False, True, False], id="by time"),
        pytest.param("nth = [1, 2]\nmarker = 'slow one'", [False, True, False], id="by both"),
    ],
)
def test_rules_are_about_some_batches(open_account: "type[Account]", rule: str, chosen: list[bool]) -> None:
    account = open_account(more=f"[[when]]\n{rule}\nfails = {{code = 'chosen'}}")
    failed: list[bool] = []
    for prompt in ("a", "the slow one", "c"):
        batch = account.create(prompt)
        failed.append(account.batch(batch)["status"] == "failed")
        account.wait(HOUR)
    assert failed == chosen


def test_a_rule_by_the_hour_of_the_day(open_account: "type[Account]") -> None:
    account = open_account(more="[[when]]\nhours = [22, 6]\nfails = {code = 'night'}")
    failed: list[int] = []
    for _ in range(24):
        hour = account.now // HOUR % 24
        if account.batch(account.create("a"))["status"] == "failed":
            failed.append(hour)
        account.wait(HOUR - 1)
    assert sorted(failed) == [0, 1, 2, 3, 4, 5, 22, 23]


def test_bouts_come_and_go(open_account: "type[Account]") -> None:
    account = open_account(more="[[when]]\nbouts = {calm = '90m', bout = '45m'}\nfails = {code = 'bout'}")
    bad: list[bool] = []
    for _ in range(600):
        bad.append(account.batch(account.create("a"))["status"] == "failed")
        account.wait(10 * MINUTE - 1)
    assert not bad[0]
    assert 0.2 < sum(bad) / len(bad) < 0.47
    changes = sum(1 for before, after in itertools.pairwise(bad) if before != after)
    assert 40 < changes < 130


def test_later_rules_go_over_earlier_ones(open_account: "type[Account]") -> None:
    rules = "[[when]]\nnth = 1\nturnaround = '1h'\nexpires = 0.5\n[[when]]\nnth = 1\nexpires = 0.2"
    account = open_account(more=rules)
    batch = account.create(*TEN)
    account.wait(DAY)
    assert len(account.results(batch)[0]) == 2


def test_an_outage_stops_the_work_and_the_endpoints(open_account: "type[Account]") -> None:
    account = open_account(more="[[outage]]\nfrom = '5m'\nto = '2h'")
    batch = account.create(*TEN)
    account.wait(HOUR)
    assert account.error("GET", f"/v1/batches/{batch['id']}", status=503)["code"] == "server_is_overloaded"
    account.error("POST", CHAT, status=503)
    account.wait(HOUR)
    assert counts(account.batch(batch)) == (10, 5, 0)
    account.wait(5 * MINUTE)
    assert account.batch(batch)["status"] == "completed"


def test_outage_of_credit(open_account: "type[Account]") -> None:
    account = open_account(more="[[outage]]\nstops = ['calls']\nrefusal = 'no_credit'")
    error = account.error("POST", CHAT, status=429)
    assert (error["type"], error["code"]) == ("insufficient_quota", "credit_balance_exhausted")
    account.create("a")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        pytest.param({"endpoint": "/v1/videos"}, "endpoint", id="endpoint"),
        pytest.param({"completion_window": "1h"}, "completion_window", id="window"),
        pytest.param({"metadata": {"k": "v" * 513}}, "metadata", id="a long value"),
        pytest.param({"metadata": {"k" * 65: "v"}}, "metadata", id="a long key"),
        pytest.param({"metadata": {f"k{n}": "v" for n in range(17)}}, "metadata", id="many pairs"),
        pytest.param(
            {"output_expires_after": {"anchor": "created_at", "seconds": 60}}, "expires_after.seconds", id="life"
        ),
        pytest.param({"input_file_id": None}, "input_file_id", id="no file"),
    ],
)
def test_a_create_that_is_refused(plain: "Account", fields: dict[str, Any], param: str) -> None:
    new = {"input_file_id": "file-1", "endpoint": CHAT, "completion_window": "24h", **fields}
    error = plain.error("POST", "/v1/batches", {key: value for key, value in new.items() if value is not None})
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert len(plain.books.batches) == 0


@pytest.mark.parametrize("status", [400, 429])
def test_a_create_may_be_refused_for_the_quota_by_the_script(open_account: "type[Account]", status: int) -> None:
    account = open_account(more=f"[[when]]\nnth = 1\nrefuses = {status}")
    new = {"endpoint": CHAT, "completion_window": "24h"}
    file = account.upload(
        b'{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":["x"]}}'
    )
    error = account.error("POST", "/v1/batches", {**new, "input_file_id": file}, status)
    assert error["code"] == "token_limit_exceeded"
    account.json("POST", "/v1/batches", {**new, "input_file_id": file})
