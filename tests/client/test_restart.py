"""What was handed in is there after its process is gone, closed or killed."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

import bide
from tests.client.place import MODEL, Beside, beside

SUBMIT = f"""
import sys, bide
client = bide.Client(settings={{"gather.longest": "15m"}})
client.open()
for handle in client.submit([f"question {{number}}" for number in range(40)], model="{MODEL}", within="4h", key="mine"):
    print(handle.id)
print("accepted", flush=True)
sys.stdin.read()
"""


async def test_closed_and_opened_again(tmp_path: Path) -> None:
    async with beside(tmp_path, "gather.longest=15m") as here:
        async with bide.AsyncClient(**here.options) as client:
            handles = await client.submit(["a", "b"], model=MODEL, within="1h")
            assert (await client.receipt(handles)).open == 2
        async with bide.AsyncClient(**here.options) as client:
            assert [answer.ok for answer in await client.wait([handle.id for handle in handles])] == [True, True]


async def test_killed_and_run_again(here: Beside) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        SUBMIT,
        env={**os.environ, **here.environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    told: list[str] = []
    while (line := (await process.stdout.readline()).decode().strip()) != "accepted":
        assert line
        told.append(line)
    process.kill()
    await process.wait()
    async with bide.AsyncClient(**here.options) as client:
        again = await client.submit(
            [f"question {number}" for number in range(40)], model=MODEL, within="4h", key="mine"
        )
        assert [handle.id for handle in again] == told
        answers = await client.wait(told)
    assert all(f"question {answer.index} " in f"{answer.text} " for answer in answers)
    assert sum(len(batch.rows) for batch in here.simulator.books.batches) == 40, "each was bought once"


async def test_what_is_open_at_the_end_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with beside(tmp_path, "gather.longest=15m") as here:
        async with bide.AsyncClient(**here.options) as client:
            await client.submit("hello", model=MODEL, within="4h")
        assert "work is still open and nobody keeps its deadlines" in caplog.text
