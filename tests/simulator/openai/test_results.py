"""Result files, and everything that may be wrong with them."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.simulator.answers import ODD_TEXT
from bide.simulator.exchange import Reply

if TYPE_CHECKING:
    from tests.simulator.conftest import Account

MANY = [f"prompt {number}" for number in range(400)]
SENT = [f"r-{number}" for number in range(400)]


def finished(account: "Account", *prompts: str) -> tuple[list[Any], list[Any]]:
    """The rows of a batch of these prompts once it is over."""
    batch = account.create(*prompts)
    account.wait(HOUR)
    return account.results(batch)


def names(rows: list[Any]) -> list[str]:
    return [row["custom_id"] for row in rows]


def test_the_shape_of_an_answered_row(plain: "Account") -> None:
    [row], _ = finished(plain, "hello there")
    assert list(row) == ["id", "custom_id", "response", "error"]
    assert row["id"].startswith("batch_req_")
    assert row["error"] is None
    response = row["response"]
    assert list(response) == ["status_code", "request_id", "body"]
    assert response["status_code"] == 200
    assert response["body"]["model"] == "gpt-6-luna"
    assert "hello there" in response["body"]["choices"][0]["message"]["content"]


def test_rows_come_shuffled_unless_the_script_says_otherwise(open_account: "type[Account]", plain: "Account") -> None:
    shuffled, _ = finished(open_account("[batch]\nturnaround = '0s'"), *MANY)
    assert sorted(names(shuffled)) == sorted(SENT)
    assert names(shuffled) != SENT
    assert names(finished(plain, *MANY)[0]) == SENT


def test_answers_stand_under_the_id_of_their_request(open_account: "type[Account]") -> None:
    output, _ = finished(open_account("[batch]\nturnaround = '0s'"), *MANY)
    for row in output:
        number = row["custom_id"].removeprefix("r-")
        assert f"prompt {number} " in row["response"]["body"]["choices"][0]["message"]["content"]


def test_ids_come_back_byte_for_byte(plain: "Account") -> None:
    line = '{"custom_id":"ä \u2028 ✓ \\" x","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":["x"]}}'
    batch = plain.create(content=line.encode())
    plain.wait(HOUR)
    output, _ = plain.results(batch)
    assert names(output) == ['ä \u2028 ✓ " x']


@pytest.mark.parametrize(
    ("marker", "status", "code"),
    [("row-error", 400, "invalid_value"), ("row-busy", 429, "rate_limit_exceeded"), ("row-broken", 500, None)],
)
def test_a_row_that_fails(plain: "Account", marker: str, status: int, code: str | None) -> None:
    output, [error] = finished(plain, "a", f"b [poison:{marker}]", "c")
    assert names(output) == ["r-0", "r-2"]
    assert (error["custom_id"], error["error"]) == ("r-1", None)
    assert error["response"]["status_code"] == status
    assert list(error["response"]["body"]["error"]) == ["message", "type", "param", "code"]
    assert error["response"]["body"]["error"]["code"] == code


def test_shares_of_rows_fail(open_account: "type[Account]") -> None:
    account = open_account(more="refused_rows = 0.1\nbusy_rows = 0.2\nbroken_rows = 0.1")
    output, errors = finished(account, *MANY)
    assert len(output) + len(errors) == 400
    statuses = Counter(row["response"]["status_code"] for row in errors)
    assert statuses[400] == pytest.approx(40, abs=15)
    assert statuses[429] == pytest.approx(72, abs=20)
    assert statuses[500] == pytest.approx(30, abs=15)


def test_a_row_that_fails_by_its_marker_fails_no_other_way(open_account: "type[Account]") -> None:
    account = open_account(more="broken_rows = 1.0")
    _, errors = finished(account, "[poison:row-error]", "b")
    assert [row["response"]["status_code"] for row in errors] == [400, 500]


def test_another_batch_of_the_same_rows_fails_in_other_places(open_account: "type[Account]") -> None:
    account = open_account(more="broken_rows = 0.3")
    first, second = finished(account, *MANY)[1], finished(account, *MANY)[1]
    assert set(names(first)) != set(names(second))


def test_when_every_row_fails_there_is_only_an_error_file(open_account: "type[Account]") -> None:
    account = open_account(more="refused_rows = 1.0")
    batch = account.create("a", "b")
    account.wait(HOUR)
    batch = account.batch(batch)
    assert (batch["status"], batch["output_file_id"]) == ("completed", None)
    assert batch["request_counts"] == {"total": 2, "completed": 0, "failed": 2}
    assert batch["usage"]["total_tokens"] == 0
    assert len(account.rows(batch["error_file_id"])) == 2


def test_rows_missing_repeated_and_renamed_by_their_marker(plain: "Account") -> None:
    output, errors = finished(plain, "a", "[poison:missing]", "[poison:repeated]", "[poison:renamed]", "b")
    assert names(output) == ["r-0", "r-2", "r-3-unknown", "r-4", "r-2"]
    assert errors == []


def test_rows_missing_repeated_and_renamed_by_chance(open_account: "type[Account]") -> None:
    account = open_account(more="missing = 0.1\nrepeated = 0.1\nrenamed = 0.1", seed=4)
    output, _ = finished(account, *MANY)
    seen = Counter(names(output))
    assert sum(1 for name in SENT if name not in seen and f"{name}-unknown" not in seen) == pytest.approx(40, abs=15)
    assert sum(1 for count in seen.values() if count == 2) == pytest.approx(36, abs=15)
    assert sum(1 for name in seen if name.endswith("-unknown")) == pytest.approx(32, abs=15)


def test_what_no_file_mentions_is_charged_all_the_same(plain: "Account") -> None:
    finished(plain, "a", "[poison:missing]", "[poison:repeated]")
    assert [charge.custom_id for charge in plain.books.charges(plain.now)] == ["r-0", "r-1", "r-2"]


def test_odd_text_stands_raw_in_the_bytes(open_account: "type[Account]") -> None:
    account = open_account(more="[answers]\nodd_text = 1.0")
    batch = account.create("a", "b")
    account.wait(HOUR)
    reply = account.send("GET", f"/v1/files/{account.batch(batch)['output_file_id']}/content")
    assert isinstance(reply, Reply)
    assert ODD_TEXT.encode() in reply.body
    assert reply.body.count(b"\n") == 2
    assert len(bytes(reply.body).decode().splitlines()) > 2
    assert all(ODD_TEXT in json.loads(line)["response"]["body"]["choices"][0]["message"]["content"]
               for line in bytes(reply.body).split(b"\n") if line)  # fmt: skip


def test_files_may_be_named_late_and_served_later(open_account: "type[Account]") -> None:
    account = open_account(more="files_late = '1m'\ndownload_late = '30s'\ndownload_status = 404")
    batch = account.create("a")
    account.wait(10 * MINUTE)
    assert account.batch(batch)["status"] == "completed"
    assert account.batch(batch)["output_file_id"] is None
    account.wait(MINUTE)
    file = account.batch(batch)["output_file_id"]
    assert account.get(f"/v1/files/{file}")["purpose"] == "batch_output"
    account.error("GET", f"/v1/files/{file}/content", status=404)
    account.wait(30 * SECOND)
    assert len(account.rows(file)) == 1


@pytest.mark.parametrize(
    ("script", "fields", "days"),
    [
        pytest.param("", {}, 30, id="usual"),
        pytest.param("[files]\noutput_life = '2d'", {}, 2, id="by the script"),
        pytest.param("", {"output_expires_after": {"anchor": "created_at", "seconds": 86_400}}, 1, id="by the create"),
    ],
)
def test_result_files_expire(open_account: "type[Account]", script: str, fields: dict[str, Any], days: int) -> None:
    account = open_account(more=script)
    batch = account.create("a", **fields)
    account.wait(10 * MINUTE)
    batch = account.batch(batch)
    file = account.get(f"/v1/files/{batch['output_file_id']}")
    assert file["expires_at"] == batch["completed_at"] + days * 86_400
    account.wait(days * DAY - 2)
    assert len(account.rows(file["id"])) == 1
    account.wait(SECOND)
    account.error("GET", f"/v1/files/{file['id']}/content", status=404)
    assert account.batch(batch)["output_file_id"] == file["id"]


def test_the_bodies_of_a_batch_are_let_go_once_it_is_over(plain: "Account") -> None:
    batch = plain.create("a", "b")
    assert all(row.raw is not None for known in plain.books.batches for row in known.rows)
    plain.wait(HOUR)
    plain.batch(batch)
    assert all(row.raw is None for known in plain.books.batches for row in known.rows)


def test_a_result_file_outlives_the_deletion_of_its_input(plain: "Account") -> None:
    batch = plain.create("a")
    plain.json("DELETE", f"/v1/files/{batch['input_file_id']}")
    plain.wait(HOUR)
    assert len(plain.results(batch)[0]) == 1
