"""`bide status`, `watch` and `results`: how a job stands, from any other terminal."""

import json
from datetime import datetime

import pytest

from tests.system.harness import Machine, text_of, wait_until, write_requests

SCRIPT = """
[batch]
turnaround = "15s"
[[when]]
marker = "[slow]"
turnaround = "5h"
[answers]
output_tokens = 40
"""


def submit(here: Machine, prompt: str = "{0}?", *options: str) -> str:
    """A job of four requests."""
    write_requests(here.folder / "questions.jsonl", 4, prompt)
    done = here.run("submit", "questions.jsonl", "--within", "6h", *options)
    assert done.code == 0, done.err
    return done.out.strip()


def test_no_jobs_yet(here: Machine) -> None:
    assert here.status() == []
    assert "`bide run FILE` makes one" in here.run("status", "--output", "table").err


def test_a_job_at_the_provider(here: Machine) -> None:
    job = submit(here, "[slow] {0}?")
    wait_until(lambda: here.books()["creates"]["accepted"] == 1)
    wait_until(lambda: here.status(job)["batches"][0]["state"] == "submitted")
    status = here.status(job)
    (remote,) = here.books()["batches"]
    assert (status["job"], status["state"], status["answered"], status["guarded"]) == (job, "running", False, True)
    assert status["batches"][0]["provider_id"] == remote["id"]
    assert datetime.fromisoformat(status["deadline"]).tzinfo is not None
    for shown in (here.run("status", job, "--output", "table"), here.run("status", "--output", "table")):
        assert shown.code == 0
        assert "0 of 4 done, 4 in batch" in shown.out
    assert remote["id"] in here.run("status", job, "--output", "table").out
    receipt = here.run("status", job, "--receipt", "--output", "json").last
    assert (receipt["final"], receipt["requests"]["open"], receipt["money"]["paid"]) == (False, 4, "0")


def test_a_beginning_of_the_id_will_do(here: Machine) -> None:
    job = submit(here, "{0}?", "--no-guard")
    assert here.status(job[:8])["job"] == here.status("last")["job"] == job
    other = submit(here, "Other {0}?", "--no-guard", "--new")
    assert here.status("last")["job"] == other
    done = here.run("status", "job_", "--output", "json")
    assert (done.code, "is the beginning of 2 jobs" in done.err) == (2, True)
    unknown = here.run("status", "job_nobody")
    assert (unknown.code, "`bide status` lists the jobs" in unknown.err) == (2, True)


def test_watch_stays_to_the_end_and_shows_the_receipt(here: Machine) -> None:
    job = submit(here, "{0}?", "--no-guard")
    done = here.run("watch", job, "--output", "json")
    assert done.code == 0, done.err
    assert "4 of 4 done" in done.err
    assert (done.last["job"], done.last["requests"]["batch"]) == (job, 4)
    assert here.run("watch", job, "--output", "json").last == done.last
    table = here.run("status", job, "--receipt", "--output", "table").out
    for word in ("promised", "delivered", "before the deadline", "4 in batch", "list price", "saved", "50.0 %"):
        assert word in table


def test_the_receipt_says_what_a_script_wants_to_know(here: Machine) -> None:
    job = submit(here, "{0}?", "--no-guard")
    receipt = here.run("watch", job, "--output", "json").last
    assert set(receipt) >= {
        "promised",
        "delivered",
        "requests",
        "money",
        "attempts",
        "retries",
        "files_kept",
        "seconds",
    }
    assert receipt["final"] is True
    money = receipt["money"]
    assert money["paid"] == money["saved"]
    assert float(money["list_price"]) == pytest.approx(2 * float(money["paid"]))
    (charged,) = here.books()["billed"]["modes"].values()
    assert (receipt["tokens"]["input"], receipt["tokens"]["output"]) == (charged["input"], charged["output"])
    deadline, answered = (
        datetime.fromisoformat(text) for text in (receipt["promised"]["deadline"], receipt["delivered"]["answered_at"])
    )
    assert (deadline - answered).total_seconds() == pytest.approx(receipt["delivered"]["margin_seconds"], abs=0.01)
    assert receipt["seconds"]["actual"]["provider"] > 0


def test_results_before_and_after_the_end(here: Machine) -> None:
    job = submit(here, "{0}?", "--no-guard")
    early = here.run("results", job)
    assert early.code == 0
    assert [json.loads(line)["error"]["code"] for line in early.out.splitlines()] == ["not_finished"] * 4
    assert "4 of 4 requests are not answered yet" in early.err
    assert here.run("watch", job).code == 0
    done = here.run("results", job)
    assert ["You said: 3?" in text_of(json.loads(line)) for line in done.out.splitlines()] == [False] * 3 + [True]
    assert here.run("results", job, "--output-format", "csv", "-o", "answers.csv").code == 0
    assert (here.folder / "answers.csv").read_text(encoding="utf-8").count(",batch,") == 4


def test_results_in_a_format_that_there_is_not(here: Machine) -> None:
    job = submit(here, "{0}?", "--no-guard")
    done = here.run("results", job, "--output-format", "xml")
    assert done.code == 2
    assert "is none of batch, jsonl, csv, parquet" in done.err
