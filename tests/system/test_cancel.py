"""`bide cancel` spends no more, `bide retry` tries failures again, and what was finished is kept."""

from tests.system.harness import Machine, read_lines, wait_until, write_requests

SCRIPT = """
[batch]
turnaround = "15s"
[[when]]
marker = "[slow]"
turnaround = "2h"
cancelled_share = 0.4
cancelling = "2m"
[answers]
output_tokens = 40
"""


def submit(here: Machine, prompt: str, *options: str) -> str:
    """A job of ten requests at the provider, with a guard."""
    write_requests(here.folder / "questions.jsonl", 10, prompt)
    done = here.run("submit", "questions.jsonl", "-o", "out.jsonl", "--within", "8h", *options)
    assert done.code == 0, done.err
    return done.out.strip()


def test_finished_rows_still_settle_and_nothing_more_is_spent(here: Machine) -> None:
    job = submit(here, "[slow] {0}?")
    wait_until(lambda: here.books()["creates"]["accepted"] == 1)
    done = here.run("cancel", job)
    assert done.code == 0
    assert f"{job} spends no more" in done.err
    wait_until(lambda: here.state == "done")
    receipt = here.run("status", job, "--receipt", "--output", "json").last
    counts = receipt["requests"]
    assert counts["succeeded"] == counts["batch"] >= 4
    assert counts["cancelled"] == 10 - counts["succeeded"] > 0
    assert here.billed == {"batch": counts["succeeded"]}
    wait_until((here.folder / "out.jsonl").exists)
    lines = read_lines(here.folder / "out.jsonl")
    assert sum(bool(line["response"]) for line in lines) == counts["succeeded"]
    assert {line["error"]["code"] for line in lines if line["error"]} == {"batch_cancelled"}
    assert here.run("watch", job).code == 1


def test_a_cancelled_job_that_was_not_sent_costs_nothing(here: Machine) -> None:
    job = submit(here, "{0}?", "--no-guard")
    assert here.run("cancel", job).code == 0
    wait_until(lambda: here.state == "done")
    assert here.billed == {}
    again = here.run("cancel", job)
    assert (again.code, "is done already; nothing to cancel" in again.err) == (0, True)


def test_a_cancelled_job_may_be_run_again(here: Machine) -> None:
    job = submit(here, "{0}?", "--no-guard")
    here.run("cancel", job)
    wait_until(lambda: here.state == "done")
    again = here.run("run", "questions.jsonl", "-o", "out.jsonl", "--within", "8h", "--new")
    assert again.code == 0, again.err
    assert here.billed == {"batch": 10}


def test_what_was_cancelled_is_not_retried(here: Machine) -> None:
    job = submit(here, "[slow] {0}?")
    wait_until(lambda: here.books()["creates"]["accepted"] == 1)
    here.run("cancel", job)
    wait_until(lambda: here.state == "done")
    refused = here.run("retry", job, "--failed")
    assert refused.code == 2
    assert "nothing to try again" in refused.err


def test_failed_requests_are_tried_again(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 5)
    path = here.folder / "questions.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("2 plus 2?", "2 plus 2? [poison:row-error]"))
    first = here.run("run", "questions.jsonl", "-o", "out.jsonl", "--within", "8h")
    assert first.code == 1, first.err
    assert first.last["requests"]["failed"] == 1
    job = first.last["job"]
    assert f"1 request failed, each with its error in the answers; `bide retry {job} --failed`" in first.err
    done = here.run("retry", job, "--failed", "--within", "2h")
    assert done.code == 0, done.err
    assert f"trying 1 failed request of {job} again as {done.out.strip()}" in done.err
    assert here.run("watch", done.out.strip()).code == 1  # the row is as poisonous as before
    receipt = here.run("status", done.out.strip(), "--receipt", "--output", "json").last
    assert (receipt["requests"]["total"], receipt["promised"]["said_by"]) == (1, "within")
    assert here.run("retry", job).code == 2
