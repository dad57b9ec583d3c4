"""bide on PostgreSQL, with real processes: one that runs a job, and several workers that share one."""

import time
from collections.abc import Generator
from pathlib import Path

import pytest

from bide.store.postgres.database import PAUSES
from tests.patience import PATIENCE
from tests.store.postgres_server import PostgresServer, remove_server, start_server
from tests.system.harness import Machine, machine, wait_until, write_requests
from tests.system.stage import Seen, observe

REQUESTS = 100

AWAY = sum(PAUSES) + 1

SCRIPT = """
[batch]
turnaround = "3m"
validation = "5s"
finalizing = "5s"
[answers]
output_tokens = 40
"""


@pytest.fixture(scope="module")
def server() -> Generator[PostgresServer]:
    one = start_server()
    yield one
    remove_server(one)


@pytest.fixture
def url(server: PostgresServer, tmp_path: Path) -> Generator[str]:
    """An empty database."""
    name = f"bide_{abs(hash(tmp_path))}"
    server.query(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.query(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def here(tmp_path: Path) -> Generator[Machine]:
    (tmp_path / "script.toml").write_text(SCRIPT, encoding="utf-8")
    write_requests(tmp_path / "questions.jsonl", REQUESTS)
    with machine(tmp_path, "--script", "script.toml", "--seed", "7") as one:
        yield one


def assert_once(seen: Seen) -> None:
    """Every row was answered, in one batch, and billed once."""
    assert seen.answered == REQUESTS
    assert len(seen.batches) == 1
    assert seen.books["creates"]["accepted"] == 1
    assert (seen.billed("batch"), seen.billed("realtime"), seen.billed_twice) == (REQUESTS, 0, 0)
    assert seen.receipt["requests"]["batch"] == REQUESTS


COMMAND = ["questions.jsonl", "--within", "8h", "-o", "answers.jsonl", "--output", "json"]


def test_a_run_on_postgresql(here: Machine, url: str) -> None:
    run = ["run", *COMMAND, "--db", url, "--no-guard"]
    assert_once(observe(here, here.run(*run)))
    assert_once(observe(here, here.run(*run)))  # the same command again finds the job, and pays nothing


def shared(here: Machine, url: str) -> Machine:
    """The machine, with the database in its environment."""
    return Machine(here.folder, here.url, here.clock, {"BIDE_DB": url})


def delivered(here: Machine) -> Seen:
    """What came of a submitted job, once its answers are there."""
    wait_until((here.folder / "answers.jsonl").exists)
    (job,) = here.status()
    return observe(here, here.run("status", job["job"], "--receipt", "--output", "json"))


def test_two_workers_share_a_database(here: Machine, url: str) -> None:
    here = shared(here, url)
    workers = [here.start("worker", "--stay") for _ in range(2)]
    try:
        submitted = here.run("submit", *COMMAND)
        assert submitted.code == 0, submitted.err
        assert_once(delivered(here))
    finally:
        for worker in workers:
            worker.terminate()
        ends = [worker.communicate(timeout=PATIENCE) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], ends


def test_one_worker_goes_on_where_another_was_killed(here: Machine, url: str) -> None:
    here = shared(here, url)
    submitted = here.run("submit", *COMMAND, "--no-guard")
    assert submitted.code == 0, submitted.err
    first = here.start("worker")
    wait_until(lambda: here.books()["creates"]["accepted"] == 1)
    first.kill()
    first.communicate()
    second = here.start("worker")
    try:
        assert_once(delivered(here))
        out, err = second.communicate(timeout=PATIENCE)
        assert second.returncode == 0, (out, err)
    finally:
        second.kill()
        second.communicate()


@pytest.mark.parametrize("options", [pytest.param(("--stay",), id="one that stays"), pytest.param((), id="a guard")])
def test_a_worker_outlives_its_server_s_restart(
    here: Machine, url: str, server: PostgresServer, options: tuple[str, ...]
) -> None:
    here = shared(here, url)
    submitted = here.run("submit", *COMMAND, "--no-guard")
    assert submitted.code == 0, submitted.err
    worker = here.start("worker", *options)
    try:
        wait_until(lambda: here.books()["creates"]["accepted"] == 1)
        server.stop()
        try:
            time.sleep(AWAY)  # noqa: TID251 - longer than a transaction is tried again
        finally:
            server.start()
        assert_once(delivered(here))
    finally:
        if options:  # a guard ends by itself
            worker.terminate()
        _, err = worker.communicate(timeout=PATIENCE)
    assert worker.returncode == 0, err
    assert "Traceback" not in err
