"""A hundred calls at the same moment, on two gateways over one database: a budget is never overspent."""

import asyncio
import random  # noqa: TID251 - which kind comes when
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bide import config
from bide.core.budget import Span
from bide.core.clock import clock_from
from bide.core.key import Key
from bide.embedded import Embedded, opened
from bide.gateway.gateway import Gateway
from bide.gateway.server import serving
from bide.simulator.server import running_simulator
from bide.testing.audit import audit
from tests.gateway.keyed import bearing, make_key
from tests.gateway.place import SETTINGS, environment, hurried
from tests.store.conftest import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

CALLS = 100

BODY = {
    "model": "gpt-4.1-mini",
    "max_completion_tokens": 100,
    "messages": [{"role": "user", "content": "hello"}],
}

MOST = 250_000_000
"""1e-12 USD that one such call may cost, a little more than is reserved: 300 bytes at 0.4 and 100 tokens at 1.6 USD per
million."""

FIT = 20


@dataclass(frozen=True)
class Gate:
    """A gateway, and who speaks to it."""

    bide: Embedded
    gateway: Gateway
    http: aiohttp.ClientSession


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str | None:
    """The URL of an empty database; None: SQLite in the home folder."""
    return None if request.param == "sqlite" else request.getfixturevalue("postgres_url")


@asynccontextmanager
async def gates(home: Path, database: str | None, count: int = 2) -> AsyncGenerator[list[Gate]]:
    """Gateways of one database, in front of one provider."""
    clock = hurried()
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(running_simulator("fast", clock=clock_from({"BIDE_CLOCK": clock})))
        found: list[Gate] = []
        for _ in range(count):
            told = config.load(environment(home, simulator, clock), assignments=[*SETTINGS], database=database)
            bide = await stack.enter_async_context(opened(told))
            gateway, url = await stack.enter_async_context(serving(bide, host="127.0.0.1", port=0))
            connector = aiohttp.TCPConnector(limit=0)
            http = await stack.enter_async_context(aiohttp.ClientSession(url, connector=connector))
            found.append(Gate(bide, gateway, http))
        yield found


async def call(gate: Gate, secret: str, kind: str) -> int:
    """The status of one call."""
    headers = bearing(secret)
    if kind != "urgent":
        headers |= {"Bide-Within": "15m"}
    if kind == "promised":
        headers |= {"Prefer": "respond-async"}
    body = BODY | {"stream": True} if kind == "streamed" else BODY
    async with gate.http.post("/v1/chat/completions", json=body, headers=headers) as answer:
        text = await answer.text()
        if answer.status == 429:
            assert "budget_exhausted" in text
        return answer.status


async def watch(gate: Gate, key: Key, seen: list[int]) -> None:
    """Note what is reserved and spent, again and again."""
    while True:
        found = (await gate.bide.store.budgets.standings(key.id, gate.bide.context.clock.now()))[Span.MONTH]
        seen.append(found.reserved + found.spent)
        await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    "kinds", [("urgent", "streamed"), ("held", "promised"), ("urgent", "held", "promised")], ids="-".join
)
async def test_a_hundred_calls_at_once_never_overspend(
    tmp_path: Path, database: str | None, kinds: tuple[str, ...]
) -> None:
    async with gates(tmp_path, database) as found:
        budget = FIT * MOST
        key, secret = await make_key(found[0].bide, budget_month=budget)
        seen: list[int] = []
        watching = asyncio.create_task(watch(found[0], key, seen))
        order = [(found[number % len(found)], kinds[number % len(kinds)]) for number in range(CALLS)]
        random.Random(7).shuffle(order)
        statuses = await asyncio.gather(*(call(gate, secret, kind) for gate, kind in order))
        for gate in found:
            await gate.gateway.books.settle()
        store, clock = found[0].bide.store, found[0].bide.context.clock
        while (standing := (await store.budgets.standings(key.id, clock.now()))[Span.MONTH]).reserved:
            await asyncio.sleep(0.05)
        watching.cancel()
        assert set(statuses) <= {200, 202, 429}
        assert statuses.count(429) > 0, "nothing was refused: the race has not been one"
        assert CALLS - statuses.count(429) >= FIT
        assert max(seen) > budget // 2
        assert max(seen) <= budget
        assert 0 < standing.spent <= budget
        assert await audit(store) == []
