"""A whole run at Vertex AI: bide in a process of its own, its files in an object store that the provider reads and writes."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.buckets.servers import Server, moto_environment
from tests.system.harness import QUICK
from tests.system.rehearsing import Rehearsal, check_answers, rehearsing, write_questions

COUNT = 30

SETTINGS = (*QUICK, "providers.vertex.bucket=gs://bide/batches")

ACCOUNT = {
    "BIDE_VERTEX_BASE_URL": "{root}/vertex",
    "GOOGLE_CLOUD_PROJECT": "p",
    "GOOGLE_CLOUD_LOCATION": "us-central1",
    "GOOGLE_OAUTH_ACCESS_TOKEN": "simulated",
}


@pytest.fixture
async def rehearsal(moto: Server, tmp_path: Path) -> AsyncGenerator[Rehearsal]:
    async with rehearsing(moto_environment(moto), tmp_path, "vertex", ACCOUNT) as opened:
        yield opened


async def test_a_file_in_and_every_answer_out(rehearsal: Rehearsal) -> None:
    machine = rehearsal.machine
    write_questions(machine.folder, "gemini-3.8-flash", COUNT)
    command = ("run", "questions.jsonl", "--within", "4h", "-o", "answers.jsonl", "--output", "json")
    done = await asyncio.to_thread(machine.run, *command, settings=SETTINGS)
    assert done.code == 0, done.err
    check_answers(machine.folder / "answers.jsonl", COUNT)
    assert rehearsal.billed == {"batch"}
    assert len(rehearsal.simulator.house.books("vertex").batches) == 1
    assert await rehearsal.objects("gs://bide/batches") == [], "what bide put there, and what came of it, is gone again"
    assert json.loads(done.out.splitlines()[-1])
