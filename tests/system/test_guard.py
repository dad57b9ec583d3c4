"""When nobody looks: a guard process keeps the deadline, unless nobody wants one; and Ctrl-C loses nothing."""

import fcntl
import signal
from pathlib import Path

from tests.patience import PATIENCE
from tests.system.harness import Machine, read_lines, wait_until, write_requests

SCRIPT = """
[batch]
turnaround = "15s"
[[when]]
marker = "[unhurried]"
turnaround = "12m"
[[when]]
marker = "[slow]"
turnaround = "3h"
[answers]
output_tokens = 40
"""

RUN = ("run", "questions.jsonl", "--within", "6h", "-o", "out.jsonl", "--output", "json")


def is_running(process: int) -> bool:
    """Whether there is such a process (a child that has ended and was not waited for is none)."""
    status = Path(f"/proc/{process}/stat")
    try:
        return status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def guard_of(here: Machine) -> int:
    """The one guard, once it has come up: what it looks after lasts until then, since nobody else hands it in. It is there for the
    others, `bide status` among them, from when it holds its lock."""
    wait_until(lambda: any(is_held(lock) for lock in (here.folder / "home").glob("*-workers/*.lock")))
    (process,) = here.workers()
    return process


def is_held(lock: Path) -> bool:
    """Whether a process holds a lock."""
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def test_submit_leaves_a_guard_that_ends_with_the_work(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 5, "[unhurried] {0}?")
    done = here.run("submit", *RUN[1:6])
    assert done.code == 0, done.err
    guard = guard_of(here)
    assert is_running(guard)
    wait_until((here.folder / "out.jsonl").exists)
    assert len(read_lines(here.folder / "out.jsonl")) == 5
    wait_until(lambda: not is_running(guard))
    assert here.workers() == []
    assert here.status()[0]["state"] == "done"


def test_one_guard_looks_after_all_jobs(here: Machine) -> None:
    for number in range(2):
        write_requests(here.folder / "questions.jsonl", 3, f"[slow] {number} {{0}}?")
        assert here.run("submit", "questions.jsonl", "--within", "6h", "-o", f"{number}.jsonl").code == 0
        guard_of(here)
    wait_until(lambda: here.books()["creates"]["accepted"] == 2)
    assert len(here.workers()) == 1
    assert [job["guarded"] for job in here.status()] == [True, True]


def test_without_a_guard_it_says_so(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 5)
    done = here.run("submit", *RUN[1:6], "--no-guard")
    assert "deadline unguarded" in done.err
    assert here.workers() == []
    assert here.status()[0]["guarded"] is False
    assert "deadline unguarded" in here.run("status", "--output", "table").err
    assert "deadline unguarded" in here.run("status", "last", "--output", "table").out
    worked = here.run("worker")
    assert (worked.code, "nothing is open any more" in worked.err) == (0, True)
    assert len(read_lines(here.folder / "out.jsonl")) == 5


def interrupt(here: Machine, *options: str) -> tuple[int, str]:
    """Ctrl-C to a run whose batch is at the provider; its exit code and what it said."""
    write_requests(here.folder / "questions.jsonl", 5, "[slow] {0}?")
    process = here.start(*RUN, *options)
    wait_until(lambda: here.books()["creates"]["accepted"] == 1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert out == ""
    return process.returncode, err


def test_ctrl_c_detaches_and_says_how_to_go_on(here: Machine) -> None:
    code, err = interrupt(here)
    job = here.status()[0]["job"]
    assert code == 3
    assert f"detached from {job}; a guard process keeps the deadline" in err
    assert f"`bide watch {job}`" in err
    assert f"`bide cancel {job}`" in err
    assert "Traceback" not in err
    guard_of(here)
    assert not (here.folder / "out.jsonl").exists()
    assert here.run("cancel", job).code == 0


def test_ctrl_c_without_a_guard(here: Machine) -> None:
    code, err = interrupt(here, "--no-guard")
    assert code == 3
    assert "the deadline is unguarded until then" in err
    assert here.workers() == []
    assert here.status()[0]["state"] == "running"


def test_a_terminated_run_detaches_too(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 5, "[slow] {0}?")
    process = here.start(*RUN)
    wait_until(lambda: here.books()["creates"]["accepted"] == 1)
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 3
    guard_of(here)


def test_a_killed_guard_loses_nothing(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 5, "[unhurried] {0}?")
    job = here.run("submit", *RUN[1:6]).out.strip()
    guard_of(here)
    here.end_workers()
    done = here.run("watch", job, "--output", "json")
    assert done.code == 0, done.err
    assert here.billed == {"batch": 5}
