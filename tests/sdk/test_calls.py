"""Chat completions, responses, embeddings and models, whole and streamed."""

import asyncio

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError, OpenAI
from openai.types.chat import ChatCompletionUserMessageParam

from bide.simulator.server import Simulator

HELLO: list[ChatCompletionUserMessageParam] = [{"role": "user", "content": "hello there"}]


async def test_chat(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="gpt-6-luna", messages=HELLO, max_completion_tokens=500)
    assert (answer.object, answer.model, answer.service_tier) == ("chat.completion", "gpt-6-luna", "default")
    [choice] = answer.choices
    assert (choice.message.role, choice.finish_reason) == ("assistant", "stop")
    assert "hello there" in str(choice.message.content)
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


async def test_chat_streamed(client: AsyncOpenAI) -> None:
    whole = await client.chat.completions.create(model="gpt-6-luna", messages=HELLO)
    said = ""
    usage = None
    stream = await client.chat.completions.create(
        model="gpt-6-luna", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    async for chunk in stream:
        said += "".join(choice.delta.content or "" for choice in chunk.choices)
        usage = chunk.usage or usage
    assert usage is not None
    assert len(said) == 4 * usage.completion_tokens
    assert "hello there" in said
    assert said != whole.choices[0].message.content  # another body, another answer


async def test_chat_through_the_stream_helper(client: AsyncOpenAI) -> None:
    async with client.chat.completions.stream(model="gpt-6-luna", messages=HELLO) as stream:
        kinds = {event.type async for event in stream}
        final = await stream.get_final_completion()
    assert {"chunk", "content.delta", "content.done"} <= kinds
    assert final.choices[0].finish_reason == "stop"


async def test_responses(client: AsyncOpenAI) -> None:
    answer = await client.responses.create(model="gpt-6-luna", input="hello there", metadata={"a": "b"})
    assert (answer.object, answer.status, answer.metadata) == ("response", "completed", {"a": "b"})
    assert "hello there" in answer.output_text
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    short = await client.responses.create(model="gpt-6-luna", input="hello there", max_output_tokens=4)
    assert short.status == "incomplete"
    assert short.incomplete_details is not None
    assert short.incomplete_details.reason == "max_output_tokens"
    assert len(short.output_text) == 16


async def test_responses_streamed(client: AsyncOpenAI) -> None:
    said = ""
    kinds: list[str] = []
    async for event in await client.responses.create(model="gpt-6-luna", input="hello there", stream=True):
        kinds.append(event.type)
        if event.type == "response.output_text.delta":
            said += event.delta
        if event.type == "response.completed":
            assert event.response.output_text == said
    assert (kinds[0], kinds[-1]) == ("response.created", "response.completed")
    assert "hello there" in said


async def test_responses_through_the_stream_helper(client: AsyncOpenAI) -> None:
    async with client.responses.stream(model="gpt-6-luna", input="hello there") as stream:
        async for _ in stream:
            pass
        final = await stream.get_final_response()
    assert "hello there" in final.output_text


async def test_responses_are_kept_unless_that_is_not_wanted(client: AsyncOpenAI) -> None:
    kept = await client.responses.create(model="gpt-6-luna", input="hello there")
    assert (await client.responses.retrieve(kept.id)).output_text == kept.output_text
    with pytest.raises(BadRequestError, match="synchronous"):
        await client.responses.cancel(kept.id)
    await client.responses.delete(kept.id)
    passing = await client.responses.create(model="gpt-6-luna", input="hello there", store=False)
    for gone in (kept.id, passing.id):
        with pytest.raises(NotFoundError):
            await client.responses.retrieve(gone)


async def test_responses_in_the_background_take_a_while(client: AsyncOpenAI) -> None:
    queued = await client.responses.create(model="gpt-6-luna", input="hello there", background=True)
    assert (queued.status, queued.output, queued.usage) == ("queued", [], None)
    for _ in range(2):
        assert (await client.responses.cancel(queued.id)).status == "cancelled"


async def test_embeddings_as_floats_and_packed(client: AsyncOpenAI) -> None:
    packed = await client.embeddings.create(model="text-embedding-3-small", input=["a", "b"], dimensions=8)
    plain = await client.embeddings.create(
        model="text-embedding-3-small", input=["a", "b"], dimensions=8, encoding_format="float"
    )
    assert [item.index for item in packed.data] == [0, 1]
    for one, other in zip(packed.data, plain.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)
    assert packed.data[0].embedding != packed.data[1].embedding
    assert packed.usage.total_tokens == packed.usage.prompt_tokens > 0


async def test_completions_moderations_and_images(client: AsyncOpenAI) -> None:
    completion = await client.completions.create(model="gpt-6-luna", prompt="hello there")
    assert "hello there" in completion.choices[0].text
    assert completion.usage is not None
    assert completion.usage.completion_tokens > 0
    moderation = await client.moderations.create(model="gpt-6-luna", input=["a", "b"])
    assert [one.flagged for one in moderation.results] == [False, False]
    drawn = await client.images.generate(model="gpt-6-luna", prompt="a cat")
    assert drawn.data is not None
    assert drawn.data[0].b64_json


async def test_models(client: AsyncOpenAI) -> None:
    names = [model.id async for model in client.models.list()]
    assert names == ["gpt-6-luna", "gpt-6-tight", "text-embedding-3-small"]
    assert (await client.models.retrieve("gpt-6-luna")).owned_by == "simulator"
    with pytest.raises(NotFoundError) as unknown:
        await client.models.retrieve("gpt-none")
    assert unknown.value.code == "model_not_found"


async def test_headers(client: AsyncOpenAI) -> None:
    raw = await client.chat.completions.with_raw_response.create(model="gpt-6-tight", messages=HELLO)
    assert raw.headers["x-ratelimit-limit-requests"] == "1"
    assert raw.headers["x-ratelimit-remaining-requests"] == "0"
    assert raw.headers["x-ratelimit-reset-requests"] == "1m0s"
    assert int(raw.headers["x-ratelimit-remaining-tokens"]) < 10_000
    assert raw.headers["openai-version"] == "2020-10-01"
    assert raw.headers["openai-processing-ms"] == "0"
    assert raw.request_id == raw.headers["x-request-id"]
    assert raw.parse().object == "chat.completion"


async def test_the_caller_is_on_the_charge(client: AsyncOpenAI, simulator: Simulator) -> None:
    await client.chat.completions.create(
        model="gpt-6-luna", messages=HELLO, extra_headers={"X-Client-Request-Id": "attempt-1"}
    )
    [charge] = simulator.books.charges(simulator.clock.now())
    assert charge.client_request_id == "attempt-1"


async def test_the_blocking_client(blocking: OpenAI) -> None:
    def use() -> list[str]:
        stream = blocking.chat.completions.create(model="gpt-6-luna", messages=HELLO, stream=True)
        return [
            str(blocking.chat.completions.create(model="gpt-6-luna", messages=HELLO).choices[0].message.content),
            "".join(chunk.choices[0].delta.content or "" for chunk in stream),
            blocking.responses.create(model="gpt-6-luna", input="hello there").output_text,
            "".join(
                event.delta
                for event in blocking.responses.create(model="gpt-6-luna", input="hello there", stream=True)
                if event.type == "response.output_text.delta"
            ),
        ]

    def other() -> tuple[int, int]:
        vectors = blocking.embeddings.create(model="text-embedding-3-small", input="a").data
        return len(vectors[0].embedding), len(list(blocking.models.list()))

    texts = await asyncio.to_thread(use)
    assert all("hello there" in text for text in texts)
    assert await asyncio.to_thread(other) == (16, 3)
