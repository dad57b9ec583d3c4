"""`bide retry JOB --failed`: a job of its own, whose answers appear in the first job's results, and are paid for once."""

import json
from typing import Any

from tests.system.harness import Machine, read_lines, wait_until, write_requests

SCRIPT = """
[batch]
turnaround = "15s"
[[when]]
nth = [1, 2, 3, 4, 5, 6]
broken_rows = 1.0
[answers]
output_tokens = 40
"""

COUNT = 4


def failed_job(here: Machine) -> str:
    """A job that used its three attempts on the provider's bad day, and failed as a whole."""
    write_requests(here.folder / "questions.jsonl", COUNT)
    done = here.run("run", "questions.jsonl", "-o", "out.jsonl", "--within", "8h", "--on-miss", "late")
    assert done.code == 1, done.err
    assert done.last["requests"]["failed"] == COUNT
    assert here.billed == {}
    return done.last["job"]


def statuses(lines: list[dict[str, Any]]) -> set[int]:
    return {line["response"]["status_code"] for line in lines}


def test_the_first_job_takes_the_answers_in(here: Machine) -> None:
    job = failed_job(here)
    assert statuses(read_lines(here.folder / "out.jsonl")) == {500}
    second = here.run("retry", job, "--failed", "--within", "3h")  # the bad day goes on
    assert second.code == 0, second.err
    assert here.run("watch", second.out.strip()).code == 1
    third = here.run("retry", second.out.strip(), "--failed", "--within", "3h")  # of the retry, as good as of the first
    assert third.code == 0, third.err
    assert f"trying {COUNT} failed requests" in third.err
    assert here.run("watch", third.out.strip()).code == 0
    results = [json.loads(line) for line in here.run("results", job).out.splitlines()]
    assert [line["custom_id"] for line in results] == [f"q-{number}" for number in range(COUNT)]
    assert statuses(results) == {200}
    wait_until(lambda: statuses(read_lines(here.folder / "out.jsonl")) == {200})
    assert here.billed == {"batch": COUNT}


def test_what_is_tried_again_already_is_not_tried_once_more(here: Machine) -> None:
    job = failed_job(here)
    first = here.run("retry", job, "--failed", "--within", "3h", "--no-guard")
    assert first.code == 0, first.err
    meanwhile = here.run("retry", job, "--failed", "--within", "3h", "--no-guard")
    assert (meanwhile.code, "or a retry has them already" in meanwhile.err) == (2, True)
    assert here.run("watch", first.out.strip(), "--no-guard").code == 1  # it has failed too
    second = here.run("retry", job, "--failed", "--within", "3h", "--no-guard")
    assert second.code == 0, second.err
    assert here.run("watch", second.out.strip(), "--no-guard").code == 0
    third = here.run("retry", job, "--failed", "--within", "3h", "--no-guard")
    assert (third.code, "or a retry has them already" in third.err) == (2, True)
    assert here.billed == {"batch": COUNT}
