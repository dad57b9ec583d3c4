"""Batches in one's own storage, as Azure's documents create them with the SDK: fields that it does not know go beside those it does."""

import json
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError
from openai.types import Batch
from openai.types.chat import ChatCompletion
from tests.sdk.azure.test_batches import endpoint_of, lines

from bide.core.clock import MINUTE, ManualClock
from bide.simulator.bucket import MemoryBucket

STORAGE = "https://acct.blob.core.windows.net"
BLOB = f"{STORAGE}/batch-input/in.jsonl"
FOLDER = f"{STORAGE}/batch-output"
INPUT = "az://acct/batch-input/in.jsonl"


async def create(client: AsyncOpenAI, **fields: Any) -> Batch:
    named = {"input_blob": BLOB, "output_folder": {"url": FOLDER}, **fields}
    nothing: Any = None
    return await client.batches.create(
        input_file_id=nothing, endpoint=endpoint_of(client), completion_window="24h", extra_body=named
    )


def shown(batch: Batch) -> Any:
    """With the fields that the SDK has no type for."""
    return batch.to_dict()


def rows(bucket: MemoryBucket, url: str) -> list[Any]:
    return [json.loads(line) for line in bucket.objects[url.replace(STORAGE, "az://acct")].split(b"\n") if line]


async def test_a_batch_from_its_create_to_its_results(
    client: AsyncOpenAI, clock: ManualClock, bucket: MemoryBucket
) -> None:
    bucket.objects[INPUT] = lines(client, "luna-batch", "first", "second [poison:row-error]", "third")
    created = await create(client)
    asked = shown(created)
    assert (created.status, asked["input_blob"], asked["input_file_id"]) == ("validating", BLOB, None)
    assert (asked["output_blob"], asked["error_blob"], asked["output_file_id"]) == ("", "", "")
    assert [batch.id async for batch in client.batches.list()] == [created.id]
    clock.advance(11 * MINUTE)
    batch = await client.batches.retrieve(created.id)
    ended = shown(batch)
    assert batch.status == "completed"
    assert batch.request_counts is not None
    assert batch.request_counts.to_dict() == {"total": 3, "completed": 2, "failed": 1}
    folder = f"{FOLDER}/{created.id.removeprefix('batch_')}"
    assert (ended["output_blob"], ended["error_blob"]) == (f"{folder}/results.jsonl", f"{folder}/errors.jsonl")
    assert (ended["output_file_id"], ended["error_file_id"]) == ("", "")
    answered, failed = rows(bucket, ended["output_blob"]), rows(bucket, ended["error_blob"])
    assert ({row["custom_id"] for row in answered}, [row["custom_id"] for row in failed]) == ({"r-0", "r-2"}, ["r-1"])
    [ChatCompletion.model_validate(row["response"]["body"], strict=True) for row in answered]


async def test_the_files_are_named_even_where_nothing_was_written(
    client: AsyncOpenAI, clock: ManualClock, bucket: MemoryBucket
) -> None:
    bucket.objects[INPUT] = lines(client, "luna-batch", "first")
    created = await create(client, output_folder={"url": f"{FOLDER}/some/folder/", "delimiter": "/"})
    clock.advance(11 * MINUTE)
    ended = shown(await client.batches.retrieve(created.id))
    assert ended["error_blob"].startswith(f"{FOLDER}/some/folder/")
    assert sorted(bucket.objects) == [INPUT, ended["output_blob"].replace(STORAGE, "az://acct")]


async def test_a_cancelled_batch_has_written_what_it_finished(
    client: AsyncOpenAI, clock: ManualClock, bucket: MemoryBucket
) -> None:
    bucket.objects[INPUT] = lines(client, "luna-batch", *"abcdefgh")
    created = await create(client)
    clock.advance(5 * MINUTE)
    await client.batches.cancel(created.id)
    clock.advance(MINUTE)
    ended = shown(await client.batches.retrieve(created.id))
    assert ended["status"] == "cancelled"
    answered, left = rows(bucket, ended["output_blob"]), rows(bucket, ended["error_blob"])
    assert len(answered) + len(left) == 8
    assert answered
    assert {row["error"]["code"] for row in left} == {"batch_cancelled"}


async def test_metadata_is_not_kept(client: AsyncOpenAI, bucket: MemoryBucket) -> None:
    bucket.objects[INPUT] = lines(client, "luna-batch", "first")
    assert (await create(client, metadata={"tag": "t-1"})).metadata is None


async def test_a_blob_that_is_not_there_fails_in_validation(client: AsyncOpenAI, clock: ManualClock) -> None:
    created = await create(client)
    clock.advance(MINUTE)
    failed = await client.batches.retrieve(created.id)
    assert failed.status == "failed"
    assert failed.errors is not None
    assert [error.code for error in failed.errors.data or []] == ["input_no_permissions"]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        pytest.param({"output_folder": None}, "output_folder", id="no folder"),
        pytest.param({"output_folder": {"url": "https://example.com/x"}}, "output_folder.url", id="another place"),
        pytest.param({"output_folder": {"url": "az://acct/batch-output"}}, "output_folder.url", id="no URL"),
        pytest.param({"input_blob": f"{STORAGE}/batch-input/"}, "input_blob", id="a folder in the place of a blob"),
        pytest.param({"input_blob": "s3://bucket/in.jsonl"}, "input_blob", id="another cloud"),
        pytest.param({"input_file_id": "file-1"}, "input_blob", id="a file as well"),
    ],
)
async def test_what_is_refused_at_once(client: AsyncOpenAI, fields: dict[str, Any], named: str) -> None:
    with pytest.raises(BadRequestError, match=named):
        await create(client, **fields)
