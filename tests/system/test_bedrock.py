"""Whole runs at AWS Bedrock: bide in a process of its own, its files in an object store that the provider reads and writes."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.buckets.servers import Server, moto_environment
from tests.system.harness import QUICK, Result
from tests.system.rehearsing import SCRIPT, Rehearsal, check_answers, rehearsing, write_questions

MODEL = "amazon.nova-lite-v1:0"

ACCOUNT = {
    "BIDE_BEDROCK_BASE_URL": "{root}/bedrock",
    "BIDE_BEDROCK_BUCKET": "s3://bide/batches",
    "BIDE_BEDROCK_ROLE": "arn:aws:iam::123456789012:role/bide",
}
"""Signed with the keys that open the store as well."""

RUN = ("run", "questions.jsonl", "--within", "4h", "-o", "answers.jsonl", "--output", "json")


@pytest.fixture
async def rehearsal(moto: Server, tmp_path: Path) -> AsyncGenerator[Rehearsal]:
    async with rehearsing(moto_environment(moto), tmp_path, "bedrock", ACCOUNT) as opened:
        yield opened


async def run(rehearsal: Rehearsal, count: int, *settings: str) -> Result:
    machine = rehearsal.machine
    write_questions(machine.folder, MODEL, count)
    done = await asyncio.to_thread(machine.run, *RUN, settings=(*QUICK, *settings))
    assert done.code == 0, done.err
    check_answers(machine.folder / "answers.jsonl", count)
    return done


async def test_a_file_in_and_every_answer_out(rehearsal: Rehearsal) -> None:
    await run(rehearsal, 120)
    assert rehearsal.billed == {"batch"}
    assert len(rehearsal.simulator.house.books("bedrock").batches) == 1
    left = await rehearsal.objects("s3://bide/batches")
    assert left == [], "what bide put there, and what came of it, is gone again"


async def test_too_few_for_a_job_are_called(rehearsal: Rehearsal) -> None:
    await run(rehearsal, 20)
    assert rehearsal.billed == {"realtime"}
    assert len(rehearsal.simulator.house.books("bedrock").batches) == 0


async def test_what_is_spread_needs_no_call(rehearsal: Rehearsal) -> None:
    """Of 230 requests in jobs of at most 150 the second would be too small, so the first gives some up."""
    await run(rehearsal, 230, "providers.bedrock.max_requests=150")
    assert rehearsal.billed == {"batch"}
    books = rehearsal.simulator.house.books("bedrock")
    assert sorted(len(batch.rows) for batch in books.batches) == [100, 130]


async def test_a_reply_to_a_create_that_is_lost_costs_nothing_twice(moto: Server, tmp_path: Path) -> None:
    lost = '[[fault]]\nsite = "create"\nnth = 1\nkind = "reply_lost"\n'
    async with rehearsing(moto_environment(moto), tmp_path, "bedrock", ACCOUNT, SCRIPT + lost) as rehearsal:
        await run(rehearsal, 120)
        assert rehearsal.billed == {"batch"}
        assert len(rehearsal.simulator.house.books("bedrock").batches) == 1
