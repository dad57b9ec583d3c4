"""The official SDK's Azure client, unmodified, against the provider simulator over real HTTP."""

from collections.abc import AsyncGenerator

import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI

from bide.core.clock import ManualClock
from bide.simulator.bucket import MemoryBucket
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

[files]
processing = "10s"

[[when]]
marker = "[late]"
turnaround = "30h"

[[limit]]
model = "tight"
requests = 1
tokens = 10_000

[[limit]]
model = "full-batch"
enqueued_tokens = 10
over_quota = "400"
"""


@pytest.fixture
def bucket() -> MemoryBucket:
    """Blob Storage, by the names that buckets have for blobs."""
    return MemoryBucket()


@pytest.fixture
async def simulator(bucket: MemoryBucket) -> AsyncGenerator[Simulator]:
    async with running_simulator(parse_script(SCRIPT), clock=ManualClock(), bucket=bucket) as running:
        yield running


@pytest.fixture
def clock(simulator: Simulator) -> ManualClock:
    assert isinstance(simulator.clock, ManualClock)
    return simulator.clock


@pytest.fixture
async def dated(simulator: Simulator) -> AsyncGenerator[AsyncAzureOpenAI]:
    """The dated dialect, as the SDK's own class for Azure speaks it."""
    async with AsyncAzureOpenAI(
        azure_endpoint=f"{simulator.root}/azure", api_key="simulated", api_version="2025-04-01-preview", max_retries=0
    ) as opened:
        yield opened


@pytest.fixture
async def v1(simulator: Simulator) -> AsyncGenerator[AsyncOpenAI]:
    """The v1 dialect, for which Azure's documents use the ordinary client."""
    async with AsyncOpenAI(base_url=f"{simulator.root}/azure/openai/v1", api_key="simulated", max_retries=0) as opened:
        yield opened


@pytest.fixture(params=["dated", "v1"])
def client(request: pytest.FixtureRequest, dated: AsyncAzureOpenAI, v1: AsyncOpenAI) -> AsyncOpenAI:
    """Each of the two."""
    return dated if request.param == "dated" else v1
