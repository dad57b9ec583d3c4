"""The same command again: the same job, with its original deadline, and nothing paid for twice."""

from pathlib import Path

import pytest

from tests.system.harness import Machine, read_lines, wait_until, write_requests

SCRIPT = """
[batch]
turnaround = "15s"
[answers]
output_tokens = 40
"""

RUN = ("run", "questions.jsonl", "-o", "out.jsonl", "--output", "json")


@pytest.fixture(autouse=True)
def questions(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 10)


def submitted(here: Machine) -> str:
    """The job, handed in and left alone."""
    return here.run("submit", *RUN[1:4], "--within", "3h", "--no-guard").out.strip()


def test_the_same_content_is_the_same_job_with_its_original_deadline(here: Machine) -> None:
    job = submitted(here)
    deadline = here.status(job)["deadline"]
    again = here.run(*RUN, "--within", "8h")
    assert again.code == 0, again.err
    assert f"going on with {job}, which keeps its deadline" in again.err
    assert (again.last["job"], again.last["promised"]["deadline"]) == (job, deadline)
    assert here.billed == {"batch": 10}
    assert len(here.status()) == 1


def test_packed_or_moved_content_is_the_same(here: Machine) -> None:
    job = submitted(here)
    (here.folder / "questions.jsonl").rename(here.folder / "moved.jsonl")
    again = here.run("submit", "moved.jsonl", "-o", "out.jsonl", "--no-guard")
    assert again.out.strip() == job


def test_a_finished_job_is_reported(here: Machine) -> None:
    first = here.run(*RUN, "--within", "3h")
    assert first.code == 0, first.err
    again = here.run(*RUN, "--within", "3h")
    assert again.code == 0
    assert f"this was handed in before as {first.last['job']} and answered at" in again.err
    assert "--new runs it again" in again.err
    assert again.last == first.last
    assert here.billed == {"batch": 10}


def test_a_finished_job_gives_its_lost_answers_again(here: Machine) -> None:
    assert here.run(*RUN, "--within", "3h").code == 0
    (here.folder / "out.jsonl").unlink()
    assert here.run(*RUN, "--within", "3h").code == 0
    assert len(read_lines(here.folder / "out.jsonl")) == 10
    assert here.billed == {"batch": 10}


def test_new_runs_it_again(here: Machine) -> None:
    first = here.run(*RUN, "--within", "3h")
    second = here.run(*RUN, "--within", "3h", "--new")
    assert second.code == 0, second.err
    assert second.last["job"] != first.last["job"]
    assert here.billed == {"batch": 20}


def test_a_changed_file_with_an_open_job_explains_itself(here: Machine) -> None:
    job = submitted(here)
    write_requests(here.folder / "questions.jsonl", 11)
    done = here.run(*RUN, "--within", "3h")
    assert done.code == 2
    for words in (job, "content was different", f"bide watch {job}", f"bide cancel {job}", "another output", "--new"):
        assert words in done.err
    assert len(here.status()) == 1


def test_changed_parameters_with_an_open_job_are_named(here: Machine) -> None:
    job = submitted(here)
    done = here.run(*RUN, "--within", "3h", "--model", "gpt-5-nano")
    assert done.code == 2
    assert f"{job} still writes to the same place, and its model was different" in done.err


def test_another_output_is_another_job(here: Machine) -> None:
    job = submitted(here)
    other = here.run("submit", "questions.jsonl", "-o", "other.jsonl", "--within", "3h", "--no-guard")
    assert other.code == 0, other.err
    assert other.out.strip() != job


def test_the_database_may_be_elsewhere(here: Machine, tmp_path: Path) -> None:
    database = ("--db", f"sqlite:///{tmp_path}/else/where.db")
    (tmp_path / "else").mkdir()
    done = here.run(*RUN, "--within", "3h", *database)
    assert done.code == 0, done.err
    assert (tmp_path / "else" / "where.db").is_file()
    assert here.status() == []
    assert here.run("status", *database, "--output", "json").last[0]["job"] == done.last["job"]


def test_an_interrupted_reading_leaves_nothing_behind(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 60_000)
    process = here.start(*RUN, "--within", "3h", "--no-guard")
    wait_until(lambda: any(path.stat().st_size > 1 << 20 for path in (here.folder / "home").rglob("bodies-*")))
    process.kill()
    process.communicate()
    assert here.status() == []
    write_requests(here.folder / "questions.jsonl", 10)
    done = here.run(*RUN, "--within", "3h")
    assert done.code == 0, done.err
    assert here.billed == {"batch": 10}


def test_jobs_without_an_output_are_told_apart_by_their_files(here: Machine) -> None:
    def submit(name: str, *, stdin: str = "") -> tuple[int, str, str]:
        done = here.run("submit", name, "--within", "3h", "--no-guard", stdin=stdin)
        return done.code, done.out.strip(), done.err

    _, first, _ = submit("questions.jsonl")
    assert submit("questions.jsonl")[1] == first
    write_requests(here.folder / "others.jsonl", 2, "Other {0}?")
    code, second, err = submit("others.jsonl")
    assert (code, second != first) == (0, True), err
    write_requests(here.folder / "questions.jsonl", 2, "Changed {0}?")
    code, _, err = submit("questions.jsonl")
    assert code == 2
    assert f"{first} is still open under the name of questions.jsonl, and its content was different" in err
    text = (here.folder / "questions.jsonl").read_text(encoding="utf-8")
    piped = {submit("-", stdin=text)[1], submit("-", stdin=text.replace("Changed", "Once more"))[1]}
    assert len(piped - {first, second, ""}) == 2
    assert submit("-", stdin=text)[1] in piped
