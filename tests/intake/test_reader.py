"""Formats told by name, by first bytes, or by the caller."""

import gzip
from pathlib import Path

import pytest
from tests.intake.reading import batch_line

from bide.core.errors import InputError
from bide.intake.defaults import Defaults
from bide.intake.reader import open_input

LINE = batch_line().encode()
TABLE = b"text\nx\n"
ASK = Defaults(model="m", prompt="{text}")


@pytest.mark.parametrize(
    ("name", "data", "file_format"),
    [
        ("a.jsonl", LINE, "jsonl"),
        ("a.ndjson", LINE, "jsonl"),
        ("a.JSON", LINE, "jsonl"),
        ("a.jsonl.gz", gzip.compress(LINE, mtime=0), "jsonl"),
        ("a.jsonl", gzip.compress(LINE, mtime=0), "jsonl"),
        ("a.b.csv", TABLE, "csv"),
        ("a.csv.gz", gzip.compress(TABLE, mtime=0), "csv"),
        ("a.tsv.zst", TABLE, "tsv"),
        ("a", LINE, "jsonl"),
        ("a.txt", b"\xef\xbb\xbf \n" + LINE, "jsonl"),
    ],
)
def test_the_format_of_a_file(tmp_path: Path, name: str, data: bytes, file_format: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with open_input(path, ASK) as opened:
        assert opened.file_format == file_format
        assert sum(len(chunk.entries) for chunk in opened) == 1


def test_the_caller_knows_better(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(TABLE)
    with open_input(path, ASK, file_format="csv") as opened:
        assert sum(len(chunk.entries) for chunk in opened) == 1


def test_an_unknown_format_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TABLE)
    with pytest.raises(InputError, match="say --format jsonl or csv or tsv or parquet"):
        open_input(path, ASK)


def test_a_mistyped_format_is_corrected(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'no format "jsnl" \(did you mean "jsonl"\?\)'):
        open_input(tmp_path / "a", file_format="jsnl")
