"""A job that was never accepted leaves nothing behind, wherever its reading ended."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bide.config import load
from bide.core.clock import DAY
from bide.core.deadline import OnMiss
from bide.core.errors import NotFoundError, StoreError
from bide.core.job import Job
from bide.embedded import LOCAL_OWNER, opened
from bide.intake.defaults import Defaults
from bide.intake.hand_in import FileRequest, hand_in
from bide.store.bodies import READ, NewObject, name_of
from bide.testing.scene import Scene
from tests.delivery.answered import open_store
from tests.system.harness import write_requests


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncGenerator[Scene]:
    store = open_store(tmp_path)
    yield Scene(store)
    await store.close()


async def written(scene: Scene, job: Job, folder: Path, end: str = "") -> list[int]:
    """What the reading of a job writes, as its process leaves it; the objects' row ids."""
    names = {kind: name_of(kind, job.external_id) for kind in READ}
    for name in names.values():
        (folder / f"{name}{end}").write_bytes(b"{}\n")
    add = scene.store.bodies.add
    return [await add(scene.owner, NewObject(name, kind, 0), scene.now) for kind, name in names.items()]


@pytest.mark.parametrize("end", ["", ".part"])
async def test_a_reader_that_died_leaves_no_bodies(scene: Scene, tmp_path: Path, end: str) -> None:
    job = await scene.begin()
    await scene.store.requests.add(await scene.rows(job, await scene.bucket_in(job), 3))
    ids = await written(scene, job, tmp_path / "objects", end)

    for _ in range(2):  # another worker may be at it as well
        await scene.store.forget(job)

    assert os.listdir(tmp_path / "objects") == []
    for each in ids:
        with pytest.raises(StoreError, match="not on record"):
            await scene.store.bodies.name(each)
    with pytest.raises(NotFoundError):
        await scene.get(job)


async def test_an_accepted_job_keeps_its_bodies(scene: Scene, tmp_path: Path) -> None:
    job = (await scene.hand_in(2)).job
    await written(scene, job, tmp_path / "objects")

    await scene.store.forget(job)

    assert len(os.listdir(tmp_path / "objects")) == 2
    assert (await scene.get(job)).requests == 2


async def test_a_job_that_could_not_be_accepted_leaves_no_bodies(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    write_requests(path, 3)
    async with opened(load({"BIDE_HOME": str(tmp_path), "OPENAI_API_KEY": "none"})) as bide:
        request = FileRequest(
            owner=LOCAL_OWNER,
            source=str(path),
            defaults=Defaults(),
            deadline=bide.context.clock.now() + DAY,
            on_miss=OnMiss.LATE,
            priority_source="default",
        )

        async def full(*_: object) -> Job:
            raise StoreError("the disk is full")

        object.__setattr__(bide.store.jobs, "accept", full)
        with pytest.raises(StoreError, match="the disk is full"):
            await hand_in(bide.context, request, lambda findings, source: None)

    assert os.listdir(tmp_path / "bide.db-objects") == []
