"""Message batches and `kill -9`: whatever was answered is there, whatever was not is handed in once by the client's own retry."""

import asyncio
import contextlib
import signal
import subprocess
from pathlib import Path
from typing import Any

import anthropic

from bide.store import queries
from bide.store.database import Row, Transaction
from bide.store.sqlite.database import SqliteDatabase
from tests.ports import free_port
from tests.system.harness import Machine, listening, machine

SPEED = 20

SCRIPT = '[batch]\nturnaround = "3m"\n[answers]\noutput_tokens = 20\n'

SETTINGS = ("engine.poll_interval=5s", "engine.poll_longest=15s", "engine.lease=10m")

BATCHES, ROWS = 16, 400

KILLS = (0.25, 0.9, 3.0)
"""Seconds after the gateway listens: while batches come in, and while they run."""

MADE = queries.parse(
    """-- name: made
SELECT m.external_id, m.delivered_at, m.holder, j.requests, j.state FROM message_batches m JOIN jobs j ON j.id = m.job_id;
"""
)["made"]


async def test_every_batch_is_there_once_and_every_row_of_it_is_answered(tmp_path: Path) -> None:
    script = tmp_path / "script.toml"
    script.write_text(SCRIPT, encoding="utf-8")
    with machine(tmp_path, "--script", str(script), speed=SPEED) as here:
        port = free_port()
        gateway = _Gateway(here, port)
        await gateway.start()
        try:
            killer = asyncio.create_task(gateway.kill(KILLS))
            async with anthropic.AsyncAnthropic(
                base_url=f"http://127.0.0.1:{port}", api_key="none", max_retries=30
            ) as client:
                found = await asyncio.gather(*(_batch(client, number) for number in range(BATCHES)))
            await killer
        finally:
            await gateway.stop()
        made = await _made(tmp_path)
    assert sorted(name for name, _ in found) == sorted(row["external_id"] for row in made)
    assert len(made) == BATCHES
    assert {(row["requests"], row["holder"]) for row in made} == {(ROWS, None)}
    assert not [row for row in made if row["delivered_at"] is None]
    for number, (_, answers) in enumerate(found):
        assert len(answers) == ROWS
        wrong = [name for name, text in answers.items() if _question(number, name) not in text]
        assert not wrong


def _question(batch: int, name: str) -> str:
    return f"question {batch}-{name} of many"


async def _batch(client: Any, number: int) -> tuple[str, dict[str, str]]:
    """One batch from its create to its last answer."""
    names = [f"row-{row}" for row in range(ROWS)]
    requests = [
        {
            "custom_id": name,
            "params": {
                "model": "gpt-5-mini",
                "max_tokens": 50,
                "system": "x" * 2_000,
                "messages": [{"role": "user", "content": _question(number, name)}],
            },
        }
        for name in names
    ]
    batch = await client.messages.batches.create(requests=requests)
    while batch.processing_status != "ended":
        await asyncio.sleep(0.2)
        batch = await client.messages.batches.retrieve(batch.id)
    while True:
        with contextlib.suppress(anthropic.APIConnectionError, ValueError):  # cut short by a kill
            results = [line async for line in await client.messages.batches.results(batch.id)]
            return batch.id, {line.custom_id: line.result.message.content[0].text for line in results}


class _Gateway:
    """`bide serve`, which comes back on its port."""

    def __init__(self, here: Machine, port: int) -> None:
        self._here = here
        self._port = port
        self._process: subprocess.Popen[str] | None = None

    async def start(self) -> None:
        sets = [part for setting in SETTINGS for part in ("--set", setting)]
        self._process = self._here.start("serve", "--port", str(self._port), *sets, settings=())
        await listening(self._process, self._port)

    async def kill(self, moments: tuple[float, ...]) -> None:
        for moment in moments:
            await asyncio.sleep(moment)
            await self._end(signal.SIGKILL)
            await self.start()

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        process = self._process
        assert process is not None
        process.send_signal(number)
        await asyncio.to_thread(process.communicate)


async def _made(folder: Path) -> list[Row]:
    database = SqliteDatabase(folder / "home" / "bide.db")

    async def read(transaction: Transaction) -> list[Row]:
        return list(await transaction.all(MADE))

    try:
        return await database.read("made", read)
    finally:
        await database.close()
