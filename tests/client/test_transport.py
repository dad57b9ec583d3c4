"""The official SDKs, unmodified, on a bide in this process."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, cast

import anthropic
import httpx2
import openai
import pytest
import pytest_asyncio

import bide
from bide.client.inprocess import InProcess
from bide.client.transport import AsyncTransport
from bide.core.key import digest_of, new_secret, prefix_of
from bide.store.keys import NewKey
from tests.client.place import MODEL, Beside, beside

CLAUDE = "claude-sonnet-4-6"

MESSAGES: Any = [{"role": "user", "content": "hello"}]


class Running:
    """An opened bide and the SDKs on it."""

    def __init__(self, opened: bide.Opened, http: httpx2.AsyncClient) -> None:
        self.opened = opened
        self.openai = openai.AsyncOpenAI(api_key="none", http_client=http, max_retries=0)
        self.anthropic = anthropic.AsyncAnthropic(api_key="none", http_client=http, max_retries=0)


@pytest_asyncio.fixture
async def running(here: Beside) -> AsyncGenerator[Running]:
    async with bide.open(**here.options) as opened, httpx2.AsyncClient(transport=bide.transport(opened)) as http:
        yield Running(opened, http)


async def test_chat_completions(running: Running) -> None:
    answer = await running.openai.chat.completions.with_raw_response.create(model=MODEL, messages=MESSAGES)
    assert answer.headers["bide-lane"] == "realtime"
    assert answer.parse().choices[0].message.content


async def test_a_stream(running: Running) -> None:
    stream = await running.openai.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
    parts = [part async for part in stream]
    assert len(parts) > 2
    assert "".join(part.choices[0].delta.content or "" for part in parts if part.choices)


async def test_responses_and_embeddings(running: Running) -> None:
    response = await running.openai.responses.create(model=MODEL, input="hello")
    assert response.output_text
    vectors = await running.openai.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
    assert len(vectors.data) == 2


async def test_messages_and_their_stream(running: Running) -> None:
    message = await running.anthropic.messages.create(model=CLAUDE, max_tokens=50, messages=MESSAGES)
    assert message.content[0].type == "text"
    async with running.anthropic.messages.stream(model=CLAUDE, max_tokens=50, messages=MESSAGES) as stream:
        assert [text async for text in stream.text_stream]


async def test_models_are_shown_to_each_protocol(running: Running) -> None:
    assert (await running.openai.models.retrieve(MODEL)).owned_by == "openai"
    assert (await running.anthropic.models.retrieve(CLAUDE)).type == "model"


async def test_a_header_defers(running: Running) -> None:
    answer = await running.openai.chat.completions.with_raw_response.create(
        model=MODEL, messages=MESSAGES, extra_headers={"Bide-Within": "15m"}
    )
    assert answer.headers["bide-lane"] == "batch"
    assert answer.parse().choices[0].message.content


async def test_errors_are_of_the_sdks_own_classes(running: Running) -> None:
    with pytest.raises(openai.NotFoundError, match="none of the accounts"):
        await running.openai.chat.completions.create(model="nobody", messages=MESSAGES)
    with pytest.raises(anthropic.NotFoundError):
        await running.anthropic.messages.create(model="nobody", max_tokens=5, messages=MESSAGES)


async def test_no_key_is_asked_for_where_there_are_some(running: Running) -> None:
    context = running.opened.embedded.context
    secret = new_secret(context.entropy)
    key = NewKey(external_id="key_1", name="theirs", digest=digest_of(secret), prefix=prefix_of(secret))
    await context.store.keys.create("somebody", key, context.clock.now())
    answer = await running.openai.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert answer.choices[0].message.content


async def test_a_stream_that_is_left_cancels_its_call(tmp_path: Path) -> None:
    (tmp_path / "slow.toml").write_text("[realtime]\ntokens_per_second = 1\n")
    async with (
        beside(tmp_path, script=str(tmp_path / "slow.toml")) as here,
        bide.open(**here.options) as opened,
        httpx2.AsyncClient(transport=bide.transport(opened)) as http,
    ):
        client = openai.AsyncOpenAI(api_key="none", http_client=http)
        stream = await client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
        async for _ in stream:
            break
        await stream.close()
        request = stream.response.headers["x-request-id"]
        while (row := await opened.embedded.store.passages.find("local", request)) is None or row["holder"]:
            await asyncio.sleep(0.01)
        assert (row["state"], row["code"]) == ("lost", "client_gone")


async def test_a_body_that_is_broken_off_is_retried_by_the_sdk(running: Running) -> None:
    tries = 0

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal tries
        tries += 1
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b"{}", "more_body": tries == 1})

    async with httpx2.AsyncClient(transport=AsyncTransport(InProcess(application))) as http:
        client = openai.AsyncOpenAI(api_key="none", http_client=http, max_retries=1)
        await client.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert tries == 2


async def test_the_read_timeout_is_kept(running: Running) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async with httpx2.AsyncClient(transport=AsyncTransport(InProcess(application))) as http:
        client = openai.AsyncOpenAI(api_key="none", http_client=http, max_retries=0, timeout=0.05)
        with pytest.raises(openai.APITimeoutError):
            await client.chat.completions.create(model=MODEL, messages=MESSAGES)


async def test_files_are_uploaded_in_pieces(running: Running) -> None:
    line = b'{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4.1-mini","messages":[]}}\n'
    file = await running.openai.files.create(file=("in.jsonl", line * 20_000), purpose="batch")
    assert file.bytes == len(line) * 20_000


async def test_batches_of_either_protocol(running: Running) -> None:
    body = {"model": MODEL, "messages": MESSAGES}
    line = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body}
    file = await running.openai.files.create(file=("in.jsonl", json.dumps(line).encode()), purpose="batch")
    batch = await running.openai.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window=cast(Any, "15m")
    )
    while (batch := await running.openai.batches.retrieve(batch.id)).status not in ("completed", "failed", "expired"):
        await asyncio.sleep(0.02)
    assert batch.output_file_id is not None
    assert json.loads((await running.openai.files.content(batch.output_file_id)).text)["custom_id"] == "a"

    batches = running.anthropic.messages.batches
    message: Any = {"model": CLAUDE, "max_tokens": 5, "messages": MESSAGES}
    made = await batches.create(requests=[{"custom_id": "b", "params": message}])
    while (made := await batches.retrieve(made.id)).processing_status != "ended":
        await asyncio.sleep(0.02)
    found = [one async for one in await batches.results(made.id)]
    assert [(one.custom_id, one.result.type) for one in found] == [("b", "succeeded")]


async def test_a_closed_bide_is_a_connection_error(here: Beside) -> None:
    async with bide.open(**here.options) as opened:
        transport = bide.transport(opened)
    async with httpx2.AsyncClient(transport=transport) as http:
        client = openai.AsyncOpenAI(api_key="none", http_client=http, max_retries=0)
        with pytest.raises(openai.APIConnectionError):
            await client.chat.completions.create(model=MODEL, messages=MESSAGES)


async def test_a_gateway_with_a_url_is_reached_by_it() -> None:
    async with bide.AsyncClient(base_url="http://127.0.0.1:9") as client:
        with pytest.raises(bide.SettingError, match=r"http://127\.0\.0\.1:9"):
            bide.transport(client)


async def test_the_sync_sdks_run_too(here: Beside) -> None:
    def work() -> None:
        with bide.Client(**here.options) as client, httpx2.Client(transport=bide.transport(client)) as http:
            one = openai.OpenAI(api_key="none", http_client=http)
            assert one.chat.completions.create(model=MODEL, messages=MESSAGES).choices[0].message.content
            parts = list(one.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True))
            assert len(parts) > 2
            other = anthropic.Anthropic(api_key="none", http_client=http)
            assert other.messages.create(model=CLAUDE, max_tokens=5, messages=MESSAGES).content

    await asyncio.to_thread(work)
