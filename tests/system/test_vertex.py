"""A whole run at Vertex AI: bide in a process of its own, its files in an object store that the provider reads and writes."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bide.buckets.cloud import CloudBuckets
from bide.core.clock import clock_from
from bide.simulator.bucket import SharedBucket
from bide.simulator.script import parse_script
from bide.simulator.server import Simulator, running_simulator
from tests.buckets.servers import Server, moto_environment, start_moto
from tests.system.harness import QUICK, Machine, clock_now, read_lines, text_of, write_lines

COUNT = 30

SCRIPT = """
[batch]
turnaround = "5m"
validation = "2s"
finalizing = "2s"
[answers]
output_tokens = 40
"""

SETTINGS = (*QUICK, "providers.vertex.bucket=gs://bide/batches")


@pytest.fixture(scope="module")
def moto() -> Iterator[Server]:
    server = start_moto()
    yield server
    server.stop()


@dataclass(frozen=True)
class Rehearsal:
    """A machine, the provider that it talks to, and the store that they share."""

    machine: Machine
    simulator: Simulator
    store: CloudBuckets

    async def objects(self) -> list[str]:
        return [uri async for uri in self.store.list("gs://bide/")]


@pytest.fixture
async def rehearsal(moto: Server, tmp_path: Path) -> AsyncGenerator[Rehearsal]:
    environment, clock = moto_environment(moto), clock_now()
    store = CloudBuckets(environment)
    async with running_simulator(
        parse_script(SCRIPT), seed=7, clock=clock_from({"BIDE_CLOCK": clock}), bucket=SharedBucket(store)
    ) as simulator:
        account = {
            "BIDE_VERTEX_BASE_URL": f"{simulator.root}/vertex",
            "GOOGLE_CLOUD_PROJECT": "p",
            "GOOGLE_CLOUD_LOCATION": "us-central1",
            "GOOGLE_OAUTH_ACCESS_TOKEN": "simulated",
        }
        machine = Machine(tmp_path, simulator.url, clock, {**environment, **account}, "vertex")
        yield Rehearsal(machine, simulator, store)
        machine.end_workers()


def questions(folder: Path) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = [
        {
            "custom_id": f"q-{number}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {
                "model": "gemini-3.8-flash",
                "messages": [{"role": "user", "content": f"What is {number} plus {number}?"}],
                "max_completion_tokens": 50,
            },
        }
        for number in range(COUNT)
    ]
    write_lines(folder / "questions.jsonl", *lines)
    return lines


async def test_a_file_in_and_every_answer_out(rehearsal: Rehearsal) -> None:
    machine = rehearsal.machine
    asked = questions(machine.folder)
    command = ("run", "questions.jsonl", "--within", "4h", "-o", "answers.jsonl", "--output", "json")
    done = await asyncio.to_thread(machine.run, *command, settings=SETTINGS)
    assert done.code == 0, done.err
    answers = read_lines(machine.folder / "answers.jsonl")
    assert [line["custom_id"] for line in answers] == [line["custom_id"] for line in asked]
    for number, line in enumerate(answers):
        assert f"What is {number} plus {number}?" in text_of(line)
        assert line["response"]["body"]["object"] == "chat.completion"
    books = rehearsal.simulator.house.books("vertex")
    billed = {charge.mode for charge in books.charges(rehearsal.simulator.clock.now())}
    assert billed == {"batch"}
    assert len(books.batches) == 1
    assert await rehearsal.objects() == [], "what bide put there, and what came of it, is gone again"
    assert json.loads(done.out.splitlines()[-1])
