"""Messages through the SDK: whole, streamed and counted; and each kind of trouble as the exception that the SDK has for it."""

from typing import Any

import anthropic
import pytest
from anthropic import AsyncAnthropic
from anthropic.types import MessageParam

from bide.core.clock import MINUTE, ManualClock
from bide.simulator.books import Books
from bide.simulator.faults import read_faults
from bide.simulator.server import Simulator

HELLO: list[MessageParam] = [{"role": "user", "content": "hello there"}]


async def say(client: AsyncAnthropic, **fields: Any) -> anthropic.types.Message:
    create: Any = client.messages.create  # its overloads do not take a dictionary of fields
    return await create(**{"model": "claude-haiku-5-5", "max_tokens": 64, "messages": HELLO, **fields})


async def test_a_message(client: AsyncAnthropic, books: Books, clock: ManualClock) -> None:
    message = await say(client)
    assert message.content[0].type == "text"
    assert "hello there" in message.content[0].text
    assert message.stop_reason == "end_turn"
    assert message.usage.service_tier == "standard"
    assert message._request_id  # pyright: ignore[reportPrivateUsage] - the SDK's documented name for it
    [charge] = books.charges(clock.now())
    assert (charge.usage.input, charge.usage.output) == (message.usage.input_tokens, message.usage.output_tokens)


async def test_a_stream(client: AsyncAnthropic, books: Books, clock: ManualClock) -> None:
    async with client.messages.stream(model="claude-haiku-5-5", max_tokens=64, messages=HELLO) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        message = await stream.get_final_message()
    assert message.content[0].type == "text"
    assert message.content[0].text == text
    assert "hello there" in text
    [charge] = books.charges(clock.now())
    assert message.usage.output_tokens == charge.usage.output


async def test_a_count_of_tokens(client: AsyncAnthropic) -> None:
    assert (await client.messages.count_tokens(model="claude-haiku-5-5", messages=HELLO)).input_tokens > 0


async def test_models(client: AsyncAnthropic) -> None:
    assert [model.id async for model in client.models.list(limit=1)] == ["claude-haiku-5-5", "claude-tight"]
    assert (await client.models.retrieve("claude-tight")).type == "model"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param({"status": 400}, anthropic.BadRequestError, id="400"),
        pytest.param({"status": 403}, anthropic.PermissionDeniedError, id="403"),
        pytest.param({"status": 404}, anthropic.NotFoundError, id="404"),
        pytest.param({"status": 409}, anthropic.ConflictError, id="409"),
        pytest.param({"status": 413}, anthropic.RequestTooLargeError, id="413"),
        pytest.param({"status": 429}, anthropic.RateLimitError, id="429"),
        pytest.param({"status": 500}, anthropic.InternalServerError, id="500"),
        pytest.param({"status": 529}, anthropic.OverloadedError, id="529"),
    ],
)
async def test_an_error_reply(
    client: AsyncAnthropic, books: Books, fault: dict[str, Any], error: type[anthropic.APIStatusError]
) -> None:
    books.faults.add_next(read_faults([{"site": "call", "kind": "error", **fault}]))
    with pytest.raises(error) as raised:
        await say(client)
    assert raised.value.status_code == fault["status"]
    assert raised.value.request_id
    await say(client)


@pytest.mark.parametrize("kind", ["not_sent", "request_lost", "reply_lost"])
async def test_a_lost_call(client: AsyncAnthropic, books: Books, clock: ManualClock, kind: str) -> None:
    books.faults.add_next(read_faults([{"site": "call", "kind": kind}]))
    with pytest.raises(anthropic.APIConnectionError):
        await say(client)
    assert len(list(books.charges(clock.now()))) == (1 if kind == "reply_lost" else 0)


async def test_a_limit(client: AsyncAnthropic, clock: ManualClock) -> None:
    await say(client, model="claude-tight")
    with pytest.raises(anthropic.RateLimitError) as raised:
        await say(client, model="claude-tight")
    assert raised.value.response.headers["retry-after"] == "60"
    clock.advance(MINUTE)
    await say(client, model="claude-tight")


async def test_sampling_is_gone(client: AsyncAnthropic) -> None:
    with pytest.raises(anthropic.BadRequestError, match="temperature"):
        await say(client, extra_body={"temperature": 0.5})
    await say(client, extra_body={"temperature": 0.5}, extra_headers={"anthropic-version": "2023-06-01"})


async def test_a_wrong_key(simulator: Simulator) -> None:
    async with AsyncAnthropic(base_url=f"{simulator.root}/anthropic", api_key="invalid", max_retries=0) as client:
        with pytest.raises(anthropic.AuthenticationError):
            await say(client)


async def test_the_key_may_come_in_either_header(client: AsyncAnthropic) -> None:
    for name, value in (("x-api-key", "simulated"), ("Authorization", "Bearer simulated")):
        other = "Authorization" if name == "x-api-key" else "x-api-key"
        await say(client, extra_headers={name: value, other: anthropic.omit})
