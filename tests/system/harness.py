"""Real processes: the command line, each command a process of its own, against the provider simulator, on one scaled clock."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bide.providers.kinds import KINDS
from tests.patience import PATIENCE
from tests.system.provider import provider as simulated

BIDE = [sys.executable, "-m", "bide"]

SPEED = 60

QUICK = (
    "engine.poll_interval=5s",
    "engine.poll_longest=15s",
    "engine.lease=10m",  # a stall of seconds is nobody's end
    "engine.linger=30m",
    "deadline.safety=3m",
    "providers.openai.flex=false",
)
"""Settings for a hurried world: on a clock that is 60 times faster a second of ours is a minute of theirs."""


@dataclass(frozen=True)
class Result:
    """A finished command."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> Any:
        """The JSON object on the last line of stdout."""
        return json.loads(self.out.strip().splitlines()[-1])


@dataclass
class Machine:
    """A person's machine: a home folder, an environment, a working folder, and a provider to talk to."""

    folder: Path
    url: str
    clock: str
    extra: Mapping[str, str] = field(default_factory=dict[str, str])
    provider: str = "openai"
    """Who is talked to, by the simulator's name; for others than OpenAI `extra` says how."""

    @property
    def environment(self) -> dict[str, str]:
        environment = {name: value for name, value in os.environ.items() if not is_ours(name)}
        environment |= {
            "BIDE_HOME": str(self.folder / "home"),
            "OPENAI_API_KEY": "simulated",
            "OPENAI_BASE_URL": self.url,
            "BIDE_CLOCK": self.clock,
            "PYTHONWARNINGS": "error",
            "COLUMNS": "200",
        }
        if not self.clock:
            del environment["BIDE_CLOCK"]
        return {**environment, **self.extra}

    def command(self, *arguments: str, settings: Sequence[str] = QUICK) -> list[str]:
        """A command line of bide."""
        sets = [part for setting in settings for part in ("--set", setting)] if arguments[0] in WITH_SETTINGS else []
        return [*BIDE, *arguments, *sets]

    def start(self, *arguments: str, settings: Sequence[str] = QUICK, **options: Any) -> "subprocess.Popen[str]":
        """Start a command and leave it running."""
        return subprocess.Popen(
            self.command(*arguments, settings=settings),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def run(
        self, *arguments: str, settings: Sequence[str] = QUICK, timeout: float = PATIENCE, stdin: str | None = None
    ) -> Result:
        """Run a command to its end."""
        done = subprocess.run(
            self.command(*arguments, settings=settings),
            cwd=self.folder,
            env=self.environment,
            input=stdin or "",
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def status(self, *arguments: str) -> Any:
        """What `bide status` says, as JSON."""
        return self.run("status", *arguments, "--output", "json").last

    @property
    def state(self) -> str:
        """The only job's state, as it is on record: to be looked at again and again, which `bide status` takes a process for."""
        record = f"file:{self.folder / 'home' / 'bide.db'}?mode=ro"
        with contextlib.closing(sqlite3.connect(record, uri=True)) as database:
            [(state,)] = database.execute("SELECT state FROM jobs")
        return state

    def books(self) -> dict[str, Any]:
        """What the provider received and billed."""
        with urllib.request.urlopen(f"{self.url.removesuffix('/v1')}/sim/books?provider={self.provider}") as reply:
            return json.load(reply)

    @property
    def billed(self) -> dict[str, int]:
        """How many answers the provider billed, by mode."""
        return {mode: found["count"] for mode, found in self.books()["billed"]["modes"].items()}

    def uploads(self) -> list[dict[str, Any]]:
        """Every line of the input files that are still at the provider."""
        files: dict[str, Any] = json.loads(self._fetch("/files?purpose=batch"))
        contents = [self._fetch(f"/files/{file['id']}/content") for file in files["data"]]
        return [json.loads(line) for content in contents for line in content.splitlines()]

    def _fetch(self, path: str) -> bytes:
        request = urllib.request.Request(self.url + path, headers={"Authorization": "Bearer simulated"})
        with urllib.request.urlopen(request) as reply:
            return reply.read()

    def charges(self) -> list[dict[str, Any]]:
        """Everything the provider bills for, one by one."""
        with urllib.request.urlopen(f"{self.url.removesuffix('/v1')}/sim/charges?provider={self.provider}") as reply:
            return [json.loads(line) for line in reply.read().splitlines()]

    def workers(self) -> list[int]:
        """Process ids of the guards that this machine's commands left behind."""
        locks = (self.folder / "home").glob("*-workers/*.lock")
        return [int(path.stem.split("-")[-2]) for path in locks]

    def end_workers(self) -> None:
        """End the guards, by their process ids."""
        for process in self.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


WITH_SETTINGS = {"run", "submit", "watch", "worker", "cancel", "retry", "status", "results"}


PROVIDERS = frozenset(
    variable for kind in KINDS.values() for names in (kind.switches, *kind.variables.values()) for variable in names
)
"""Variables that would lead bide to a provider."""


def is_ours(variable: str) -> bool:
    """Whether a variable of the environment would have a say in what bide does."""
    return variable.startswith(("BIDE_", "OPENAI_")) or variable in PROVIDERS


def clock_now(speed: float = SPEED) -> str:
    """A scaled clock that starts now."""
    return f"{datetime.now(UTC).isoformat()}*{speed:g}"  # noqa: TID251


@contextlib.contextmanager
def simulator(folder: Path, *arguments: str, clock: str, variables: Mapping[str, str] | None = None) -> Generator[str]:
    """A provider simulator; its base URL. `arguments` are those of `bide sim`, `variables` further ones of its environment."""
    environment = {**os.environ, **(variables or {}), "BIDE_CLOCK": clock}
    if not clock:
        del environment["BIDE_CLOCK"]
    with simulated(folder, arguments, environment) as url:
        yield url


@contextlib.contextmanager
def machine(
    folder: Path, *script: str, speed: float = SPEED, provider: str = "openai", **extra: str
) -> Generator[Machine]:
    """A machine and its provider; whatever it left running is ended with it. ``{root}`` in an `extra` variable is the
    simulator's address."""
    clock = clock_now(speed) if speed != 1 else ""
    with simulator(folder, *script, clock=clock, variables=extra) as url:
        root = url.removesuffix("/v1")
        told = {name: value.replace("{root}", root) for name, value in extra.items()}
        here = Machine(folder, url, clock, told, provider)
        try:
            yield here
        finally:
            here.end_workers()


async def listening(process: "subprocess.Popen[str]", port: int) -> None:
    """Return when a process that was started listens on its port."""
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"it has ended instead of listening: {process.communicate()[1]}")


def write_requests(path: Path, count: int, prompt: str = "What is {0} plus {0}?", model: str = "gpt-5-mini") -> None:
    """OpenAI batch JSON Lines."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            body = {
                "model": model,
                "messages": [{"role": "user", "content": prompt.format(number)}],
                "max_completion_tokens": 50,
            }
            line = {"custom_id": f"q-{number}", "method": "POST", "url": "/v1/chat/completions", "body": body}
            file.write(json.dumps(line) + "\n")


def write_lines(path: Path, *lines: Mapping[str, Any]) -> None:
    """JSON Lines."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def text_of(line: Mapping[str, Any]) -> str:
    """The answer on a line of batch output."""
    return line["response"]["body"]["choices"][0]["message"]["content"]


def wait_until(condition: Any, seconds: float = PATIENCE) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)  # noqa: TID251
