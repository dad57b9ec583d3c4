"""Which job a file is; where results that are asked for later go."""

import asyncio
from pathlib import Path

import pytest
from tests.cli.given import a_job
from tests.delivery.answered import open_store
from tests.system.harness import write_requests

from bide.buckets.memory import MemoryBuckets
from bide.config import load
from bide.core.clock import DAY
from bide.core.deadline import OnMiss
from bide.core.errors import ConflictError, InputError
from bide.delivery import upload
from bide.delivery.file import Destination
from bide.delivery.place import Place, parse_place
from bide.delivery.shape import Format
from bide.embedded import LOCAL_OWNER, Embedded, opened
from bide.intake.defaults import Defaults
from bide.intake.hand_in import FileRequest, HandedIn, destination_of, hand_in

PARQUET = Destination("/data/answers.parquet", Format.PARQUET, ["text"])
CSV = Destination("/data/answers.csv", Format.CSV, ["text"])


@pytest.mark.parametrize(
    ("kept", "name", "wanted", "shape"),
    [
        pytest.param(CSV, None, None, Format.CSV, id="as it was handed in"),
        pytest.param(CSV, "a.parquet", None, Format.PARQUET, id="as the new name says"),
        pytest.param(CSV, "a.parquet", Format.JSONL, Format.JSONL, id="as it is asked"),
        pytest.param(PARQUET, "answers", None, Format.PARQUET, id="Parquet into another file"),
        pytest.param(PARQUET, None, None, Format.JSONL, id="Parquet is for files"),
        pytest.param(
            CSV, None, Format.PARQUET, Format.PARQUET, id="which whoever asks for it is told when it is written"
        ),
    ],
)
async def test_the_shape_of_results(
    tmp_path: Path, kept: Destination, name: str | None, wanted: Format | None, shape: Format
) -> None:
    store = open_store(tmp_path)

    found = await destination_of(store, a_job(), kept, tmp_path / name if name else None, wanted)

    assert found == Destination(str(tmp_path / name) if name else "", shape, ["text"])
    await store.close()


async def handed_in(bide: Embedded, path: Path, output: Place | None = None, shape: Format | None = None) -> HandedIn:
    request = FileRequest(
        owner=LOCAL_OWNER,
        source=str(path),
        defaults=Defaults(),
        deadline=bide.context.clock.now() + DAY,
        on_miss=OnMiss.LATE,
        priority_source="default",
        output=output,
        output_format=shape,
    )
    return await hand_in(bide.context, request, lambda findings, source: None)


async def test_a_file_is_known_again_however_many_came_after_it(tmp_path: Path) -> None:
    async with opened(load({"BIDE_HOME": str(tmp_path), "OPENAI_API_KEY": "none"})) as bide:
        jobs: list[str] = []
        for number in range(25):
            path = tmp_path / f"{number}.jsonl"
            write_requests(path, 1, f"{number} {{0}}?")
            jobs.append((await handed_in(bide, path)).job.external_id)

        again = [await handed_in(bide, tmp_path / f"{number}.jsonl") for number in (0, 12, 24)]

    assert [one.job.external_id for one in again] == [jobs[0], jobs[12], jobs[24]]
    assert [one.reading for one in again] == [None] * 3


@pytest.mark.parametrize("shape", [None, Format.BATCH])
async def test_the_same_file_handed_in_twice_at_once_is_one_job(tmp_path: Path, shape: Format | None) -> None:
    path, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl" if shape else None
    write_requests(path, 5_000)
    async with opened(load({"BIDE_HOME": str(tmp_path), "OPENAI_API_KEY": "none"})) as bide:
        both = await asyncio.gather(handed_in(bide, path, output, shape), handed_in(bide, path, output, shape))
        third = await handed_in(bide, path, output, shape)

    assert len({one.job.external_id for one in [*both, third]}) == 1
    assert sorted(one.reading is None for one in both) == [False, True]


@pytest.mark.parametrize("link", [False, True])
async def test_an_output_that_is_the_input_is_refused(tmp_path: Path, link: bool) -> None:
    path, output = tmp_path / "in.jsonl", tmp_path / ("out.jsonl" if link else "in.jsonl")
    write_requests(path, 1)
    before = path.read_bytes()
    if link:
        output.symlink_to(path)
    async with opened(load({"BIDE_HOME": str(tmp_path), "OPENAI_API_KEY": "none"})) as bide:
        with pytest.raises(InputError, match=f"the answers would replace the input .*{output.name}; choose another -o"):
            await handed_in(bide, path, output)

    assert path.read_bytes() == before


@pytest.mark.parametrize("output", ["out.jsonl", "s3://bucket/out.jsonl"])
async def test_an_object_store_is_reached_from_every_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    monkeypatch.setattr(upload, "process_buckets", MemoryBuckets)
    monkeypatch.chdir(tmp_path)
    write_requests(tmp_path / "in.jsonl", 1)
    async with opened(load({"BIDE_HOME": str(tmp_path), "OPENAI_API_KEY": "none"})) as bide:
        job = (await handed_in(bide, tmp_path / "in.jsonl", parse_place(output))).job
        (delivery,) = await bide.store.deliveries.of_job(job.owner, job.id)

    assert delivery.host == (bide.context.host if output == "out.jsonl" else None)


async def test_two_open_jobs_do_not_write_to_one_file(tmp_path: Path) -> None:
    first, second, other = (tmp_path / name for name in ("first.jsonl", "second.jsonl", "folder"))
    other.symlink_to(tmp_path)
    write_requests(first, 1)
    write_requests(second, 2)
    async with opened(load({"BIDE_HOME": str(tmp_path), "OPENAI_API_KEY": "none"})) as bide:
        one = (await handed_in(bide, first, tmp_path / "out.csv")).job
        assert one.destination is not None
        for source, shape, what in (
            (second, None, "content"),
            (second, Format.JSONL, "content"),
            (first, Format.JSONL, "output format"),
        ):
            with pytest.raises(ConflictError, match=f"{one.external_id} still writes .* its {what} was different"):
                await handed_in(bide, source, other / "out.csv", shape)
        assert (await handed_in(bide, first, other / "out.csv")).job.id == one.id
