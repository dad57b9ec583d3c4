"""AWS's own SDK, unmodified, against the provider simulator over real HTTP."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config

from bide.core.clock import ManualClock
from bide.simulator.bucket import MemoryBucket
from bide.simulator.script import parse_script
from bide.simulator.server import Simulator, running_simulator

SCRIPT = """
[batch]
turnaround = "10m"
begins = 0.5
validation = "30s"
finalizing = "5s"
cancelling = "1m"

[realtime]
latency = "0s"
tokens_per_second = 0

[[limit]]
model = "amazon.tight-v1:0"
requests = 1
"""

ONCE = Config(retries={"total_max_attempts": 1, "mode": "standard"})
"""Whoever pays does not retry."""

Clients = Callable[..., Any]
"""Makes a client of a service."""


@pytest.fixture
def bucket() -> MemoryBucket:
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
def client(simulator: Simulator) -> Clients:
    def made(service: str, key: str = "simulated") -> Any:
        return cast(Any, boto3).client(
            service,
            endpoint_url=f"{simulator.root}/bedrock",
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key="secret",
            config=ONCE,
        )

    return made


@pytest.fixture
def jobs(client: Clients) -> Any:
    """The client of the control plane."""
    return client("bedrock")


@pytest.fixture
def models(client: Clients) -> Any:
    """The client of the runtime."""
    return client("bedrock-runtime")


async def ask(method: Callable[..., Any], **fields: Any) -> Any:
    """A call of the SDK, which waits, in a thread: the simulator runs on the test's own loop."""
    return await asyncio.to_thread(lambda: method(**fields))
