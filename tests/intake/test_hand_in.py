"""Which job a file is; where results that are asked for later go."""

from pathlib import Path

import pytest
from tests.cli.given import a_job
from tests.delivery.answered import open_store
from tests.system.harness import write_requests

from bide.config import load
from bide.core.clock import DAY
from bide.core.deadline import OnMiss
from bide.delivery.file import Destination
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


async def handed_in(bide: Embedded, path: Path) -> HandedIn:
    request = FileRequest(
        owner=LOCAL_OWNER,
        source=str(path),
        defaults=Defaults(),
        deadline=bide.context.clock.now() + DAY,
        on_miss=OnMiss.LATE,
        priority_source="default",
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
