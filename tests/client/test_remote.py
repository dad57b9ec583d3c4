"""A gateway at a URL: keys, and what happens when it goes away."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

import bide
from bide import config
from bide.core.key import digest_of, new_secret, prefix_of
from bide.embedded import opened
from bide.gateway.server import serving
from bide.store.keys import NewKey
from tests.client.place import INSTANT, MODEL, beside
from tests.gateway.place import place
from tests.ports import free_port


async def test_a_key_sees_what_is_its_own(tmp_path: Path) -> None:
    async with place(tmp_path, script=INSTANT) as at:
        context = at.bide.context
        secrets = [new_secret(context.entropy) for _ in range(2)]
        for secret in secrets:
            key = NewKey(external_id=secret, name=secret[-4:], digest=digest_of(secret), prefix=prefix_of(secret))
            await context.store.keys.create(secret[-4:], key, context.clock.now())
        async with (
            bide.AsyncClient(base_url=at.url, api_key=secrets[0]) as mine,
            bide.AsyncClient(base_url=at.url, api_key=secrets[1]) as theirs,
        ):
            handle = await mine.submit("hello", model=MODEL, within="15m")
            assert (await mine.wait(handle)).ok
            for look in (theirs.wait, theirs.receipt, theirs.cancel):
                with pytest.raises(bide.NotFoundError):
                    await look(handle)


async def test_a_key_that_is_not_known_is_told(tmp_path: Path) -> None:
    async with place(tmp_path, script=INSTANT) as at:
        context = at.bide.context
        secret = new_secret(context.entropy)
        key = NewKey(external_id="key_1", name="one", digest=digest_of(secret), prefix=prefix_of(secret))
        await context.store.keys.create("one", key, context.clock.now())
        for api_key in (None, "bide-another"):
            async with bide.AsyncClient(base_url=at.url, api_key=api_key) as client:
                with pytest.raises(bide.AccessError, match="key"):
                    await client.submit(["a", "b"], model=MODEL)


async def test_a_gateway_that_restarts_is_waited_for(tmp_path: Path) -> None:
    async with beside(tmp_path) as here, AsyncExitStack() as stack:
        assignments = [f"{name}={value}" for name, value in here.settings.items()]
        found = config.load(here.environment, assignments=[*assignments, "gather.longest=15m"])
        port = free_port()
        async with opened(found) as embedded, serving(embedded, host="127.0.0.1", port=port) as (_, url):
            client = await stack.enter_async_context(bide.AsyncClient(base_url=url))
            handles = await client.submit(["a", "b"], model=MODEL, within="1h")
            waiting = asyncio.create_task(client.wait(handles))
            await asyncio.sleep(0)
        async with opened(found) as embedded, serving(embedded, host="127.0.0.1", port=port):
            assert [answer.ok for answer in await waiting] == [True, True]


async def test_what_answers_must_be_a_gateway(tmp_path: Path) -> None:
    prompts = map(str, range(1_000))
    async with beside(tmp_path) as here, bide.AsyncClient(base_url=here.simulator.url, api_key="simulated") as client:
        with pytest.raises(bide.ResponseError, match="no bide gateway"):
            await client.submit("hello", model=MODEL)
        with pytest.raises(bide.ResponseError, match="no bide gateway"):
            await client.submit(prompts, model=MODEL)
        assert next(prompts) != "999"  # it did not go on
