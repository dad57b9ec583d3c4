"""Files and batches at Azure, by the SDK's own types."""

import json
from typing import Any

import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI, BadRequestError, ConflictError, NotFoundError
from openai.types import Batch
from openai.types.chat import ChatCompletion

from bide.core.clock import DAY, HOUR, MINUTE, SECOND, ManualClock

FORTNIGHT: Any = {"anchor": "created_at", "seconds": 14 * 86_400}


def endpoint_of(client: AsyncOpenAI) -> Any:
    return "/chat/completions" if isinstance(client, AsyncAzureOpenAI) else "/v1/chat/completions"


def lines(client: AsyncOpenAI, model: str, *prompts: str) -> bytes:
    bodies = [{"model": model, "messages": [{"role": "user", "content": prompt}]} for prompt in prompts]
    return b"".join(
        json.dumps({"custom_id": f"r-{n}", "method": "POST", "url": endpoint_of(client), "body": body}).encode() + b"\n"
        for n, body in enumerate(bodies)
    )


async def create(client: AsyncOpenAI, clock: ManualClock, model: str, *prompts: str) -> Batch:
    content = lines(client, model, *prompts)
    file = await client.files.create(file=("in.jsonl", content), purpose="batch", expires_after=FORTNIGHT)
    assert file.status == "pending"
    clock.advance(10 * SECOND)
    assert (await client.files.retrieve(file.id)).status == "processed"
    return await client.batches.create(
        input_file_id=file.id,
        endpoint=endpoint_of(client),
        completion_window="24h",
        metadata={"tag": "t-1"},
        output_expires_after=FORTNIGHT,
    )


async def test_a_batch_from_its_create_to_its_results(client: AsyncOpenAI, clock: ManualClock) -> None:
    created = await create(client, clock, "luna-batch", "first", "second [poison:row-error]", "third")
    assert (created.status, created.output_file_id, created.metadata) == ("validating", "", {"tag": "t-1"})
    assert [batch.id async for batch in client.batches.list()] == [created.id]
    clock.advance(11 * MINUTE)
    batch = await client.batches.retrieve(created.id)
    assert batch.status == "completed"
    assert batch.request_counts is not None
    assert batch.request_counts.to_dict() == {"total": 3, "completed": 2, "failed": 1}
    for file, count in ((batch.output_file_id, 2), (batch.error_file_id, 1)):
        content = (await client.files.content(str(file))).content
        rows = [json.loads(line) for line in content.split(b"\n") if line]
        assert len(rows) == count
        if count == 2:
            [ChatCompletion.model_validate(row["response"]["body"], strict=True) for row in rows]
    with pytest.raises(ConflictError):
        await client.batches.cancel(created.id)
    await client.files.delete(str(batch.output_file_id))
    with pytest.raises(NotFoundError):
        await client.files.content(str(batch.output_file_id))


async def test_without_failed_rows_there_is_an_empty_file(client: AsyncOpenAI, clock: ManualClock) -> None:
    created = await create(client, clock, "luna-batch", "first")
    clock.advance(11 * MINUTE)
    batch = await client.batches.retrieve(created.id)
    assert (await client.files.content(str(batch.error_file_id))).content == b""


async def test_a_cancelled_batch(client: AsyncOpenAI, clock: ManualClock) -> None:
    created = await create(client, clock, "luna-batch", "first", "second")
    clock.advance(6 * MINUTE)
    assert (await client.batches.cancel(created.id)).status == "cancelling"
    clock.advance(MINUTE)
    batch = await client.batches.retrieve(created.id)
    assert (batch.status, bool(batch.output_file_id)) == ("cancelled", True)


async def test_a_full_queue_is_refused_at_once_and_told_before(client: AsyncOpenAI, clock: ManualClock) -> None:
    with pytest.raises(BadRequestError) as caught:
        await create(client, clock, "full-batch", "a prompt of more than ten tokens, which is all that the queue takes")
    assert caught.value.code == "token_limit_exceeded"
    assert "configured limit of 10 for the deployment 'full-batch'" in caught.value.message


@pytest.mark.parametrize("seconds", [3_600, 31 * 86_400])
async def test_files_live_14_to_30_days(client: AsyncOpenAI, seconds: int) -> None:
    expiry: Any = {"anchor": "created_at", "seconds": seconds}
    with pytest.raises(BadRequestError):
        await client.files.create(file=("in.jsonl", b"{}"), purpose="batch", expires_after=expiry)


async def test_files_without_expiry_are_few(v1: AsyncOpenAI) -> None:
    for _ in range(500):
        await v1.files.create(file=("in.jsonl", b"{}"), purpose="batch")
    with pytest.raises(BadRequestError) as caught:
        await v1.files.create(file=("in.jsonl", b"{}"), purpose="batch")
    assert caught.value.code == "quotaExceeded"
    await v1.files.create(file=("in.jsonl", b"{}"), purpose="batch", expires_after=FORTNIGHT)


@pytest.mark.parametrize(
    ("model", "url", "code", "line"),
    [
        pytest.param("luna-sync", None, "invalid_request", None, id="a deployment for calls"),
        pytest.param("luna", "/v1/embeddings", "url_mismatch", 1, id="another endpoint"),
    ],
)
async def test_validation_in_azure_s_words(
    v1: AsyncOpenAI, clock: ManualClock, model: str, url: str | None, code: str, line: int | None
) -> None:
    content = lines(v1, model, "first")
    if url:
        content = content.replace(b"/v1/chat/completions", url.encode())
    file = await v1.files.create(file=("in.jsonl", content), purpose="batch")
    clock.advance(MINUTE)
    created = await v1.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
    clock.advance(MINUTE)
    failed = await v1.batches.retrieve(created.id)
    assert failed.errors is not None
    [error] = failed.errors.data or []
    assert (error.code, error.line, error.param) == (code, line, None)


async def test_what_is_late_runs_on(v1: AsyncOpenAI, clock: ManualClock) -> None:
    created = await create(v1, clock, "luna-batch", "[late]")
    assert created.expires_at == created.created_at + DAY // SECOND
    clock.advance(25 * HOUR)
    assert (await v1.batches.retrieve(created.id)).status == "in_progress"
    clock.advance(6 * HOUR)
    assert (await v1.batches.retrieve(created.id)).status == "completed"
