"""`bide schedule` with real processes: two workers over one database, one of them killed, and every instant once."""

import signal
import sqlite3
from pathlib import Path

from tests.system.harness import machine, wait_until, write_requests


def test_every_instant_is_handed_in_once_over_a_kill(tmp_path: Path) -> None:
    write_requests(tmp_path / "in.jsonl", 2)
    with machine(tmp_path) as here:
        added = here.run(
            "schedule", "add", "minutely", "in.jsonl", "--cron", "* * * * *", "--timezone", "UTC", "--within", "8h",
            "-o", "out-{date}-{time}.jsonl",
        )  # fmt: skip
        assert added.code == 0, added.err
        workers = [here.start("worker", "--stay") for _ in range(2)]
        try:
            _wait_for(here.folder, 2)
            workers[0].send_signal(signal.SIGKILL)
            _wait_for(here.folder, 2 + len(_keys(here.folder)))
        finally:
            for worker in workers:
                worker.kill()
                worker.communicate()
        [schedule] = here.run("schedule", "list", "--output", "json").last
        assert here.run("schedule", "remove", "minutely").code == 0

    keys = _keys(here.folder)
    assert len(set(keys)) == len(keys) >= 4
    assert all(key.startswith("schedule minutely 20") for key in keys)
    assert len(schedule["runs"]) >= 3
    assert all(run["job"] is not None or run["code"] == "skipped" for run in schedule["runs"])


def _keys(folder: Path) -> list[str]:
    """The keys of the jobs that were accepted: a schedule's name and an instant."""
    connection = sqlite3.connect(f"file:{next((folder / 'home').glob('*.db'))}?mode=ro", uri=True)
    try:
        return [key for (key,) in connection.execute("SELECT idempotency_key FROM jobs WHERE accepted_at IS NOT NULL")]
    finally:
        connection.close()


def _wait_for(folder: Path, jobs: int) -> None:
    wait_until(lambda: len(_keys(folder)) >= jobs)
