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
from bide.core.clock import MINUTE, clock_from
from bide.core.key import Key
from bide.embedded import Embedded, opened
from bide.gateway.gateway import Gateway
from bide.gateway.server import serving
from bide.simulator.server import running_simulator
from bide.testing.audit import audit
from tests.gateway.keyed import bearing, make_key
from tests.gateway.place import SETTINGS, environment, hurried
from tests.store.conftest import postgres_schemas, postgres_server, postgres_url

__all__ = ["postgres_schemas", "postgres_server", "postgres_url"]

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
async def gates(
    home: Path, database: str | None, count: int = 2, clock: str | None = None
) -> AsyncGenerator[list[Gate]]:
    """Gateways of one database, in front of one provider."""
    clock = clock or hurried()
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
            assert "budget_exhausted" in text or "rate_limit_exceeded" in text
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


async def test_keys_that_spend_at_the_same_time_wait_for_nobody_but_themselves(
    tmp_path: Path, database: str | None
) -> None:
    """Each write holds the budgets of several keys, on two gateways: none of them ends in a deadlock."""
    async with gates(tmp_path, database) as found:
        keys = [await make_key(found[0].bide, owner, budget_day=FIT * MOST) for owner in ("a", "b", "c", "d")]
        kinds = ("urgent", "promised")
        order = [
            (key, found[number // 2 % 2], kinds[number % 2]) for number in range(CALLS // len(keys)) for key in keys
        ]
        random.Random(3).shuffle(order)
        statuses = await asyncio.gather(*(call(gate, secret, kind) for (_, secret), gate, kind in order))
        assert set(statuses) <= {200, 202, 429}
        store, clock = found[0].bide.store, found[0].bide.context.clock
        for key, _ in keys:
            standing = (await store.budgets.standings(key.id, clock.now()))[Span.DAY]
            assert 0 <= standing.reserved + standing.spent <= FIT * MOST


ODD = [
    pytest.param({"metadata": {"bide_workflow": "a\0b"}}, {}, id="a NUL"),
    pytest.param({"metadata": {"bide_workflow": "a" * 5_000}}, {}, id="a long workflow"),
    pytest.param({"model": "openai/a\0b"}, {}, id="a NUL in the model"),
    pytest.param({"model": "openai/" + "a" * 5_000}, {}, id="a long model"),
    pytest.param({}, {"Idempotency-Key": "a" * 5_000}, id="a long key"),
    pytest.param({}, {"Idempotency-Key": ""}, id="no key"),
    pytest.param({}, {"Bide-Workflow": "a" * 5_000}, id="a long workflow in a header"),
]


@pytest.mark.parametrize(("body", "headers"), ODD)
async def test_what_a_database_takes_ill_of_one_caller_it_does_not_make_others_pay_for(
    tmp_path: Path, database: str | None, body: dict[str, object], headers: dict[str, str]
) -> None:
    async with gates(tmp_path, database, 1) as (gate,):
        _, secret = await make_key(gate.bide, "acme")
        _, theirs = await make_key(gate.bide, "mallory")

        async def odd(extra: dict[str, str]) -> int:
            told = bearing(theirs) | headers | extra
            async with gate.http.post("/v1/chat/completions", json=BODY | body, headers=told) as answer:
                return answer.status

        later = {"Bide-Within": "15m", "Prefer": "respond-async"}
        good = [call(gate, secret, kind) for kind in ("urgent", "promised") * 5]
        bad = [odd(extra) for extra in ({}, later) * 5]
        mixed = await asyncio.gather(*(one for pair in zip(good, bad, strict=True) for one in pair))
        assert set(mixed[::2]) <= {200, 202}
        assert set(mixed[1::2]) == {400}


async def test_a_rate_holds_over_all_gateways(tmp_path: Path, database: str | None) -> None:
    """The first had a minute's worth to give; the second has one call until it has waited. While they are asked little refills."""
    async with gates(tmp_path, database, clock="2026-11-21T00:00:00+00:00*1") as (first, second):
        clock = first.bide.context.clock
        begun = clock.now()
        _, secret = await make_key(first.bide, requests_per_minute=2)
        statuses = await asyncio.gather(*(call(first, secret, "urgent") for _ in range(20)))
        assert 2 <= statuses.count(200) <= 3 + 2 * (clock.now() - begun) / MINUTE
        statuses += await asyncio.gather(*(call(second, secret, "urgent") for _ in range(20)))
        assert 3 <= statuses.count(200) <= 5 + 4 * (clock.now() - begun) / MINUTE
        assert set(statuses) == {200, 429}
