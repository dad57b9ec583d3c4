"""The official google-genai SDK, unmodified, against the provider simulator over real HTTP: both of Google's services."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from google.auth.credentials import Credentials
from google.genai import Client
from google.genai.types import HttpOptions

from bide.core.clock import ManualClock
from bide.simulator.bucket import MemoryBucket
from bide.simulator.script import parse_script
from bide.simulator.server import Simulator, running_simulator

SCRIPT = """
[batch]
turnaround = "10m"
begins = 0.0
validation = "0s"
finalizing = "0s"
cancelling = "1m"
in_flight = "0s"

[[when]]
marker = "[expires]"
expires = 0.5

[realtime]
latency = "0s"
tokens_per_second = 0

[account]
models = ["gemini-3.8-flash", "gemini-tight", "gemini-embedding-001"]

[[limit]]
model = "gemini-tight"
requests = 1
enqueued_tokens = 1
"""

MODEL = "gemini-3.8-flash"


class Given(Credentials):
    """Credentials that have a token and never need another."""

    def __init__(self, token: str) -> None:
        super().__init__()  # type: ignore[reportUnknownMemberType]
        self.token = token

    def refresh(self, request: object) -> None:
        raise AssertionError("the token is good for ever")


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


def gemini_client(simulator: Simulator, key: str = "simulated", version: str | None = None) -> Client:
    """A client of the Gemini API."""
    options = HttpOptions(base_url=f"{simulator.root}/gemini", api_version=version)
    return Client(vertexai=False, api_key=key, http_options=options)


def vertex_client(simulator: Simulator, token: str = "simulated", version: str | None = None) -> Client:
    """A client of Vertex AI."""
    options = HttpOptions(base_url=f"{simulator.root}/vertex", api_version=version)
    return Client(vertexai=True, project="p", location="us-central1", credentials=Given(token), http_options=options)


def models(client: Client) -> Any:
    """The calls of a client, whose types are of packages that are not installed."""
    return client.aio.models


@pytest.fixture
async def gemini(simulator: Simulator) -> AsyncGenerator[Client]:
    client = gemini_client(simulator)
    yield client
    await client.aio.aclose()
    client.close()


@pytest.fixture
async def vertex(simulator: Simulator) -> AsyncGenerator[Client]:
    client = vertex_client(simulator)
    yield client
    await client.aio.aclose()
    client.close()


@pytest.fixture(params=["gemini", "vertex"])
def client(request: pytest.FixtureRequest) -> Client:
    """Either of them."""
    return request.getfixturevalue(request.param)
