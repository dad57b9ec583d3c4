"""The gateway under many callers: deferred calls of the official SDK, and `kill -9` in the middle of them.

``python -m tests.system.callers`` runs 10,000 calls of 200 clients and kills the gateway three times; ``--calls``, ``--clients``
and ``--kills`` make it smaller; with ``--postgres`` two gateways and two workers share a database, and one of each is killed.
"""

import argparse
import asyncio
import itertools
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import openai

from bide.store import queries
from bide.store.database import Row, Transaction
from bide.store.postgres.database import PostgresDatabase
from bide.store.sqlite.database import SqliteDatabase
from tests.ports import free_port
from tests.store.postgres_server import remove_server, start_server
from tests.system.harness import Machine, listening, machine

SPEED = 20

WITHIN = "3h"

SCRIPT = '[batch]\nturnaround = {median = "5m", sigma = 0.5, common = 0.5}\n[answers]\noutput_tokens = 40\n'

SETTINGS = ("engine.poll_interval=5s", "engine.poll_longest=15s", "engine.lease=10m", "gateway.held=20000")

MOMENTS = (3.0, 9.0, 11.0)
"""Seconds from one kill to the next."""

AT_A_TIME = 10
"""Calls of a client that are under way together."""

CALLS = queries.parse(
    """-- name: calls
SELECT c.deadline, c.delivered_at, r.state, r.settled_at, a.lane FROM calls c
JOIN requests r ON r.job_id = c.job_id AND r.custom_id = c.external_id LEFT JOIN attempts a ON a.id = r.settled_by;
"""
)["calls"]


@dataclass(frozen=True)
class Seen:
    """What came of it. `late` are calls that were settled after their deadline, `wrong` answers to another question."""

    answered: int
    wrong: Sequence[str]
    failed: Sequence[str]
    rows: int
    open: int
    late: int
    batches: int
    by_batch: int
    billed: int
    billed_twice: int
    kills: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.answered:,} answers ({len(self.wrong)} wrong, {len(self.failed)} failed) to {self.rows:,} accepted calls"
            f" ({self.open} open, {self.late} late), {self.by_batch:,} from {self.batches} batches; {self.billed:,} billed,"
            f" {self.billed_twice} of them twice; {self.kills} kills; {self.seconds:.0f} s"
        )


async def play(folder: Path, calls: int, clients: int, kills: int, database: str | None = None) -> Seen:
    """Ask, kill, and look at the books. With `database` two gateways and two workers share it, on PostgreSQL."""
    script = folder / "script.toml"
    script.write_text(SCRIPT, encoding="utf-8")
    began = time.monotonic()
    with machine(folder, "--script", str(script), speed=SPEED) as here:
        async with _fleet(here, database) as fleet:
            killer = asyncio.create_task(_kill(fleet, kills))
            answers = await _ask(fleet.urls, calls, clients)
            fleet.is_over = True
            await killer
        rows = await _rows(folder, database)
        books = here.books()
    modes = books["billed"]["modes"].values()
    return Seen(
        answered=sum(isinstance(answer, str) for answer in answers),
        wrong=[
            f"{question(number)}: {answer}"
            for number, answer in enumerate(answers)
            if isinstance(answer, str) and question(number) not in answer
        ],
        failed=[repr(answer) for answer in answers if not isinstance(answer, str)],
        rows=len(rows),
        open=sum(row["state"] == "open" for row in rows),
        late=sum(row["settled_at"] is not None and row["settled_at"] > row["deadline"] for row in rows),
        batches=len(books["batches"]),
        by_batch=sum(row["lane"] == "batch" for row in rows),
        billed=sum(mode["count"] for mode in modes),
        billed_twice=sum(mode["repeated"] for mode in modes) + books["billed"]["across_modes"],
        kills=fleet.kills,
        seconds=time.monotonic() - began,
    )


def question(number: int) -> str:
    """What the call of this number asks."""
    return f"question {number} of many"


