"""Being told to stop: `bide serve` as a process of its own, with a stream in flight and calls that are held."""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest

from bide import config
from bide.core.clock import clock_from
from bide.embedded import opened
from bide.gateway import holding
from bide.gateway.server import serving
from bide.simulator.server import Simulator, running_simulator
from bide.store.history import Wanted
from tests.gateway.place import CHAT, SETTINGS, environment, hurried
from tests.ports import free_port
from tests.store.postgres_server import PostgresServer, remove_server, start_server

SLOW = """
[batch]
turnaround = "{turnaround}"
[realtime]
latency = "1s"
tokens_per_second = 1
[answers]
output_tokens = {tokens}
"""

SHORT, LONG = 240, 6_000
"""Tokens of answers that take four seconds of the tests, and of those that are not over before they are cut, however busy the machine is."""


@dataclass
class Served:
    """A gateway in a process."""

    url: str
    process: asyncio.subprocess.Process
    said: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    listening: "asyncio.Task[None] | None" = None

    def tell(self, number: int = signal.SIGTERM) -> None:
        os.kill(self.process.pid, number)

    async def end(self) -> int:
        """Its exit code, once it is gone; everything it has said is in `said` then."""
        code = await self.process.wait()
        assert self.listening is not None
        await self.listening
        return code

    async def heard(self, event: str) -> None:
        """Return when it has said so."""
        while not any(line["event"] == event for line in self.said):
            await asyncio.sleep(0.01)


