"""Where results that are asked for later go."""

from pathlib import Path

import pytest
from tests.cli.given import a_job
from tests.delivery.answered import open_store

from bide.delivery.file import Destination
from bide.delivery.shape import Format
from bide.intake.hand_in import destination_of

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
