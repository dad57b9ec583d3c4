"""The processes of a compressed day: PostgreSQL, a provider, `bide serve --no-engine` and `bide worker`, all on one clock."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.store.postgres_server import PostgresServer, remove_server, start_server

from bide.core.clock import ScaledClock, to_datetime

WORKERS = 2

DATABASE = "day"

PATIENCE = 30
"""Seconds that a process has to end."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The gateway's URL, and the processes behind it."""

    url: str
    processes: "Sequence[subprocess.Popen[str]]"

    def check(self) -> None:
        """Raise `RuntimeError` when one of them has ended."""
        for process in self.processes:
            if process.poll() is not None:
                raise RuntimeError(f"{process.args} ended with {process.returncode}")


def environment_of(folder: Path, clock: ScaledClock, database: str) -> dict[str, str]:
    """What every process is told: nothing of whoever runs the benchmark but where its programs are."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("BIDE_", "OPENAI_"))},
        "BIDE_HOME": str(folder / "home"),
        "BIDE_DB": database,
        "BIDE_CLOCK": f"{to_datetime(clock.origin).isoformat()}*{clock.speed:g}",
        "OPENAI_API_KEY": "simulated",
    }


@contextlib.contextmanager
def postgres() -> Generator[PostgresServer]:
    """A server with an empty database `DATABASE`."""
    server = start_server()
    try:
        server.query(f"CREATE DATABASE {DATABASE}")
        yield server
    finally:
        remove_server(server)


@contextlib.contextmanager
def provider(environment: Mapping[str, str], scenario: str, seed: int, start: int) -> Generator[str]:
    """The provider that `bench.foretold` describes; its base URL."""
    with _process([sys.executable, "-m", "bench.foretold", scenario, str(seed), str(start)], environment) as process:
        yield _first_line(process)


@contextlib.contextmanager
def engine(environment: Mapping[str, str], config: Path) -> Generator[Engine]:
    """The gateway and the workers."""
    bide = [sys.executable, "-m", "bide"]
    with contextlib.ExitStack() as stack:
        arguments = [*bide, "serve", "--no-engine", "--port", "0", "--config", str(config)]
        gateway = stack.enter_context(_process(arguments, environment))
        url, worker = _first_line(gateway), [*bide, "worker", "--stay", "--config", str(config)]
        workers = [stack.enter_context(_process(worker, environment)) for _ in range(WORKERS)]
        yield Engine(url, [gateway, *workers])


@contextlib.contextmanager
def _process(arguments: Sequence[str], environment: Mapping[str, str]) -> "Generator[subprocess.Popen[str]]":
    process = subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise RuntimeError(f"{process.args} did not start")
    return line
