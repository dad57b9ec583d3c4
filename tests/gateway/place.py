"""A gateway over a simulated provider, both over real HTTP, on a clock that runs sixty times as fast."""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import anthropic
import openai

from bide import config
from bide.core.clock import SystemClock, clock_from, to_datetime
from bide.embedded import Embedded, opened
from bide.gateway.gateway import Gateway
from bide.gateway.server import serving
from bide.simulator.script import Script, parse_script
from bide.simulator.server import Simulator, running_simulator
from bide.store import queries
from bide.store.database import Row, Transaction
from tests.store.migrated import laid

SPEED = 60

CHAT: Mapping[str, Any] = {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": "hello"}]}

QUICK = '[batch]\nturnaround = "1m"\nvalidation = "0s"\nfinalizing = "0s"\n'
"""Batches that take a second of the tests."""

SETTINGS = (
    "engine.poll_interval=3s",
    "engine.lease=10m",  # a stall of seconds is nobody's end
    "gather.longest=4s",
    "engine.shortest_turn=0.02s",
    "providers.openai.flex=false",  # or what is short of time would not wait for its batch
)
"""A batch takes seconds, not minutes, of the time of the tests."""

HELD = queries.parse("-- name: held\nSELECT external_id FROM calls WHERE holder = :holder ORDER BY external_id;\n")[
    "held"
]


@dataclass(frozen=True)
class Place:
    """Where it listens, and everything behind it."""

    url: str
    gateway: Gateway
    bide: Embedded
    simulator: Simulator
    http: aiohttp.ClientSession
    clients: AsyncExitStack
    """Closes the SDKs' clients."""

    def openai(self, key: str = "none", **options: Any) -> Any:
        """An `openai.AsyncOpenAI`; untyped, because the tests say what its types do not allow."""
        given: dict[str, Any] = {"max_retries": 0, **options}
        client = openai.AsyncOpenAI(base_url=f"{self.url}/v1", api_key=key, **given)
        self.clients.push_async_callback(client.close)
        return client

    def anthropic(self, key: str = "none", **options: Any) -> Any:
        """An `anthropic.AsyncAnthropic`."""
        given: dict[str, Any] = {"max_retries": 0, **options}
        client = anthropic.AsyncAnthropic(base_url=self.url, api_key=key, **given)
        self.clients.push_async_callback(client.close)
        return client

    async def held(self, count: int) -> list[str]:
        """The calls for which somebody waits here, once there are so many; 0: once it is on record that whoever waited is gone."""

        async def read(transaction: Transaction) -> Sequence[Row]:
            return await transaction.all(HELD, holder=self.bide.context.holder)

        while len(rows := await self.bide.store.database.read("held", read)) != count:
            await asyncio.sleep(0.01)
        return [row["external_id"] for row in rows]

    async def hears(self) -> None:
        """Return when the gateway has heard everything that was said to it until now, and who has left."""
        async with self.http.get("/healthz") as answer:
            assert answer.status == 200


def environment(home: Path, simulator: Simulator, clock: str) -> dict[str, str]:
    """What the processes of a test are told."""
    return {
        "PATH": os.environ["PATH"],
        "BIDE_HOME": str(home),
        "BIDE_CLOCK": clock,
        "OPENAI_API_KEY": "simulated",
        "BIDE_OPENAI_BASE_URL": simulator.url,
        "ANTHROPIC_API_KEY": "simulated",
        "BIDE_ANTHROPIC_BASE_URL": f"{simulator.root}/anthropic",
    }


def hurried() -> str:
    """A clock that begins now."""
    return f"{to_datetime(SystemClock().now()).isoformat()}*{SPEED}"


@asynccontextmanager
async def place(
    home: Path,
    *settings: str,
    script: Script | str | None = None,
    clock: str | None = None,
    engine: bool = True,
    database: str | None = None,
) -> AsyncGenerator[Place]:
    """A gateway that listens for as long as the context is open."""
    told = clock or hurried()
    if database is None:
        laid(home / "bide.db")
    async with running_simulator(script or parse_script(QUICK), clock=clock_from({"BIDE_CLOCK": told})) as simulator:
        found = config.load(environment(home, simulator, told), assignments=[*SETTINGS, *settings], database=database)
        async with (
            opened(found) as bide,
            serving(bide, host="127.0.0.1", port=0, engine=engine) as (gateway, url),
            aiohttp.ClientSession(url) as http,
            AsyncExitStack() as clients,
        ):
            yield Place(url, gateway, bide, simulator, http, clients)
