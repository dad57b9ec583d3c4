"""The judge: what is billed, to whom, and what was paid for twice."""

import itertools
import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.usage import Usage
from bide.simulator.books import Books
from bide.simulator.charges import Charge, summary
from bide.simulator.creation import NewBatch
from bide.simulator.openai.body import CHAT
from bide.simulator.openai.lines import read_lines
from bide.simulator.script import parse_script

if TYPE_CHECKING:
    from tests.simulator.conftest import Account


def billed(account: "Account") -> list[Charge]:
    return list(account.books.charges(account.now))


def test_a_row_is_charged_when_it_is_finished(plain: "Account") -> None:
    batch = plain.create(*[f"p{number}" for number in range(10)])
    assert billed(plain) == []
    plain.wait(5 * MINUTE)
    assert [charge.custom_id for charge in billed(plain)] == [f"r-{number}" for number in range(5)]
    plain.wait(DAY)
    assert len(billed(plain)) == 10
    [first, *_] = billed(plain)
    assert (first.mode, first.batch_id, first.model) == ("batch", batch["id"], "gpt-6-luna")
    assert first.at // SECOND == batch["created_at"] + 60


def test_tokens_charged_are_tokens_shown(plain: "Account") -> None:
    batch = plain.create("a", "bb", "[poison:row-error]")
    plain.wait(HOUR)
    usage = plain.batch(batch)["usage"]
    assert sum(charge.usage.input for charge in billed(plain)) == usage["input_tokens"]
    assert sum(charge.usage.output for charge in billed(plain)) == usage["output_tokens"]
    output, _ = plain.results(batch)
    shown = {row["custom_id"]: row["response"]["body"]["usage"]["completion_tokens"] for row in output}
    assert {charge.custom_id: charge.usage.output for charge in billed(plain)} == shown


def test_expired_and_cancelled_rows_are_not_charged(open_account: "type[Account]") -> None:
    account = open_account("[batch]\nexpires = 0.5\ncancelling = '1m'\nbegins = 0.0\n")
    account.create("a", "b", "c", "d")
    cancelled = account.create("e", "f", "g", "h")
    account.wait(13 * HOUR)
    account.json("POST", f"/v1/batches/{cancelled['id']}/cancel")
    account.wait(DAY)
    assert len(billed(account)) == 2 + 1


def test_a_call_is_charged_under_its_own_id(plain: "Account") -> None:
    body = json.dumps({"model": "m", "messages": ["x"]}).encode()
    plain.send("POST", "/v1/chat/completions", body, x_client_request_id="attempt-7")
    [charge] = billed(plain)
    assert (charge.mode, charge.client_request_id, charge.custom_id) == ("realtime", "attempt-7", None)
    assert charge.at > plain.now


def test_the_same_prompt_has_the_same_digest_in_a_batch_and_in_real_time(plain: "Account") -> None:
    body = b'{"model":"m","messages": [{"role":"user","content":"x"}]}'
    line = b'{"custom_id":"%b","method":"POST","url":"/v1/chat/completions","body":%b}\n'
    plain.create(content=line % (b"a", body) + line % (b"b", body.replace(b'"x"', b'"y"')))
    plain.wait(HOUR)
    plain.send("POST", "/v1/chat/completions", body)
    batch_a, batch_b, call = billed(plain)
    assert batch_a.digest == call.digest != batch_b.digest
    assert summary([batch_a, batch_b, call])["across_modes"] == 1


def test_a_summary() -> None:
    def charge(mode: str, digest: str) -> Charge:
        return Charge(mode=mode, digest=digest, model="m", usage=USAGE, at=0)

    charges = [charge("batch", "a"), charge("batch", "a"), charge("batch", "b"), charge("realtime", "b")]
    assert summary(charges) == {
        "modes": {
            "batch": {"count": 3, "input": 30, "cached": 3, "output": 6, "repeated": 1},
            "realtime": {"count": 1, "input": 10, "cached": 1, "output": 2, "repeated": 0},
        },
        "across_modes": 1,
    }


def test_lost_replies_are_charged_and_lost_requests_are_not(open_account: "type[Account]") -> None:
    faults = "".join(
        f"[[fault]]\nsite='call'\nnth={nth}\n{kind}\n"
        for nth, kind in enumerate(
            (
                "kind='request_lost'",
                "kind='reply_lost'",
                "kind='not_sent'",
                "kind='cut'",
                "kind='hang'\nprocessed=true",
            ),
            1,
        )
    )
    account = open_account(more=faults)
    for number in range(5):
        account.send("POST", "/v1/chat/completions", b'{"model":"m","messages":["%d"]}' % number)
    assert len(billed(account)) == 3


def test_the_books_in_numbers(plain: "Account") -> None:
    batch = plain.create("a", "b", metadata={"tag": "t"})
    plain.create(content=b"")
    plain.call()
    plain.error("GET", "/v1/batches/none", status=404)
    plain.wait(HOUR)
    books: Any = plain.books.summary(plain.now)
    assert books["creates"] == {"received": 2, "accepted": 2}
    assert [entry["status"] for entry in books["batches"]] == ["completed", "failed"]
    assert books["batches"][0]["metadata"] == {"tag": "t"}
    assert books["batches"][0]["id"] == batch["id"]
    arrived = books["arrived"]
    assert (arrived["create"], arrived["retrieve"], arrived["call"]) == (2, 1, 1)
    assert {mode: total["count"] for mode, total in books["billed"]["modes"].items()} == {"batch": 2, "realtime": 1}


USAGE = Usage(10, 1, 0, 2)

SCRIPT = parse_script("[batch]\nturnaround = '1h'\ncancelling = '10m'\nbroken_rows = 0.2\nmissing = 0.2\n")
LINES = b"".join(
    b'{"custom_id":"r-%d","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":["%d"]}}\n'
    % (n, n)
    for n in range(20)
)


@settings(max_examples=40)
@given(st.integers(0, 99), st.none() | st.integers(0, 2 * HOUR), st.lists(st.integers(0, 3 * HOUR), max_size=8))
def test_what_was_charged_stays_charged_and_looking_changes_nothing(
    seed: int, cancelled: int | None, looks: list[int]
) -> None:
    def run(looks: list[int]) -> list[list[Charge]]:
        books = Books(SCRIPT, seed, 0)
        rows = read_lines(LINES, CHAT, (), books.answers)
        batch = books.batches.create(NewBatch(endpoint=CHAT), rows, LINES, 0)
        instants = sorted(looks if cancelled is None else [*looks, cancelled])
        seen: list[list[Charge]] = []
        for instant in instants:
            if instant == cancelled and books.batches.get(batch.id, instant).status(instant) not in (
                "completed",
                "cancelled",
            ):
                books.batches.cancel(batch.id, instant)
            books.batches.publish_all(instant)
            seen.append(list(books.charges(instant)))
        return [*seen, list(books.charges(4 * HOUR))]

    seen = run(sorted(looks))
    for before, after in itertools.pairwise(seen):
        assert after[: len(before)] == before
    assert seen[-1] == run([])[-1]
    assert all(charge.at <= 4 * HOUR for charge in seen[-1])
