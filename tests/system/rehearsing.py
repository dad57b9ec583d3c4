"""Runs at providers that read and write an object store: bide in a process of its own, the provider here, the store between."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bide.buckets.cloud import CloudBuckets
from bide.core.clock import clock_from
from bide.simulator.bucket import SharedBucket
from bide.simulator.script import parse_script
from bide.simulator.server import Simulator, running_simulator
from tests.system.harness import Machine, clock_now, read_lines, text_of, write_lines

SCRIPT = """
[batch]
turnaround = "5m"
validation = "2s"
finalizing = "2s"
[answers]
output_tokens = 40
"""


@dataclass(frozen=True)
class Rehearsal:
    """A machine, the provider that it talks to, and the store that they share."""

    machine: Machine
    simulator: Simulator
    store: CloudBuckets

    async def objects(self, bucket: str) -> list[str]:
        return [uri async for uri in self.store.list(bucket)]

    @property
    def billed(self) -> set[str]:
        """The modes in which something was billed."""
        books = self.simulator.house.books(self.machine.provider)
        return {charge.mode for charge in books.charges(self.simulator.clock.now())}


@asynccontextmanager
async def rehearsing(
    environment: dict[str, str], folder: Path, provider: str, account: dict[str, str], script: str = SCRIPT
) -> AsyncGenerator[Rehearsal]:
    """A provider and a machine that knows the account; ``{root}`` in a variable of it is the simulator's address. The
    environment leads both to the store."""
    clock = clock_now()
    store = CloudBuckets(environment)
    async with running_simulator(
        parse_script(script), seed=7, clock=clock_from({"BIDE_CLOCK": clock}), bucket=SharedBucket(store)
    ) as simulator:
        told = {name: value.replace("{root}", simulator.root) for name, value in account.items()}
        machine = Machine(folder, simulator.url, clock, {**environment, **told}, provider)
        yield Rehearsal(machine, simulator, store)
        machine.end_workers()


def write_questions(folder: Path, model: str, count: int) -> None:
    """``questions.jsonl``, ``q-0`` on."""
    lines: list[dict[str, object]] = [
        {
            "custom_id": f"q-{number}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {
                "model": model,
                "messages": [{"role": "user", "content": f"What is {number} plus {number}?"}],
                "max_completion_tokens": 50,
            },
        }
        for number in range(count)
    ]
    write_lines(folder / "questions.jsonl", *lines)


def check_answers(path: Path, count: int) -> None:
    """Every question has its own answer, in the order of the questions."""
    answers: Sequence[dict[str, object]] = read_lines(path)
    assert [line["custom_id"] for line in answers] == [f"q-{number}" for number in range(count)]
    for number, line in enumerate(answers):
        assert f"What is {number} plus {number}?" in text_of(line)
