"""OpenAI's SDK, which Doubleword's pages use, against the simulator's Doubleword over real HTTP."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError, RateLimitError

from bide.core.clock import MINUTE, ManualClock
from bide.simulator.script import parse_script
from bide.simulator.server import Simulator, running_simulator

SCRIPT = """
[batch]
turnaround = "10m"
begins = 0.0
validation = "0s"
finalizing = "0s"
[realtime]
latency = "0s"
tokens_per_second = 0
[account]
models = ["luna", "full"]
[[limit]]
model = "full"
enqueued_tokens = 1
over_quota = "429"
"""

BODY = {"messages": [{"role": "user", "content": "hello"}]}


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    async with running_simulator(parse_script(SCRIPT), clock=ManualClock()) as running:
        yield running


@pytest.fixture
async def client(simulator: Simulator) -> AsyncGenerator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{simulator.root}/doubleword/v1", api_key="k", max_retries=0) as opened:
        yield opened


async def upload(client: AsyncOpenAI, *models: str) -> str:
    lines = [
        {"custom_id": f"r-{n}", "method": "POST", "url": "/v1/chat/completions", "body": {"model": model, **BODY}}
        for n, model in enumerate(models)
    ]
    content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    return (await client.files.create(file=("in.jsonl", content), purpose="batch")).id


async def test_a_batch_of_an_hour(client: AsyncOpenAI, simulator: Simulator) -> None:
    window: Any = "1h"
    file = await upload(client, "luna", "luna")
    created = await client.batches.create(
        input_file_id=file, endpoint="/v1/chat/completions", completion_window=window, metadata={"tag": "t"}
    )
    assert created.expires_at == created.created_at + 3_600
    assert [batch.id async for batch in client.batches.list()] == [created.id]
    assert isinstance(simulator.clock, ManualClock)
    simulator.clock.advance(6 * MINUTE)
    running = await client.batches.retrieve(created.id)
    early = await client.files.with_raw_response.content(str(running.output_file_id))
    assert (early.headers["x-incomplete"], early.headers["x-last-line"]) == ("true", "1")
    simulator.clock.advance(5 * MINUTE)
    ended = await client.batches.retrieve(created.id)
    rest = await client.files.with_raw_response.content(str(ended.output_file_id), extra_query={"skip": 1})
    assert (rest.headers["x-incomplete"], rest.headers["x-last-line"]) == ("false", "2")
    whole = await client.files.content(str(ended.output_file_id))
    assert early.content + rest.content == whole.content
    assert (ended.status, ended.output_file_id, ended.metadata) == ("completed", running.output_file_id, {"tag": "t"})
    assert (await client.files.content(str(ended.output_file_id))).content.count(b"\n") == 2


async def test_errors_are_texts(client: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError) as bad_line:
        await upload(client, "luna", "other")
    assert bad_line.value.response.text.startswith("Line 2: The model 'other'")
    window: Any = "7d"
    file = await upload(client, "luna")
    with pytest.raises(BadRequestError) as bad_window:
        await client.batches.create(input_file_id=file, endpoint="/v1/chat/completions", completion_window=window)
    assert bad_window.value.response.text.startswith("Unsupported completion_window")
    with pytest.raises(NotFoundError):
        await client.batches.retrieve("none")


async def test_a_create_without_room_says_how_long_to_wait(client: AsyncOpenAI) -> None:
    file = await upload(client, "full")
    with pytest.raises(RateLimitError) as caught:
        await client.batches.create(input_file_id=file, endpoint="/v1/chat/completions", completion_window="24h")
    assert caught.value.response.headers["retry-after"] == "60"
    assert caught.value.response.json()["retry_after_seconds"] == 60
