"""Parquet tables: typed columns, batches of rows, and plain words when it cannot be."""

import datetime
import decimal
import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.intake.reading import Found

from bide.core.errors import InputError
from bide.intake.defaults import Defaults
from bide.intake.problem import Code
from bide.intake.reader import open_input
from bide.intake.source import EmptyFileError

pa: Any = importlib.import_module("pyarrow")
pq: Any = importlib.import_module("pyarrow.parquet")

ASK = Defaults(model="m", prompt="{text}")


def write(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


def read(path: Path, defaults: Defaults = ASK, **options: Any) -> Found:
    with open_input(path, defaults, **options) as opened:
        return Found(list(opened))


def test_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.parquet", {"text": ["a\nb", "ü"], "kind": [1, 2]})
    with open_input(path, ASK) as opened:
        found = Found(list(opened))
        assert (opened.file_format, opened.columns) == ("parquet", ("text", "kind"))
        assert opened.progress.size == opened.progress.bytes_read == path.stat().st_size
        assert opened.progress.lines_read == 2
    assert [(entry.line, entry.custom_id) for entry in found.entries] == [(1, "row-1"), (2, "row-2")]
    assert [json.loads(body)["messages"][0]["content"] for body in found.bodies] == ["a\nb", "ü"]
    assert [json.loads(entry.columns) for entry in found.entries] == [
        {"text": "a\nb", "kind": 1},
        {"text": "ü", "kind": 2},
    ]


@pytest.mark.parametrize(
    ("value", "prompt", "kept"),
    [
        pytest.param("x", "x", "x", id="text"),
        pytest.param(7, "7", 7, id="whole number"),
        pytest.param(1.5, "1.5", 1.5, id="fraction"),
        pytest.param(True, "true", True, id="truth"),
        pytest.param(decimal.Decimal("1.50"), "1.50", "1.50", id="decimal"),
        pytest.param(datetime.date(2026, 1, 2), "2026-01-02", "2026-01-02", id="date"),
        pytest.param(
            datetime.datetime(2026, 1, 2, 3, tzinfo=datetime.UTC),
            "2026-01-02T03:00:00Z",
            "2026-01-02T03:00:00Z",
            id="instant",
        ),
        pytest.param([1, 2], "[1,2]", [1, 2], id="list"),
        pytest.param({"a": "b"}, '{"a":"b"}', {"a": "b"}, id="structure"),
        pytest.param(b"text", "text", "text", id="text that is not marked as text"),
    ],
)
def test_types(tmp_path: Path, value: object, prompt: str, kept: object) -> None:
    found = read(write(tmp_path / "rows.parquet", {"text": [value]}))
    assert found.body["messages"][0]["content"] == prompt
    assert json.loads(found.entry.columns) == {"text": kept}


def test_a_bad_row_is_a_problem_and_its_neighbours_go_on(tmp_path: Path) -> None:
    found = read(write(tmp_path / "rows.parquet", {"text": ["a", None, " ", "d"], "blob": [b"\xff"] * 4}))
    assert [(problem.line, problem.code, problem.field) for problem in found.problems] == [
        (2, Code.MISSING_REQUIRED_PARAMETER, "text"),
        (3, Code.MISSING_PROMPT, "prompt"),
    ]
    assert [entry.custom_id for entry in found.entries] == ["row-1", "row-4"]


def test_a_binary_column_is_kept_but_not_sent(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.parquet", {"text": ["a"], "blob": [b"\xff"]})
    assert json.loads(read(path).entry.columns) == {"text": "a", "blob": "/w=="}
    assert read(path, Defaults(model="m", prompt="{blob}")).problem.code == Code.INVALID_ENCODING


def test_ids_from_a_column_of_numbers(tmp_path: Path) -> None:
    found = read(write(tmp_path / "rows.parquet", {"text": ["a", "b"], "id": [7, None]}))
    assert [entry.custom_id for entry in found.entries] == ["7"]
    assert [(problem.code, problem.field) for problem in found.problems] == [(Code.MISSING_REQUIRED_PARAMETER, "id")]


def test_row_groups_and_chunks(tmp_path: Path) -> None:
    path = write(tmp_path / "rows", {"text": [f"text {number}" for number in range(5_000)]}, row_group_size=700)
    found = read(path, block_size=10_000)
    assert [entry.line for entry in found.entries] == list(range(1, 5_001))
    assert len(found.chunks) > 10


@pytest.mark.parametrize(
    ("columns", "defaults", "words"),
    [
        pytest.param({"text": ["x"]}, Defaults(model="m", prompt="{txt}"), 'did you mean "text"', id="template"),
        pytest.param({"text": ["x"]}, Defaults(prompt="{text}"), "which model", id="no model"),
    ],
)
def test_what_no_row_could_survive_is_refused_at_once(
    tmp_path: Path, columns: dict[str, Any], defaults: Defaults, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        open_input(write(tmp_path / "rows.parquet", columns), defaults)


def test_an_empty_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EmptyFileError):
        read(write(tmp_path / "rows.parquet", {"text": pa.array([], pa.string())}))


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + b"x" * 100 + b"PAR1", b"text\nx\n"])
def test_what_is_not_parquet_is_an_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "rows.parquet"
    path.write_bytes(data)
    with pytest.raises(InputError, match="no readable Parquet file"):
        read(path)


def test_a_damaged_file_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.parquet", {"text": [f"text {number}" for number in range(5_000)]}, compression="zstd")
    data = bytearray(path.read_bytes())
    data[100:2_000] = b"\xaa" * 1_900
    path.write_bytes(data)
    with pytest.raises(InputError, match="cannot be read after row 0"):
        read(path)


def test_parquet_is_read_from_a_real_file_only(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.parquet", {"text": ["x"]})
    with path.open("rb") as file, pytest.raises(InputError, match="save it and name the file"):
        open_input(file, ASK)


def test_without_the_extra_the_error_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "rows.parquet", {"text": ["x"]})
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(InputError, match=r"pip install 'bide\[parquet\]'"):
        read(path)
