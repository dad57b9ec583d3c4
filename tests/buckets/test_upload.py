"""Uploads in parts: nothing is left behind, and memory does not grow."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any, cast

import boto3
import pytest

from bide.buckets.cloud import CloudBuckets
from bide.buckets.port import BucketError
from tests.buckets.servers import Server, moto_environment, start_moto

MANY = 30
"""Megabytes: some parts are on their way, and some still to come."""


class SourceError(Exception):
    """What the source raises."""


async def megabytes(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield bytes(1 << 20)


def unfinished(server: Server) -> list[str]:
    """The uploads of which the store still keeps parts, which somebody pays for."""
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "s", "region_name": "us-east-1"}
    client = cast(Any, boto3).client("s3", endpoint_url=server.url, **keys)
    return [upload["Key"] for upload in client.list_multipart_uploads(Bucket="bide").get("Uploads", [])]


async def test_a_source_that_breaks_leaves_no_parts(moto: Server, folder_name: str) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        async for chunk in megabytes(MANY):
            yield chunk
        assert unfinished(moto) == [folder_name]
        raise SourceError

    with pytest.raises(SourceError):
        await CloudBuckets(moto_environment(moto)).put(f"s3://bide/{folder_name}", breaking())

    assert unfinished(moto) == []


@pytest.mark.parametrize("after", [0, 10, MANY])
async def test_a_cancelled_writer_leaves_no_parts(moto: Server, folder_name: str, after: int) -> None:
    reached = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        async for chunk in megabytes(after):
            yield chunk
        reached.set()
        async for chunk in megabytes(10_000):
            yield chunk

    writing = asyncio.create_task(CloudBuckets(moto_environment(moto)).put(f"s3://bide/{folder_name}", endless()))
    await reached.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing

    assert unfinished(moto) == []


async def test_a_store_that_dies_ends_the_upload() -> None:
    server = start_moto()

    async def killing() -> AsyncIterator[bytes]:
        async for chunk in megabytes(MANY):
            yield chunk
        server.stop()
        async for chunk in megabytes(10_000):
            yield chunk

    with pytest.raises(BucketError, match="s3://bide/one cannot be used"):
        await CloudBuckets(moto_environment(server)).put("s3://bide/one", killing())


FLAT = r"""
import asyncio, pathlib, re
from bide.buckets.cloud import CloudBuckets

async def chunks(megabytes):
    for number in range(megabytes):
        yield bytes([number % 251]) * (1 << 20)

async def main():
    buckets = CloudBuckets({environment!r})
    for megabytes in ({small}, {large}):
        await buckets.put("s3://bide/{name}", chunks(megabytes))
        read = sum([len(chunk) async for chunk in buckets.read("s3://bide/{name}")])
        assert read == megabytes << 20
        print(int(re.search(r"VmHWM:\s*(\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024)

asyncio.run(main())
"""


def test_memory_does_not_grow_with_the_object(moto: Server, folder_name: str) -> None:
    program = FLAT.format(environment=moto_environment(moto), small=40, large=200, name=folder_name)

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    small, large = map(int, done.stdout.split())
    assert large - small < 60, "megabytes, for 160 more of the object"