@dataclass
class World:
    """A provider, a clock, a home folder, and gateways over it."""

    simulator: Simulator
    environment: Mapping[str, str]
    port: int

    @asynccontextmanager
    async def gateway(self, *options: str) -> AsyncGenerator[Served]:
        """A gateway at the world's port, ended when the context is left."""
        sets = [part for one in SETTINGS for part in ("--set", one)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bide", "serve", "--port", str(self.port), *sets, *options),
            env={**self.environment, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        served = Served((await process.stdout.readline()).decode().strip(), process)
        served.listening = asyncio.create_task(_listen(served))
        try:
            yield served
        finally:
            if process.returncode is None:
                process.kill()
            await served.end()

    @asynccontextmanager
    async def worker(self) -> AsyncGenerator[None]:
        """An engine in a process of its own."""
        sets = [part for one in SETTINGS for part in ("--set", one)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bide", "worker", "--stay", *sets),
            env={**self.environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        try:
            yield
        finally:
            process.terminate()
            assert await process.wait() == 0


async def _listen(served: Served) -> None:
    assert served.process.stderr is not None
    async for line in served.process.stderr:
        served.said.append(json.loads(line))


@asynccontextmanager
async def world(folder: Path, turnaround: str, tokens: int = SHORT) -> AsyncGenerator[World]:
    script = folder / "script.toml"
    script.write_text(SLOW.format(turnaround=turnaround, tokens=tokens))
    clock = hurried()
    async with running_simulator(str(script), clock=clock_from({"BIDE_CLOCK": clock})) as simulator:
        yield World(simulator, environment(folder / "home", simulator, clock), free_port())


def client(served: Served, **options: Any) -> Any:
    """An `openai.AsyncOpenAI` at a gateway."""
    return openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key="none", **options)


@pytest.fixture
def database() -> Generator[PostgresServer]:
    """A PostgreSQL server."""
    server = start_server()
    yield server
    remove_server(server)


async def test_a_stream_in_flight_is_finished_and_nobody_new_is_let_in(tmp_path: Path) -> None:
    async with world(tmp_path, "30s") as there, there.gateway() as served, client(served, max_retries=0) as asked:
        stream = await asked.chat.completions.create(**CHAT, stream=True, stream_options={"include_usage": True})
        parts = [await anext(stream)]
        served.tell()
        await served.heard("drain")
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", there.port)
            except ConnectionRefusedError:
                break
            writer.close()
            await asyncio.sleep(0.01)
        assert served.process.returncode is None
        parts += [part async for part in stream]
        assert parts[-1].usage.completion_tokens == SHORT
        assert await served.end() == 0
        assert [line["event"] for line in served.said] == ["new_database", "start", "drain", "stop"]


async def test_one_that_is_told_as_soon_as_it_listens_ends_in_order(tmp_path: Path) -> None:
    async with world(tmp_path, "30s") as there, there.gateway() as served:
        served.tell()
        assert await served.end() == 0
        assert [line["event"] for line in served.said][-2:] == ["drain", "stop"]


async def test_a_held_call_is_let_go_and_its_retry_is_answered_by_another_gateway(tmp_path: Path) -> None:
    async with world(tmp_path, "5m") as there:
        async with there.gateway() as first, client(first, max_retries=6) as asked:
            headers = {"Bide-Within": "1h"}
            call = asyncio.create_task(asked.chat.completions.with_raw_response.create(**CHAT, extra_headers=headers))
            await _held(first, 1)
            first.tell()
            async with asyncio.timeout(25):  # not to the end of the 30 seconds that calls may take to finish
                assert await first.end() == 0
            async with there.gateway() as second:
                answer = await call
                assert answer.headers["bide-lane"] == "batch"
                listed = await _get(second, "/bide/v1/requests")
                assert [one["id"] for one in listed["data"]] == [answer.headers["bide-request-id"]]
        assert len(there.simulator.books.batches) == 1
        assert not [line for line in first.said if line["level"] == "error"]


async def test_gateways_without_an_engine_share_postgresql_with_a_worker(
    tmp_path: Path, database: PostgresServer
) -> None:
    async with world(tmp_path, "5m") as there:
        shared = World(there.simulator, {**there.environment, "BIDE_DB": database.url("postgres")}, there.port)
        async with (
            shared.worker(),
            shared.gateway("--no-engine") as first,
            client(first, max_retries=6) as asked,
        ):
            create = asked.chat.completions.with_raw_response.create
            call = asyncio.create_task(create(**CHAT, extra_headers={"Bide-Within": "1h"}))
            await _held(first, 1)
            first.tell()
            assert await first.end() == 0
            async with shared.gateway("--no-engine", "--access-log") as second:
                answer = await call
                assert answer.headers["bide-lane"] == "batch"
                [listed] = (await _get(second, "/bide/v1/requests"))["data"]
                assert listed["id"] == answer.headers["bide-request-id"]
                kinds = await _events(second)
                assert kinds[0] == "job.gathering"
                assert "job.answered" in kinds
            calls = [(line["path"], line["status"]) for line in second.said if line["event"] == "call"]
            assert ("/v1/chat/completions", 200) in calls
        assert len(there.simulator.books.batches) == 1


async def test_a_held_body_is_broken_off_and_its_retry_is_answered_by_another_gateway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun, beat = asyncio.Event(), holding.Line.beat

    async def told(line: holding.Line) -> None:
        await beat(line)
        begun.set()

    monkeypatch.setattr(holding, "SILENCE", 0.1)
    monkeypatch.setattr(holding.Line, "beat", told)
    caplog.set_level(logging.INFO, "bide")
    async with world(tmp_path, "5m") as there:
        loaded = config.load(there.environment, assignments=SETTINGS)
        async with opened(loaded) as one, serving(one, host="127.0.0.1", port=there.port) as (_, url):
            asked = openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=6)
            create: Any = asked.chat.completions.with_raw_response.create
            call = asyncio.create_task(create(**CHAT, extra_headers={"Bide-Within": "1h"}))
            await begun.wait()
        async with opened(loaded) as two, serving(two, host="127.0.0.1", port=there.port) as (gateway, _):
            answer = await call
            await asked.close()
            assert answer.parse().choices[0].message.content
            assert gateway.context.holder != one.context.holder
            assert len(await two.store.history.requests("local", Wanted(), None, 10) or []) == 1
    [broken] = [record for record in caplog.records if record.message == "broken_off"]
    assert broken.__dict__["fields"]["why"] == "the gateway stops"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_stream_that_takes_too_long_is_cut_and_in_the_books(tmp_path: Path) -> None:
    async with (
        world(tmp_path, "30s", LONG) as there,
        there.gateway("--set", "gateway.drain=1s") as served,
        client(served, max_retries=0) as asked,
    ):
        stream = await asked.chat.completions.create(**CHAT, stream=True)
        await anext(stream)
        served.tell()
        with pytest.raises(openai.APIError):
            [part async for part in stream]
        assert await served.end() == 0
        events = [line["event"] for line in served.said]
        assert events[:3] == ["new_database", "start", "drain"]
        assert sorted(events[3:-1]) == ["broken_off", "drain_over"]
        async with there.gateway() as second:
            [row] = (await _get(second, "/bide/v1/requests"))["data"]
            assert row["status"] == "failed"
            receipt = (await _get(second, f"/bide/v1/requests/{row['id']}"))["receipt"]
            assert float(receipt["price"]["suspected"]) > 0


async def test_a_call_that_takes_too_long_is_told_so(tmp_path: Path) -> None:
    async with (
        world(tmp_path, "30s", LONG) as there,
        there.gateway("--set", "gateway.drain=1s") as served,
        client(served, max_retries=0) as asked,
    ):
        call = asyncio.create_task(asked.chat.completions.create(**CHAT))
        while not (await _get(served, "/bide/v1/queue"))["pressure"]["calls_under_way"]:
            await asyncio.sleep(0.02)
        served.tell()
        with pytest.raises(openai.InternalServerError) as refused:
            await call
        assert (refused.value.status_code, refused.value.code) == (503, "draining")
        assert await served.end() == 0


async def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    async with world(tmp_path, "30s", LONG) as there, there.gateway() as served, client(served, max_retries=0) as asked:
        stream = await asked.chat.completions.create(**CHAT, stream=True)
        await anext(stream)
        served.tell()
        await served.heard("drain")
        served.tell()
        assert await served.end() == -signal.SIGTERM
        assert served.said[-1]["event"] == "ended_at_once"


async def _get(served: Served, path: str) -> Any:
    async with aiohttp.ClientSession() as http, http.get(served.url + path) as answer:
        return await answer.json()


async def _events(served: Served) -> list[str]:
    """The kinds of everything in the event log."""
    async with aiohttp.ClientSession() as http, http.get(f"{served.url}/bide/v1/events?after=0&wait=0") as answer:
        lines = (await answer.text()).splitlines()
    return [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]


async def _held(served: Served, count: int) -> None:
    """Return when so many connections are held."""
    while (await _get(served, "/bide/v1/queue"))["held"]["connections"] < count:
        await asyncio.sleep(0.02)
