"""Each kind of trouble is the exception that the SDK has for it, and nothing is done twice behind the caller's back."""

import asyncio
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletionUserMessageParam
from tests.patience import PATIENCE

from bide.core.clock import HOUR, MINUTE, ManualClock
from bide.simulator.faults import Site, read_faults
from bide.simulator.server import Simulator

HELLO: list[ChatCompletionUserMessageParam] = [{"role": "user", "content": "hello there"}]


async def chat(client: AsyncOpenAI, **fields: Any) -> Any:
    create: Any = client.chat.completions.create  # its overloads do not take a dictionary of fields
    return await create(**{"model": "gpt-6-luna", "messages": HELLO, **fields})


def next_call(simulator: Simulator, **fault: object) -> None:
    """Let the next call meet a fault."""
    simulator.books.faults.add_next(read_faults([{"site": "call", **fault}]))


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        pytest.param({"status": 400}, openai.BadRequestError, None, id="400"),
        pytest.param({"status": 401}, openai.AuthenticationError, None, id="401"),
        pytest.param({"status": 403}, openai.PermissionDeniedError, None, id="403"),
        pytest.param({"status": 404}, openai.NotFoundError, None, id="404"),
        pytest.param({"status": 409}, openai.ConflictError, None, id="409"),
        pytest.param({"status": 500}, openai.InternalServerError, None, id="500"),
        pytest.param({"status": 503}, openai.InternalServerError, "server_is_overloaded", id="503"),
    ],
)
async def test_an_error_reply(
    client: AsyncOpenAI,
    simulator: Simulator,
    fault: dict[str, Any],
    error: type[openai.APIStatusError],
    code: str | None,
) -> None:
    next_call(simulator, kind="error", **fault)
    with pytest.raises(error) as raised:
        await chat(client)
    assert raised.value.status_code == fault["status"]
    assert raised.value.code == code
    assert raised.value.request_id
    assert (await chat(client)).object == "chat.completion"


async def test_a_wrong_key(simulator: Simulator) -> None:
    async with AsyncOpenAI(base_url=simulator.url, api_key="invalid", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as raised:
            await chat(client)
    assert raised.value.code == "invalid_api_key"


async def test_a_wrong_request(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        await chat(client, messages=[])
    assert (raised.value.param, raised.value.code) == ("messages", "missing_required_parameter")


async def test_a_limit(client: AsyncOpenAI, clock: ManualClock) -> None:
    await chat(client, model="gpt-6-tight")
    with pytest.raises(openai.RateLimitError) as raised:
        await chat(client, model="gpt-6-tight")
    assert (raised.value.code, raised.value.type) == ("rate_limit_exceeded", "requests")
    assert raised.value.response.headers["retry-after"] == "60"
    clock.advance(MINUTE)
    await chat(client, model="gpt-6-tight")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kind", ["not_sent", "request_lost", "reply_lost"])
async def test_a_lost_call(client: AsyncOpenAI, simulator: Simulator, kind: str, stream: bool) -> None:
    next_call(simulator, kind=kind)
    with pytest.raises(openai.APIConnectionError):
        await chat(client, stream=stream)
    assert len(list(simulator.books.charges(simulator.clock.now()))) == (1 if kind == "reply_lost" else 0)


async def test_a_reply_that_is_cut(client: AsyncOpenAI, simulator: Simulator) -> None:
    next_call(simulator, kind="cut", share=0.5)
    with pytest.raises(openai.APIConnectionError):
        await chat(client)


async def test_a_stream_that_is_cut(client: AsyncOpenAI, simulator: Simulator) -> None:
    next_call(simulator, kind="cut", share=0.5)
    heard: list[Any] = []
    with pytest.raises(openai.APIConnectionError):
        await listen(client, heard)
    assert heard


async def listen(client: AsyncOpenAI, heard: list[Any]) -> None:
    async for chunk in await chat(client, stream=True):
        heard.append(chunk)  # noqa: PERF401 - a comprehension would lose what came before the error


async def test_a_call_that_hangs(client: AsyncOpenAI, simulator: Simulator) -> None:
    next_call(simulator, kind="hang", processed=True)
    with pytest.raises(openai.APITimeoutError):
        await chat(client.with_options(timeout=openai.Timeout(PATIENCE, read=1)))
    assert len(list(simulator.books.charges(simulator.clock.now()))) == 1


async def test_a_create_whose_reply_is_lost_is_a_batch_all_the_same(
    client: AsyncOpenAI, simulator: Simulator, three_lines: bytes
) -> None:
    file = await client.files.create(file=("in.jsonl", three_lines), purpose="batch")
    simulator.books.faults.add_next(read_faults([{"site": "create", "kind": "reply_lost"}]))
    with pytest.raises(openai.APIConnectionError):
        await client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"tag": "t-1"}
        )
    [found] = [batch async for batch in client.batches.list() if batch.metadata == {"tag": "t-1"}]
    assert found.input_file_id == file.id


async def test_a_client_left_to_its_own_retries_pays_twice(
    client: AsyncOpenAI, simulator: Simulator, clock: ManualClock, three_lines: bytes
) -> None:
    file = await client.files.create(file=("in.jsonl", three_lines), purpose="batch")
    simulator.books.faults.add_next(read_faults([{"site": "create", "kind": "reply_lost"}]))
    await client.with_options(max_retries=1).batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    clock.advance(HOUR)
    books: Any = simulator.books.summary(clock.now())
    assert books["creates"] == {"received": 2, "accepted": 2}
    assert books["billed"]["modes"]["batch"]["repeated"] == 2


async def test_a_download_that_is_cut_is_noticed(client: AsyncOpenAI, simulator: Simulator) -> None:
    file = await client.files.create(file=("x", b"x" * 1_000_000), purpose="batch")
    simulator.books.faults.add_next(read_faults([{"site": "download", "kind": "cut"}]))
    with pytest.raises(openai.APIConnectionError):
        await client.files.content(file.id)
    assert len((await client.files.content(file.id)).content) == 1_000_000
    assert simulator.books.faults.calls[Site.DOWNLOAD] == 2


async def test_the_blocking_client(blocking: OpenAI, simulator: Simulator) -> None:
    def call() -> None:
        blocking.chat.completions.create(model="gpt-6-luna", messages=HELLO)

    def fail_and_go_on() -> None:
        for error in (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError):
            with pytest.raises(error):
                call()
        call()

    faults = [{"kind": "reply_lost"}, {"kind": "busy", "nth": 2}, {"kind": "error", "nth": 3}]
    simulator.books.faults.add_next(read_faults([{"site": "call", **fault} for fault in faults]))
    await asyncio.to_thread(fail_and_go_on)
