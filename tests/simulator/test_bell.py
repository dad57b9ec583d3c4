"""Whoever is registered hears when a batch has ended: signed as OpenAI signs, and taken by its SDK and by bide."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
from openai import OpenAI
from tests.delivery.receiver import Receiver, listening

from bide.core.clock import MINUTE, SECOND, ManualClock
from bide.core.signature import verify
from bide.engine.notice import batch_named
from bide.simulator.script import parse_script
from bide.simulator.server import Simulator, running_simulator

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SCRIPT = parse_script("[batch]\nturnaround = '10m'\nvalidation = '0s'\nfinalizing = '0s'")
LINE = b'{"custom_id":"r-1","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":["hello"]}}\n'


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator]:
    async with running_simulator(SCRIPT, clock=ManualClock()) as running:
        yield running


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    async with listening() as found:
        yield found


async def post(simulator: Simulator, path: str, status: int = 200, **sent: Any) -> Any:
    headers = {"Authorization": "Bearer key"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(simulator.root + path, headers=headers, **sent) as reply,
    ):
        assert reply.status == status, await reply.text()
        return await reply.json()


async def a_batch(simulator: Simulator) -> str:
    """The id of a batch of one request, just created."""
    form = aiohttp.FormData({"purpose": "batch"})
    form.add_field("file", LINE, filename="in.jsonl")
    file = await post(simulator, "/v1/files", data=form)
    new = {"input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    return (await post(simulator, "/v1/batches", json=new))["id"]


async def hear(simulator: Simulator, receiver: Receiver, count: int) -> None:
    """Let time go by until so many have come."""
    assert isinstance(simulator.clock, ManualClock)
    for _ in range(500):
        if len(receiver.heard) >= count:
            return
        simulator.clock.advance(SECOND)
        await asyncio.sleep(0.01)
    raise AssertionError("nobody was told")


async def test_the_end_of_a_batch_is_told_once(simulator: Simulator, receiver: Receiver) -> None:
    await post(simulator, "/sim/webhooks", json={"url": receiver.url, "secret": SECRET})
    batch = await a_batch(simulator)
    assert isinstance(simulator.clock, ManualClock)
    simulator.clock.advance(9 * MINUTE)
    await asyncio.sleep(0.3)
    assert receiver.heard == []
    simulator.clock.advance(2 * MINUTE)
    await hear(simulator, receiver, 1)
    for _ in range(5):
        simulator.clock.advance(MINUTE)
        await asyncio.sleep(0.01)
    [heard] = receiver.heard
    assert json.loads(heard.body)["type"] == "batch.completed"
    assert batch_named(heard.body)[0] == batch
    sent_at = int(heard.headers["webhook-timestamp"]) * SECOND
    assert verify([SECRET], heard.headers, heard.body, sent_at) == heard.event_id
    client: Any = OpenAI(api_key="key", base_url=simulator.url)
    # The clock here stands in another year than the SDK's.
    client.webhooks.verify_signature(heard.body, dict(heard.headers), secret=SECRET, tolerance=10**10)
    event = json.loads(heard.body)
    assert (event["object"], event["data"]) == ("event", {"id": batch})


async def test_as_often_as_is_asked_for_under_one_name(simulator: Simulator, receiver: Receiver) -> None:
    await post(simulator, "/sim/webhooks", json={"url": receiver.url, "secret": SECRET, "repeat": 3})
    await post(simulator, "/sim/webhooks", json={"url": "http://127.0.0.1:9/", "secret": SECRET})
    await a_batch(simulator)
    assert isinstance(simulator.clock, ManualClock)
    simulator.clock.advance(11 * MINUTE)
    await hear(simulator, receiver, 3)
    assert len({heard.event_id for heard in receiver.heard}) == 1


@pytest.mark.parametrize("body", ["{", "[]", '{"url":"http://127.0.0.1:9/"}', '{"url":"x","secret":"y","repeat":0}'])
async def test_a_registration_that_is_none_is_told(simulator: Simulator, body: str) -> None:
    assert "error" in await post(simulator, "/sim/webhooks", 400, data=body)
