from typing import Any

import pytest
from tests.cli.given import DOLLAR, a_job, a_progress, a_promise, a_receipt
from tests.lanes.given import NOW

from bide.cli.receipt import show_receipt
from bide.core.clock import HOUR, MINUTE
from bide.core.states import JobState
from bide.ledger.receipt import Receipt, Share, Times, Waste


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Any:
    """The receipt's lines by name, further lines joined with a bar."""

    def lines(receipt: Receipt) -> dict[str, str]:
        show_receipt(receipt)
        found: dict[str, str] = {}
        width = 0
        for line in capsys.readouterr().out.splitlines():
            width = width or line.index(" ", 2)
            name, text = line[:14].strip(), line[2:]
            if name:
                found[last := name] = text.partition("  ")[2].strip()
            else:
                found[last] += f" | {text.strip()}"  # pyright: ignore[reportPossiblyUnboundVariable]
        return found

    return lines


def test_a_receipt(capsys: pytest.CaptureFixture[str]) -> None:
    show_receipt(a_receipt())

    assert capsys.readouterr().out == (
        "  job         job_kq3 (tickets.jsonl), done\n"
        "  promised    by 16:00 (--within), guaranteed 100 of 100\n"
        "  delivered   at 09:00, 7h before the deadline\n"
        "  requests    100: 100 in batch\n"
        "  paid        $1.00\n"
        "  list price  $2.00\n"
        "  saved       $1.00 (50.0 %)\n"
        "  batches     1 completed\n"
        "  took        queue 1m, provider 59m\n"
    )


def test_a_receipt_beside_results(capsys: pytest.CaptureFixture[str]) -> None:
    """Where answers go to standard output, the receipt does not."""
    show_receipt(a_receipt(), to_stderr=True)

    captured = capsys.readouterr()
    assert (captured.out, captured.err[:7]) == ("", "  job  ")


DONE = {"state": JobState.DONE, "done_at": NOW}


@pytest.mark.parametrize(
    ("fields", "name", "text"),
    [
        pytest.param({"job": a_job(priority_source="config", **DONE)}, "promised", "by 16:00 (by default), guaranteed 100 of 100", id="a deadline that nobody named"),
        pytest.param({"promise": a_promise(60)}, "promised", "by 16:00 (--within), guaranteed 60 of 100", id="partly guaranteed"),
        pytest.param({"promise": None}, "promised", "by 16:00 (--within)", id="an older job without a promise"),
        pytest.param({"job": a_job(priority="urgent", priority_source="priority", deadline=NOW, answered_at=NOW + MINUTE)}, "promised", "as soon as possible (--priority urgent)", id="urgent"),
        pytest.param({"job": a_job(priority="urgent", priority_source="priority", deadline=NOW, answered_at=NOW + MINUTE)}, "delivered", "at 08:01, 1m after acceptance", id="urgent is never late"),
        pytest.param({"job": a_job(answered_at=NOW + 9 * HOUR), "late": 12}, "delivered", "at 17:00, 1h late (12 answers)", id="late"),
        pytest.param({"job": a_job(), "progress": a_progress(batch=60, batched=40)}, "delivered", "not yet: 40 requests open", id="unfinished"),
        pytest.param({"progress": a_progress(batch=60, realtime=30, failed=4, cancelled=3, expired=3)}, "requests", "100: 60 in batch, 30 in real time, 4 failed, 3 cancelled, 3 expired", id="every end"),
        pytest.param({"job": a_job(refused=2), "progress": a_progress(batch=99, batched=1)}, "requests", "100: 99 in batch, 1 open, 2 bad lines left out", id="open and left out"),
        pytest.param({"paid": None, "listed": None, "saved": None, "unpriced": 5}, "saved", "unknown: 5 answers have no known price", id="an unknown price"),
        pytest.param({"paid": 0, "listed": 0, "saved": 0}, "saved", "$0.00", id="nothing of nothing"),
        pytest.param({"saved": -DOLLAR}, "saved", "$-1.00 (-50.0 %)", id="more than list price, told as such"),
        pytest.param({"retries": 1}, "retries", "1 attempt beyond the first of each request", id="tries"),
        pytest.param({"batches": {"completed": 2, "expired": 1}}, "batches", "2 completed, 1 expired", id="how batches ended"),
        pytest.param({"batches": {}}, "batches", "none", id="no batch"),
        pytest.param({"files_kept": 2}, "files", "2 kept at the provider, where they expire", id="files that could not be deleted"),
        pytest.param({"actual": Times(None, None, None)}, "took", "nothing", id="nothing took any time"),
        pytest.param({"predicted": Times(MINUTE, 7 * MINUTE, 12 * MINUTE)}, "predicted", "queue 1m, provider 7m, rescue 12m", id="what was expected"),
        pytest.param({"prices": ["a", "b"]}, "prices", "a | b", id="the price cards"),
        pytest.param({"final": False}, "provisional", "batches are still ending; `bide status job_kq3 --receipt` has the final one", id="not final yet"),
    ],
)  # fmt: skip
def test_what_a_receipt_says(shown: Any, fields: dict[str, Any], name: str, text: str) -> None:
    assert shown(a_receipt(**fields))[name] == text


def test_waste_is_told_with_its_reason(shown: Any) -> None:
    found = shown(
        a_receipt(
            waste=[Waste("answered twice", 1_000, DOLLAR // 2)], suspected=[Waste("no reply came", 3, DOLLAR // 100)]
        )
    )

    assert found["waste"] == (
        "$0.50 for 1,000 answers: answered twice | up to $0.010 suspected for 3 calls: no reply came"
    )


def test_several_models_have_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    show_receipt(
        a_receipt(
            shares=[
                Share(
                    "anthropic", "claude", a_progress(paid=DOLLAR, listed=2 * DOLLAR, wasted=DOLLAR // 2, batch=1_000)
                ),
                Share("gpu", "own", a_progress(unpriced=30, realtime=30, failed=1)),
            ]
        )
    )

    lines = capsys.readouterr().out.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("  models"))
    assert lines[first : first + 3] == [
        "  models                        batch  real time     paid  list price    saved",
        "              anthropic/claude  1,000          0    $1.00       $2.00    $0.50",
        "              gpu/own               0         30  unknown     unknown  unknown",
    ]


def test_what_there_was_not_is_not_told(shown: Any) -> None:
    assert {"models", "waste", "retries", "files", "predicted", "prices", "provisional"}.isdisjoint(shown(a_receipt()))
