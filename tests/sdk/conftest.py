"""The official OpenAI SDK, unmodified, against the provider simulator over real HTTP."""

import json
from collections.abc import AsyncGenerator

import pytest
from openai import AsyncOpenAI, OpenAI

from bide.core.clock import ManualClock
from bide.simulator.script import parse_script
from bide.simulator.server import Simulator, running_simulator

SCRIPT = """
[batch]
turnaround = "10m"
begins = 0.0
validation = "10s"
finalizing = "5s"
cancelling = "1m"

[realtime]
latency = "0s"
tokens_per_second = 0

[account]
models = ["gpt-6-luna", "gpt-6-tight", "text-embedding-3-small"]

[[limit]]
model = "gpt-6-tight"
requests = 1
tokens = 10_000
"""


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    async with running_simulator(parse_script(SCRIPT), clock=ManualClock()) as running:
        yield running


@pytest.fixture
def clock(simulator: Simulator) -> ManualClock:
    assert isinstance(simulator.clock, ManualClock)
    return simulator.clock


@pytest.fixture
async def client(simulator: Simulator) -> AsyncGenerator[AsyncOpenAI]:
    """The asynchronous client; it does not retry, as one that pays should not."""
    async with AsyncOpenAI(base_url=simulator.url, api_key="simulated", max_retries=0) as opened:
        yield opened


@pytest.fixture
async def blocking(simulator: Simulator) -> AsyncGenerator[OpenAI]:
    """The synchronous client, for use in a thread: the simulator runs on the test's own loop."""
    with OpenAI(base_url=simulator.url, api_key="simulated", max_retries=0) as opened:
        yield opened


@pytest.fixture
def three_lines() -> bytes:
    """A batch's input file; its second row fails."""
    bodies = (
        {"model": "gpt-6-luna", "messages": [{"role": "user", "content": prompt}]}
        for prompt in ("first", "second [poison:row-error]", "third")
    )
    lines = (
        {"custom_id": f"r-{number}", "method": "POST", "url": "/v1/chat/completions", "body": body}
        for number, body in enumerate(bodies)
    )
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)
