"""Landing results: a result file parsed, priced, settled and entered, on SQLite; rows a second.

``python -m bench.landing`` measures in this process and prints JSON.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bench.measure import Figure, fresh
from bide.config import load
from bide.core.identifiers import custom_id
from bide.core.states import BatchOutcome, BatchState
from bide.embedded import Embedded, opened
from bide.engine.harvest import harvest
from bide.providers.http import AiohttpTransport
from bide.providers.openai import rows as openai_rows
from bide.providers.openai.adapter import OpenAIProvider
from bide.providers.openai.kinds import OPENAI
from bide.providers.port import Provider, Row
from bide.testing.provider_conformance import setup_for
from bide.testing.scene import Scene

ROWS = 50_000
ROUNDS = 3
PIECE = 64 * 1024
"""Bytes that arrive at a time, as from a socket."""


class FromDisk(OpenAIProvider):
    """The adapter, but its result files lie here: nobody's server is in the figure."""

    async def harvest(self, file: str, endpoint: str) -> AsyncIterator[list[Row]]:
        async for rows in openai_rows.from_file(_pieces(Path(file))):
            yield rows


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


async def land(folder: Path) -> float:
    """Rows a second, from the first byte of the result file to the batch's last settled row."""
    environment = {"BIDE_HOME": str(folder), "OPENAI_API_KEY": "nobody is asked"}
    async with opened(load(environment)) as bide:
        scene = Scene(bide.store, holder=bide.context.holder, model="gpt-5-mini")
        scene.now, scene.account = bide.context.clock.now(), "openai"
        _provide(bide)
        handed = await scene.hand_in(ROWS)
        batch = await scene.batch(handed.bucket, BatchState.SUBMITTED)
        file = folder / "output.jsonl"
        with file.open("w", encoding="utf-8") as results:
            for attempt in await scene.attempts(batch):
                results.write(_line(custom_id(batch.tag, attempt)))
        batch = await bide.store.batches.ended(
            (batch.id, batch.fence),
            outcome=BatchOutcome.COMPLETED,
            output_file=str(file),
            ended_at=scene.now,
            now=scene.now,
        )
        began = time.perf_counter()
        await harvest(bide.context, batch)
        spent = time.perf_counter() - began
        assert (await scene.get(handed.job)).answered_at is not None
        return ROWS / spent


def _provide(bide: Embedded) -> None:
    providers = bide.context.providers
    assert isinstance(providers, dict)
    found: dict[str, Provider] = providers
    found["openai"] = FromDisk(setup_for(OPENAI, "http://127.0.0.1:9", "x"), AiohttpTransport())


def _line(name: str) -> str:
    """A row of an output file, as long as a short answer makes it."""
    usage = {"prompt_tokens": 118, "completion_tokens": 41, "total_tokens": 159}
    message = {"role": "assistant", "content": "The customer asks for a refund of an order that never arrived. " * 3}
    body = {
        "id": f"chatcmpl-{name}",
        "object": "chat.completion",
        "created": 1_800_000_000,
        "model": "gpt-5-mini-2025-08-07",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": usage,
    }
    response = {"status_code": 200, "request_id": f"req_{name}", "body": body}
    return json.dumps({"id": f"batch_req_{name}", "custom_id": name, "response": response, "error": None}) + "\n"


def figures() -> list[Figure]:
    """Rows a second, the median of a few."""
    found = fresh("bench.landing")
    return [Figure("landing results on SQLite", found["rows_per_second"], 50_000, "rows/s", at_most=False)]


def main() -> None:
    speeds: list[float] = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            speeds.append(asyncio.run(land(Path(folder))))
    print(json.dumps({"rows_per_second": sorted(speeds)[ROUNDS // 2]}))


if __name__ == "__main__":
    main()