@dataclass
class _Fleet:
    """The processes of bide, by their names: gateways, which come back on their port after a kill, and workers, which do not."""

    here: Machine
    ports: Mapping[str, int]
    commands: Mapping[str, Sequence[str]]
    processes: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict[str, "subprocess.Popen[str]"])
    kills: int = 0
    is_over: bool = False

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{port}/v1" for port in self.ports.values()]

    async def start(self, name: str) -> None:
        sets = [part for setting in SETTINGS for part in ("--set", setting)]
        self.processes[name] = self.here.start(*self.commands[name], *sets, settings=())
        if name in self.ports:
            await listening(self.processes[name], self.ports[name])

    async def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(process.communicate)
        self.kills += 1
        if name in self.ports:
            await self.start(name)


@asynccontextmanager
async def _fleet(here: Machine, database: str | None) -> AsyncGenerator[_Fleet]:
    ports = {"gateway 1": free_port()}
    commands: dict[str, Sequence[str]] = {"gateway 1": ("serve", "--port", str(ports["gateway 1"]))}
    if database is not None:
        ports["gateway 2"] = free_port()
        shared = ("--db", database)
        commands = {name: ("serve", "--no-engine", "--port", str(port), *shared) for name, port in ports.items()}
        commands |= {f"worker {number}": ("worker", "--stay", *shared) for number in (1, 2)}
    fleet = _Fleet(here, ports, commands)
    try:
        for name in commands:
            await fleet.start(name)
        yield fleet
    finally:
        for process in fleet.processes.values():
            process.terminate()
        for process in fleet.processes.values():
            await asyncio.to_thread(process.communicate)


async def _kill(fleet: _Fleet, kills: int) -> None:
    """Kill one after the other, now and then: while calls come in, while they wait for their batch, while answers go out."""
    victims = itertools.cycle(sorted(name for name in fleet.commands if name.endswith("1")))
    for number in range(kills):
        await asyncio.sleep(MOMENTS[number % len(MOMENTS)])
        if not fleet.is_over:
            await fleet.kill(next(victims))


async def _ask(urls: Sequence[str], calls: int, clients: int) -> list[str | BaseException]:
    context = ssl.create_default_context()  # one for all: each takes a while to make
    found: list[str | BaseException] = [RuntimeError("never asked")] * calls

    async def client(first: int) -> None:
        http = openai.DefaultAsyncHttpxClient(verify=context)
        async with openai.AsyncOpenAI(
            base_url=urls[first % len(urls)], api_key="none", max_retries=20, http_client=http
        ) as sdk:
            gate = asyncio.Semaphore(AT_A_TIME)

            async def one(number: int) -> None:
                async with gate:
                    try:
                        answer = await sdk.chat.completions.create(
                            model="gpt-5-mini",
                            messages=[{"role": "user", "content": question(number)}],
                            max_completion_tokens=50,
                            extra_headers={"Bide-Within": WITHIN},
                        )
                        found[number] = answer.choices[0].message.content or ""
                    except Exception as error:
                        found[number] = error

            await asyncio.gather(*(one(number) for number in range(first, calls, clients)))

    await asyncio.gather(*(client(first) for first in range(clients)))
    return found


async def _rows(folder: Path, url: str | None) -> Sequence[Row]:
    database = await PostgresDatabase.open(url) if url else SqliteDatabase(folder / "home" / "bide.db")

    async def read(transaction: Transaction) -> Sequence[Row]:
        return await transaction.all(CALLS)

    try:
        return await database.read("calls", read)
    finally:
        await database.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.system.callers", description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--postgres", action="store_true", help="two gateways and two workers on one PostgreSQL")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = start_server() if arguments.postgres else None
        try:
            url = server.url("postgres") if server else None
            seen = asyncio.run(play(folder, arguments.calls, arguments.clients, arguments.kills, url))
        finally:
            if server is not None:
                remove_server(server)
    print(seen)
    for one in (*seen.failed[:5], *seen.wrong[:5]):
        print(one, file=sys.stderr)
    good = not (seen.wrong or seen.failed or seen.open or seen.late) and seen.kills == arguments.kills
    good = good and seen.batches > 0 and seen.by_batch > seen.rows // 2
    print("ok" if good else "WRONG", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
