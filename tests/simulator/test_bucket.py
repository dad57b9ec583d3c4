"""The simulator's buckets: a dictionary of its own, and a store that others use too."""

import pytest

from bide.buckets.memory import MemoryBuckets
from bide.simulator.bucket import Bucket, MemoryBucket, SharedBucket


@pytest.mark.parametrize("bucket", [MemoryBucket(), SharedBucket(MemoryBuckets())], ids=["its own", "shared"])
async def test_objects_come_and_go(bucket: Bucket) -> None:
    assert await bucket.read("gs://b/in/a") is None
    assert await bucket.list("gs://b/in/") == []
    for name in ("in/b", "in/a", "other"):
        await bucket.write(f"gs://b/{name}", name.encode())
    assert await bucket.read("gs://b/in/a") == b"in/a"
    assert await bucket.list("gs://b/in/") == ["gs://b/in/a", "gs://b/in/b"]
    await bucket.delete("gs://b/in/a")
    await bucket.delete("gs://b/in/a")
    assert await bucket.read("gs://b/in/a") is None


async def test_what_is_shared_is_there_for_both() -> None:
    store = MemoryBuckets()
    await SharedBucket(store).write("gs://b/one", b"1")
    assert store.objects == {"gs://b/one": b"1"}
