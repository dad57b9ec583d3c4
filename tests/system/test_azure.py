"""Whole runs at Azure OpenAI with files in one's own storage: bide in a process of its own, Azurite between it and the provider."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bide.simulator.faults import Site
from tests.buckets.servers import ACCOUNT as STORAGE
from tests.buckets.servers import Server, azurite_environment, start_azurite
from tests.system.harness import QUICK, Result
from tests.system.rehearsing import SCRIPT, Rehearsal, check_answers, rehearsing, write_questions

COUNT = 30

FOLDER = f"az://{STORAGE}/bide/batches"

SETTINGS = (*QUICK, f"providers.azure.bucket={FOLDER}")

ACCOUNT = {"OPENAI_API_KEY": "", "AZURE_OPENAI_ENDPOINT": "{root}/azure", "AZURE_OPENAI_API_KEY": "simulated"}

RUN = ("run", "questions.jsonl", "--within", "4h", "-o", "answers.jsonl", "--output", "json")


@pytest.fixture(scope="module")
def azurite() -> Iterator[Server]:
    server = start_azurite()
    yield server
    server.stop()


async def run(rehearsal: Rehearsal) -> Result:
    machine = rehearsal.machine
    write_questions(machine.folder, "gpt-6-luna", COUNT)
    done = await asyncio.to_thread(machine.run, *RUN, settings=SETTINGS)
    assert done.code == 0, done.err
    check_answers(machine.folder / "answers.jsonl", COUNT)
    assert rehearsal.billed == {"batch"}
    return done


@pytest.mark.parametrize(
    "fault", ["", '[[fault]]\nsite = "create"\nnth = 1\nkind = "reply_lost"\n'], ids=["good day", "a reply lost"]
)
async def test_a_file_in_and_every_answer_out(azurite: Server, tmp_path: Path, fault: str) -> None:
    async with rehearsing(azurite_environment(azurite), tmp_path, "azure", ACCOUNT, SCRIPT + fault) as rehearsal:
        await run(rehearsal)
        books = rehearsal.simulator.house.books("azure")
        assert len(books.batches) == 1
        assert books.faults.calls[Site.UPLOAD] == 0
        assert await rehearsal.objects(FOLDER) == [], "what bide put there, and what came of it, is gone again"
