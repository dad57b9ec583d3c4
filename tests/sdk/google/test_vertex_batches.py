"""Batch prediction jobs of Vertex AI through the SDK, on a bucket in memory."""

import json

import pytest
from google.genai import Client
from google.genai.errors import ClientError
from google.genai.types import BatchJob, CreateBatchJobConfig, JobState, ListBatchJobsConfig
from tests.sdk.google.conftest import MODEL

from bide.core.clock import HOUR, MINUTE, ManualClock
from bide.simulator.bucket import MemoryBucket
from bide.simulator.faults import read_faults
from bide.simulator.server import Simulator

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession")  # the SDK's own, at aiohttp


async def create(client: Client, bucket: MemoryBucket, *prompts: str, name: str = "bide-1") -> BatchJob:
    lines = (
        {"request": {"contents": [{"role": "user", "parts": [{"text": prompt}]}], "labels": {"id": f"r-{number}"}}}
        for number, prompt in enumerate(prompts)
    )
    await bucket.write("gs://b/in.jsonl", b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    config = CreateBatchJobConfig(display_name=name, dest="gs://b/out")
    return await client.aio.batches.create(model=MODEL, src="gs://b/in.jsonl", config=config)


async def present(client: Client, job: BatchJob) -> BatchJob:
    assert job.name is not None
    return await client.aio.batches.get(name=job.name)


def rows(bucket: MemoryBucket) -> list[dict[str, object]]:
    [content] = [content for uri, content in bucket.objects.items() if uri.endswith("/predictions.jsonl")]
    return [json.loads(line) for line in content.split(b"\n") if line]


async def test_from_create_to_results(vertex: Client, clock: ManualClock, bucket: MemoryBucket) -> None:
    created = await create(vertex, bucket, "first", "second")
    assert (created.state, created.display_name) == (JobState.JOB_STATE_QUEUED, "bide-1")
    clock.advance(5 * MINUTE)
    assert (await present(vertex, created)).state is JobState.JOB_STATE_RUNNING
    clock.advance(HOUR)
    ended = await present(vertex, created)
    assert (ended.state, ended.done) == (JobState.JOB_STATE_SUCCEEDED, True)
    assert ended.completion_stats is not None
    assert ended.completion_stats.successful_count == 2
    assert ended.start_time is not None
    assert {row["status"] for row in rows(bucket)} == {""}


async def test_half_a_success_is_an_end_that_the_sdk_does_not_know(
    vertex: Client, clock: ManualClock, bucket: MemoryBucket
) -> None:
    created = await create(vertex, bucket, "first", "second [poison:row-error]")
    clock.advance(HOUR)
    ended = await present(vertex, created)
    assert ended.state is JobState.JOB_STATE_PARTIALLY_SUCCEEDED
    assert ended.end_time is not None
    assert len(rows(bucket)) == 2


async def test_a_listing_is_filtered(vertex: Client, bucket: MemoryBucket) -> None:
    for name in ("bide-1", "bide-2"):
        await create(vertex, bucket, "a", name=name)
    found = await vertex.aio.batches.list(config=ListBatchJobsConfig(page_size=1, filter='display_name="bide-1"'))
    assert [job.display_name async for job in found] == ["bide-1"]
    everything = await vertex.aio.batches.list(config=ListBatchJobsConfig(page_size=1))
    assert [job.display_name async for job in everything] == ["bide-2", "bide-1"]


async def test_a_cancelled_job_keeps_what_it_has_written(
    vertex: Client, clock: ManualClock, bucket: MemoryBucket
) -> None:
    created = await create(vertex, bucket, *"abcd")
    clock.advance(6 * MINUTE)
    assert created.name is not None
    await vertex.aio.batches.cancel(name=created.name)
    assert (await present(vertex, created)).state is JobState.JOB_STATE_CANCELLING
    clock.advance(HOUR)
    ended = await present(vertex, created)
    assert (ended.state, ended.done) == (JobState.JOB_STATE_CANCELLED, True)
    assert len(rows(bucket)) == 2
    await vertex.aio.batches.delete(name=created.name)
    with pytest.raises(ClientError, match="404"):
        await present(vertex, created)


async def test_a_job_that_fails_says_why(vertex: Client, clock: ManualClock, bucket: MemoryBucket) -> None:
    created = await create(vertex, bucket, "[poison:unnamed]")
    clock.advance(HOUR)
    failed = await present(vertex, created)
    assert failed.state is JobState.JOB_STATE_FAILED
    assert failed.error is not None
    assert failed.error.message


async def test_the_sdk_sends_a_create_again_whose_reply_is_lost_and_there_are_two(
    vertex: Client, bucket: MemoryBucket, simulator: Simulator
) -> None:
    simulator.house.books("vertex").faults.add(read_faults([{"site": "create", "nth": 1, "kind": "reply_lost"}]))
    await create(vertex, bucket, "a", name="lost")
    assert [job.display_name async for job in await vertex.aio.batches.list()] == ["lost", "lost"]
