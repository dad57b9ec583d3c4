"""A batch whose create was answered goes on, whatever becomes of the gateway."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import openai

from bide import config
from bide.core.clock import clock_from
from bide.embedded import opened
from bide.gateway.server import serving
from bide.simulator.server import Simulator, running_simulator
from tests.gateway.batching import CHAT, create, rows, script, some, until
from tests.gateway.place import SETTINGS, Place, environment, hurried


@asynccontextmanager
async def life(home: Path, simulator: Simulator, clock: str) -> AsyncGenerator[Place]:
    """One life of a gateway beside a provider that outlives it."""
    found = config.load(environment(home, simulator, clock), assignments=SETTINGS)
    async with (
        opened(found) as bide,
        serving(bide, host="127.0.0.1", port=0) as (gateway, url),
        aiohttp.ClientSession(url) as http,
        AsyncExitStack() as clients,
    ):
        yield Place(url, gateway, bide, simulator, http, clients)


@asynccontextmanager
async def provider(folder: Path, clock: str) -> AsyncGenerator[Simulator]:
    async with running_simulator(script(folder), clock=clock_from({"BIDE_CLOCK": clock})) as simulator:
        yield simulator


async def occupy(at: Place) -> None:
    """Let no file be read in this life."""
    places = at.gateway.validations._places  # pyright: ignore[reportPrivateUsage]
    while not places.locked():
        await places.acquire()


async def test_a_batch_that_was_not_read_is_read_in_the_next_life(tmp_path: Path) -> None:
    clock = hurried()
    async with provider(tmp_path, clock) as simulator:
        async with life(tmp_path, simulator, clock) as at:
            await occupy(at)
            batch = await create(at.openai(), some(5))
            assert (await at.openai().batches.retrieve(batch.id)).status == "validating"
        async with life(tmp_path, simulator, clock) as at:
            batch = await until(at.openai(), batch, "completed")
            assert len(await rows(at.openai(), batch.output_file_id)) == 5


async def test_a_batch_that_was_read_and_not_noted_is_no_second_job(tmp_path: Path) -> None:
    clock = hurried()
    async with provider(tmp_path, clock) as simulator:
        async with life(tmp_path, simulator, clock) as at:
            await occupy(at)
            batch = await create(at.openai(), some(5))
            row = await at.bide.store.served.find("local", batch.id)
            job = await at.gateway.validations._job(row)  # pyright: ignore[reportPrivateUsage]
        async with life(tmp_path, simulator, clock) as at:
            batch = await until(at.openai(), batch, "completed")
            assert (await at.bide.store.served.find("local", batch.id)).job_id == job.id
            assert [one.id for one in await at.bide.store.jobs.recent("local", 10)] == [job.id]
            assert len(simulator.books.batches) == 1


async def test_a_batch_that_was_cancelled_before_it_was_read_sends_nothing(tmp_path: Path) -> None:
    clock = hurried()
    async with provider(tmp_path, clock) as simulator:
        async with life(tmp_path, simulator, clock) as at:
            await occupy(at)
            batch = await create(at.openai(), some(5))
            assert (await at.openai().batches.cancel(batch.id)).status == "cancelling"
        async with life(tmp_path, simulator, clock) as at:
            batch = await until(at.openai(), batch, "cancelled")
            assert (batch.output_file_id, batch.error_file_id, batch.in_progress_at) == (None, None, None)
            assert len(simulator.books.batches) == 0


async def test_a_batch_that_runs_is_not_sent_again(tmp_path: Path) -> None:
    clock = hurried()
    async with provider(tmp_path, clock) as simulator:
        async with life(tmp_path, simulator, clock) as at:
            batch = await until(at.openai(), await create(at.openai(), some(5)), "in_progress")
            while not simulator.books.batches:
                await asyncio.sleep(0.01)
        async with life(tmp_path, simulator, clock) as at:
            batch = await until(at.openai(), batch, "completed")
            assert len(await rows(at.openai(), batch.output_file_id)) == 5
            assert len(simulator.books.batches) == 1


async def test_batches_are_answered_though_the_gateway_is_killed_again_and_again(tmp_path: Path) -> None:
    clock, count = hurried(), 3_000
    async with provider(tmp_path, clock) as simulator:
        content, ids = some(count), list[str]()
        for _ in range(3):
            async with process(tmp_path, simulator, clock) as client:
                file = await client.files.create(file=content, purpose="batch")
                batch = await client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="12h")
                ids.append(batch.id)
        async with process(tmp_path, simulator, clock) as client:
            for identifier in ids:
                batch = await until(client, await client.batches.retrieve(identifier), "completed")
                assert len(await rows(client, batch.output_file_id)) == count
        assert sum(len(batch.rows) for batch in simulator.books.batches) == len(ids) * count


@asynccontextmanager
async def process(home: Path, simulator: Simulator, clock: str) -> AsyncGenerator[Any]:
    """A client of a `bide serve` that is killed as soon as the context is left."""
    settings = [word for one in SETTINGS for word in ("--set", one)]
    serve = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bide", "serve", "--port", "0", *settings),
        env=environment(home, simulator, clock),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert serve.stdout is not None
        url = (await serve.stdout.readline()).decode().strip()
        async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as client:
            yield client
    finally:
        serve.kill()
        await serve.wait()
