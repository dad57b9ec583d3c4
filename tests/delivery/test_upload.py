"""Answers into an object store: the same bytes as in a file, whole or not at all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.delivery.answered import answered
from tests.delivery.test_file import broken, to

from bide.buckets.memory import MemoryBuckets
from bide.buckets.port import BucketError, MissingBucketError, NoCredentialsError, UnauthorisedError
from bide.core.errors import StoreError
from bide.core.job import Job
from bide.delivery import file, upload
from bide.delivery.file import Destination, check_reachable, deliver, exists
from bide.delivery.shape import Format
from bide.testing.scene import Scene

SHAPES = {"csv": Format.CSV, "jsonl": Format.JSONL, "batch": Format.BATCH, "parquet": Format.PARQUET}


@pytest.fixture
def buckets(monkeypatch: pytest.MonkeyPatch) -> MemoryBuckets:
    """Where objects lie in these tests."""
    buckets = MemoryBuckets()
    monkeypatch.setattr(upload, "process_buckets", lambda: buckets)
    return buckets


async def many(scene: Scene) -> Job:
    texts = [f"answer {number}" for number in range(30)]
    return await answered(scene, texts, [{"text": f"question {number}"} for number in range(30)])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("suffix", ["", ".gz"])
async def test_the_bytes_of_a_file(
    scene: Scene, tmp_path: Path, buckets: MemoryBuckets, monkeypatch: pytest.MonkeyPatch, shape: str, suffix: str
) -> None:
    from bide.delivery import results

    monkeypatch.setattr(results, "PAGE", 7)
    job, name = await many(scene), f"answers.{shape}{suffix}"

    await deliver(scene.store, job, to(tmp_path / name, SHAPES[shape]))
    await deliver(scene.store, job, Destination(f"s3://bucket/{name}", SHAPES[shape], ["text"]).encode())

    assert buckets.objects == {f"s3://bucket/{name}": (tmp_path / name).read_bytes()}


async def test_a_delivery_that_fails_leaves_what_was_there(
    scene: Scene, buckets: MemoryBuckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await many(scene)
    buckets.objects["s3://bucket/answers.csv"] = b"older"
    monkeypatch.setattr(file, "results", broken(StoreError("damaged")))

    for name in ("answers.csv", "new.csv"):
        with pytest.raises(StoreError, match="damaged"):
            await deliver(scene.store, job, Destination(f"s3://bucket/{name}", Format.CSV, ["text"]).encode())

    assert buckets.objects == {"s3://bucket/answers.csv": b"older"}


async def test_whether_it_is_there(buckets: MemoryBuckets) -> None:
    destination = Destination("s3://bucket/answers.csv", Format.CSV)
    assert not await exists(destination)

    buckets.objects["s3://bucket/answers.csv"] = b"x"

    assert await exists(destination)


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        pytest.param(None, False, id="there is nothing yet"),
        pytest.param(MissingBucketError(), True, id="no bucket"),
        pytest.param(UnauthorisedError(), False, id="who may write need not be allowed to look"),
        pytest.param(NoCredentialsError(), True, id="nobody"),
        pytest.param(BucketError(), True, id="no answer"),
    ],
)
async def test_what_is_told_before_anything_is_spent(
    buckets: MemoryBuckets, monkeypatch: pytest.MonkeyPatch, error: BucketError | None, is_told: bool
) -> None:
    async def listed(uri: str) -> AsyncIterator[str]:
        assert uri == "s3://bucket"
        if error is not None:
            raise error
        yield "s3://bucket/another"

    monkeypatch.setattr(buckets, "list", listed)
    destination = Destination("s3://bucket/answers.csv", Format.CSV)

    if error is not None and is_told:
        with pytest.raises(type(error)):
            await check_reachable(destination)
    else:
        await check_reachable(destination)
