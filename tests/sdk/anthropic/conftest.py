"""The official Anthropic SDK, unmodified, against the provider simulator over real HTTP."""

from collections.abc import AsyncGenerator

import pytest
from anthropic import Anthropic, AsyncAnthropic

from bide.core.clock import ManualClock
from bide.simulator.books import Books
from bide.simulator.script import parse_script
from bide.simulator.server import Simulator, running_simulator

SCRIPT = """
[batch]
turnaround = "10m"
begins = 0.0
validation = "0s"
finalizing = "5s"
cancelling = "1m"
in_flight = "0s"

[realtime]
latency = "0s"
tokens_per_second = 0

[account]
models = ["claude-haiku-5-5", "claude-tight"]

[[limit]]
model = "claude-tight"
requests = 1
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
def books(simulator: Simulator) -> Books:
    return simulator.house.books("anthropic")


@pytest.fixture
async def client(simulator: Simulator) -> AsyncGenerator[AsyncAnthropic]:
    """The asynchronous client; it does not retry, as one that pays should not."""
    async with AsyncAnthropic(base_url=f"{simulator.root}/anthropic", api_key="simulated", max_retries=0) as opened:
        yield opened


@pytest.fixture
def blocking(simulator: Simulator) -> Anthropic:
    """The synchronous client, for use in a thread: the simulator runs on the test's own loop."""
    return Anthropic(base_url=f"{simulator.root}/anthropic", api_key="simulated", max_retries=0)
