"""Every method of `client.batches`, and what the result files hold by the SDK's own types."""

import asyncio
import json
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, ConflictError, NotFoundError, OpenAI
from openai.types import Batch, Completion, CreateEmbeddingResponse, ImagesResponse, ModerationCreateResponse
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

from bide.core.clock import HOUR, MINUTE, SECOND, ManualClock
from bide.simulator.server import Simulator


async def create(client: AsyncOpenAI, content: bytes, endpoint: Any = "/v1/chat/completions", **fields: Any) -> Batch:
    file = await client.files.create(file=("in.jsonl", content), purpose="batch")
    return await client.batches.create(input_file_id=file.id, endpoint=endpoint, completion_window="24h", **fields)


async def rows(client: AsyncOpenAI, file: str | None) -> list[Any]:
    assert file is not None
    return [json.loads(line) for line in (await client.files.content(file)).content.split(b"\n") if line]


async def test_a_batch_from_its_create_to_its_results(
    client: AsyncOpenAI, clock: ManualClock, three_lines: bytes
) -> None:
    created = await create(client, three_lines, metadata={"tag": "t-1"})
    assert (created.object, created.status, created.metadata) == ("batch", "validating", {"tag": "t-1"})
    assert created.expires_at == created.created_at + 86_400
    seen: list[str] = []
    for pause in (5 * SECOND, MINUTE, 9 * MINUTE - 3 * SECOND, 5 * SECOND):
        clock.advance(pause)
        seen.append((await client.batches.retrieve(created.id)).status)
    assert seen == ["validating", "in_progress", "finalizing", "completed"]

    batch = await client.batches.retrieve(created.id)
    assert batch.request_counts is not None
    assert batch.request_counts.to_dict() == {"total": 3, "completed": 2, "failed": 1}
    assert batch.model == "gpt-6-luna"
    output = await rows(client, batch.output_file_id)
    answers = [ChatCompletion.model_validate(row["response"]["body"], strict=True) for row in output]
    assert {row["custom_id"] for row in output} == {"r-0", "r-2"}
    assert batch.usage is not None
    assert batch.usage.output_tokens == sum(answer.usage.completion_tokens for answer in answers if answer.usage)
    [error] = await rows(client, batch.error_file_id)
    assert (error["custom_id"], error["response"]["status_code"]) == ("r-1", 400)
    described = await client.files.retrieve(str(batch.output_file_id))
    assert (described.purpose, described.expires_at) == ("batch_output", described.created_at + 30 * 86_400)


@pytest.mark.parametrize(
    ("endpoint", "model", "body"),
    [
        ("/v1/responses", Response, {"model": "gpt-6-luna", "input": "x"}),
        ("/v1/embeddings", CreateEmbeddingResponse, {"model": "text-embedding-3-small", "input": ["x", "y"]}),
        ("/v1/completions", Completion, {"model": "gpt-6-luna", "prompt": "x"}),
        ("/v1/moderations", ModerationCreateResponse, {"model": "gpt-6-luna", "input": ["x", "y"]}),
        ("/v1/images/generations", ImagesResponse, {"model": "gpt-6-luna", "prompt": "x"}),
    ],
)
async def test_the_other_endpoints(
    client: AsyncOpenAI, clock: ManualClock, endpoint: str, model: Any, body: dict[str, Any]
) -> None:
    line = {"custom_id": "a", "method": "POST", "url": endpoint, "body": body}
    batch = await create(client, json.dumps(line).encode(), endpoint)
    clock.advance(HOUR)
    [row] = await rows(client, (await client.batches.retrieve(batch.id)).output_file_id)
    assert model.model_validate(row["response"]["body"]).to_dict().get("model", body["model"]) == body["model"]


async def test_validation_errors_are_on_the_batch(client: AsyncOpenAI, clock: ManualClock, three_lines: bytes) -> None:
    batch = await create(client, three_lines + three_lines)
    clock.advance(MINUTE)
    failed = await client.batches.retrieve(batch.id)
    assert (failed.status, failed.failed_at) == ("failed", failed.created_at + 10)
    assert failed.errors is not None
    assert failed.errors.data is not None
    [error] = failed.errors.data
    assert (error.code, error.param, error.line) == ("duplicate_custom_id", "custom_id", 4)


async def test_a_cancelled_batch_keeps_its_answers(client: AsyncOpenAI, clock: ManualClock, three_lines: bytes) -> None:
    batch = await create(client, three_lines)
    clock.advance(5 * MINUTE)
    cancelling = await client.batches.cancel(batch.id)
    assert (cancelling.status, cancelling.cancelling_at) == ("cancelling", batch.created_at + 300)
    clock.advance(MINUTE)
    cancelled = await client.batches.retrieve(batch.id)
    assert cancelled.status == "cancelled"
    files = [file for file in (cancelled.output_file_id, cancelled.error_file_id) if file]
    every = [row for file in files for row in await rows(client, file)]
    assert sorted(row["custom_id"] for row in every) == ["r-0", "r-1", "r-2"]
    assert {row["error"]["code"] for row in every if row["error"]} == {"batch_cancelled"}
    with pytest.raises(ConflictError):
        await client.batches.cancel(batch.id)


async def test_the_listing_pages_by_itself(client: AsyncOpenAI, simulator: Simulator, three_lines: bytes) -> None:
    created = [(await create(client, three_lines)).id for _ in range(7)]
    page = await client.batches.list(limit=3)
    assert (len(page.data), page.has_more) == (3, True)
    following = await page.get_next_page()
    assert [batch.id for batch in following.data] == created[3:0:-1]
    assert [batch.id async for batch in client.batches.list(limit=2)] == created[::-1]
    assert len(simulator.books.batches) == 7


async def test_the_life_of_the_results_is_up_to_the_create(
    client: AsyncOpenAI, clock: ManualClock, three_lines: bytes
) -> None:
    batch = await create(client, three_lines, output_expires_after={"anchor": "created_at", "seconds": 7_200})
    clock.advance(HOUR)
    file = await client.files.retrieve(str((await client.batches.retrieve(batch.id)).output_file_id))
    assert file.expires_at == file.created_at + 7_200


async def test_what_is_refused(client: AsyncOpenAI, simulator: Simulator) -> None:
    with pytest.raises(BadRequestError) as refused:
        await client.batches.create(
            input_file_id="file-1",
            endpoint="/v1/chat/completions",
            completion_window="1h",  # pyright: ignore[reportArgumentType]
        )
    assert refused.value.param == "completion_window"
    for call in (client.batches.retrieve, client.batches.cancel):
        with pytest.raises(NotFoundError, match="No batch found with id 'batch_none'"):
            await call("batch_none")
    assert len(simulator.books.batches) == 0


async def test_the_blocking_client(blocking: OpenAI, clock: ManualClock, three_lines: bytes) -> None:
    def begin() -> str:
        file = blocking.files.create(file=("in.jsonl", three_lines), purpose="batch")
        batch = blocking.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"n": "1"}
        )
        assert [shown.id for shown in blocking.batches.list(limit=1)] == [batch.id]
        return batch.id

    def end(identifier: str) -> tuple[str, int]:
        batch = blocking.batches.retrieve(identifier)
        assert batch.output_file_id
        text = blocking.files.content(batch.output_file_id).text
        with pytest.raises(ConflictError):
            blocking.batches.cancel(identifier)
        return batch.status, len(text.splitlines())

    identifier = await asyncio.to_thread(begin)
    clock.advance(HOUR)
    assert await asyncio.to_thread(end, identifier) == ("completed", 2)
