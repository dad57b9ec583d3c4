"""Calls at Azure: deployments, streams, limits, keys."""

import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI, AuthenticationError, BadRequestError, NotFoundError, RateLimitError

from bide.simulator.server import Simulator


async def test_a_call_and_a_stream(client: AsyncOpenAI) -> None:
    made = await client.chat.completions.create(model="luna", messages=[{"role": "user", "content": "hello"}])
    assert made.choices[0].message.content
    stream = await client.chat.completions.create(
        model="luna", messages=[{"role": "user", "content": "hello"}], stream=True
    )
    assert len([chunk async for chunk in stream]) > 2


async def test_other_endpoints(client: AsyncOpenAI) -> None:
    assert (await client.responses.create(model="luna", input="hello")).output_text
    assert (await client.embeddings.create(model="luna", input="hello")).data[0].embedding


async def test_a_reached_limit_is_told_in_plain_seconds(client: AsyncOpenAI) -> None:
    raw = await client.chat.completions.with_raw_response.create(
        model="tight", messages=[{"role": "user", "content": "hello"}], max_tokens=10
    )
    assert raw.headers["x-ratelimit-limit-requests"] == "1"
    assert raw.headers["x-ratelimit-reset-requests"] == "60"
    with pytest.raises(RateLimitError) as caught:
        await client.chat.completions.create(
            model="tight", messages=[{"role": "user", "content": "hello"}], max_tokens=10
        )
    assert int(caught.value.response.headers["retry-after-ms"]) > 50_000


async def test_a_deployment_for_batches_takes_no_calls(client: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError) as caught:
        await client.chat.completions.create(model="luna-batch", messages=[{"role": "user", "content": "hello"}])
    assert caught.value.code == "OperationNotSupported"


async def test_keys_and_tokens(simulator: Simulator) -> None:
    endpoint = f"{simulator.root}/azure"
    version = "2024-10-21"
    async with AsyncAzureOpenAI(azure_endpoint=endpoint, azure_ad_token="token", api_version=version) as client:
        await client.embeddings.create(model="luna", input="hello")
    async with AsyncAzureOpenAI(azure_endpoint=endpoint, api_key="invalid", api_version=version) as client:
        with pytest.raises(AuthenticationError):
            await client.embeddings.create(model="luna", input="hello")


async def test_a_dated_path_needs_its_version(simulator: Simulator) -> None:
    async with AsyncOpenAI(base_url=f"{simulator.root}/azure/openai", api_key="k", max_retries=0) as client:
        with pytest.raises(NotFoundError):
            await client.batches.list()
