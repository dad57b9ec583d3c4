"""Batches of the Gemini API through the SDK: files and inline requests, and every method that bide depends on."""

import io
import json

import pytest
from google.genai import Client
from google.genai.errors import ClientError
from google.genai.types import (
    BatchJob,
    CreateBatchJobConfig,
    CreateEmbeddingsBatchJobConfig,
    EmbedContentBatch,
    EmbedContentConfig,
    EmbeddingsBatchJobSource,
    InlinedRequest,
    JobState,
    ListBatchJobsConfig,
    UploadFileConfig,
)
from tests.sdk.google.conftest import MODEL

from bide.core.clock import DAY, HOUR, MINUTE, ManualClock
from bide.simulator.faults import read_faults
from bide.simulator.server import Simulator

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession")  # the SDK's own, at aiohttp


async def upload(client: Client, *prompts: str) -> str:
    lines = (
        {"key": f"r-{number}", "request": {"contents": [{"parts": [{"text": prompt}]}]}}
        for number, prompt in enumerate(prompts)
    )
    content = io.BytesIO(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    config = UploadFileConfig(display_name="in.jsonl", mime_type="application/jsonl")
    file = await client.aio.files.upload(file=content, config=config)
    assert file.name is not None
    return file.name


async def create(client: Client, *prompts: str, name: str = "bide-1", model: str = MODEL) -> BatchJob:
    file = await upload(client, *prompts)
    return await client.aio.batches.create(model=model, src=file, config=CreateBatchJobConfig(display_name=name))


async def present(client: Client, job: BatchJob) -> BatchJob:
    assert job.name is not None
    return await client.aio.batches.get(name=job.name)


async def test_from_create_to_results(gemini: Client, clock: ManualClock) -> None:
    created = await create(gemini, "first", "second [poison:row-error]", "third")
    assert (created.state, created.display_name) == (JobState.JOB_STATE_PENDING, "bide-1")
    clock.advance(5 * MINUTE)
    assert (await present(gemini, created)).state is JobState.JOB_STATE_RUNNING
    clock.advance(HOUR)
    ended = await present(gemini, created)
    assert (ended.state, ended.done) == (JobState.JOB_STATE_SUCCEEDED, True)
    assert ended.dest is not None
    assert ended.dest.file_name is not None
    content = await gemini.aio.files.download(file=ended.dest.file_name)
    rows = {row["key"]: row for row in map(json.loads, content.splitlines())}
    assert rows.keys() == {"r-0", "r-1", "r-2"}
    assert "first" in rows["r-0"]["response"]["candidates"][0]["content"]["parts"][0]["text"]
    assert rows["r-1"]["error"]["message"]


async def test_requests_that_come_along(gemini: Client, clock: ManualClock) -> None:
    requests = [
        InlinedRequest.model_validate(
            {"contents": [{"role": "user", "parts": [{"text": prompt}]}], "metadata": {"key": prompt}}
        )
        for prompt in ("a", "b")
    ]
    created = await gemini.aio.batches.create(
        model=MODEL, src=requests, config=CreateBatchJobConfig(display_name="inline")
    )
    clock.advance(HOUR)
    ended = await present(gemini, created)
    assert ended.dest is not None
    answers = ended.dest.inlined_responses
    assert answers is not None
    assert {answer.metadata["key"] for answer in answers if answer.metadata} == {"a", "b"}
    assert all(answer.response is not None and answer.response.text for answer in answers)


@pytest.mark.filterwarnings("ignore:batches.create_embeddings")
async def test_embeddings_of_a_file(gemini: Client, clock: ManualClock) -> None:
    lines = [
        {"key": f"r-{number}", "request": {"output_dimensionality": 8, "content": {"parts": [{"text": text}]}}}
        for number, text in enumerate(("one", "two"))
    ]
    content = io.BytesIO(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    file = await gemini.aio.files.upload(file=content, config=UploadFileConfig(mime_type="application/jsonl"))
    created = await gemini.aio.batches.create_embeddings(
        model="gemini-embedding-001",
        src=EmbeddingsBatchJobSource(file_name=file.name),
        config=CreateEmbeddingsBatchJobConfig(display_name="texts"),
    )
    assert (created.state, created.display_name) == (JobState.JOB_STATE_PENDING, "texts")
    clock.advance(HOUR)
    ended = await present(gemini, created)
    assert ended.state is JobState.JOB_STATE_SUCCEEDED
    assert ended.dest is not None
    assert ended.dest.file_name is not None
    found = await gemini.aio.files.download(file=ended.dest.file_name)
    rows = {row["key"]: row for row in map(json.loads, found.splitlines())}
    assert [len(rows[key]["response"]["embedding"]["values"]) for key in ("r-0", "r-1")] == [8, 8]


@pytest.mark.filterwarnings("ignore:batches.create_embeddings")
async def test_embeddings_that_come_along(gemini: Client, clock: ManualClock) -> None:
    texts = EmbedContentBatch(contents=["one", "two"], config=EmbedContentConfig(output_dimensionality=8))
    created = await gemini.aio.batches.create_embeddings(
        model="gemini-embedding-001",
        src=EmbeddingsBatchJobSource(inlined_requests=texts),
        config=CreateEmbeddingsBatchJobConfig(display_name="texts"),
    )
    clock.advance(HOUR)
    ended = await present(gemini, created)
    assert ended.dest is not None
    answers = ended.dest.inlined_embed_content_responses
    assert answers is not None
    embedded = [answer.response for answer in answers if answer.response is not None]
    assert [len(one.embedding.values or ()) for one in embedded if one.embedding is not None] == [8, 8]
    assert all(one.token_count for one in embedded)


async def test_a_listing_has_every_batch(gemini: Client, clock: ManualClock) -> None:
    for number in range(3):
        await create(gemini, "a", name=f"bide-{number}")
        clock.advance(MINUTE)
    listed = [job async for job in await gemini.aio.batches.list(config=ListBatchJobsConfig(page_size=2))]
    assert [job.display_name for job in listed] == ["bide-2", "bide-1", "bide-0"]


async def test_a_cancel_and_a_deletion(gemini: Client, clock: ManualClock) -> None:
    created = await create(gemini, "a", "b")
    assert created.name is not None
    await gemini.aio.batches.cancel(name=created.name)
    clock.advance(2 * MINUTE)
    ended = await present(gemini, created)
    assert (ended.state, ended.done) == (JobState.JOB_STATE_CANCELLED, True)
    assert ended.dest is None
    await gemini.aio.batches.delete(name=created.name)
    with pytest.raises(ClientError, match="404"):
        await present(gemini, created)


async def test_what_expires_has_no_results(gemini: Client, clock: ManualClock) -> None:
    created = await create(gemini, "a", "b [expires]")
    clock.advance(2 * DAY)
    ended = await present(gemini, created)
    assert ended.state is JobState.JOB_STATE_EXPIRED
    assert ended.dest is None


async def test_a_full_queue(gemini: Client) -> None:
    with pytest.raises(ClientError) as caught:
        await create(gemini, "a", model="gemini-tight")
    assert (caught.value.code, caught.value.status) == (429, "RESOURCE_EXHAUSTED")


async def test_the_sdk_sends_a_create_again_whose_reply_is_lost_and_there_are_two(
    gemini: Client, simulator: Simulator
) -> None:
    file = await upload(gemini, "a")
    simulator.house.books("gemini").faults.add(read_faults([{"site": "create", "nth": 1, "kind": "reply_lost"}]))
    await gemini.aio.batches.create(model=MODEL, src=file, config=CreateBatchJobConfig(display_name="lost"))
    assert [job.display_name async for job in await gemini.aio.batches.list()] == ["lost", "lost"]


@pytest.mark.filterwarnings("ignore:Sending a large body directly")
async def test_files(gemini: Client) -> None:
    name = await upload(gemini, "a" * 9_000_000)
    shown = await gemini.aio.files.get(name=name)
    assert shown.size_bytes is not None
    assert shown.size_bytes > 9_000_000, "more than the SDK sends at a time"
    assert [file.name async for file in await gemini.aio.files.list()] == [name]
    await gemini.aio.files.delete(name=name)
    with pytest.raises(ClientError) as caught:
        await gemini.aio.files.get(name=name)
    assert (caught.value.code, caught.value.status) == (403, "PERMISSION_DENIED")
