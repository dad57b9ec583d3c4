"""What a log is, by its content alone, and its rows."""

import gzip
import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from bide.core.errors import InputError
from bide.logs.flat import flat
from bide.logs.opening import DOCUMENT, JSON_LINES, PARQUET, TABLE, opened
from bide.logs.row import Row

ROWS = [{"a": 1, "b": {"c": "x\u2028,]\n"}}, {"a": 2}, {"a": [3]}]


def read(path: Path, content: str | bytes) -> tuple[str, list[Row]]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with opened(str(path)) as log:
        return log.form, list(log.rows())


@pytest.mark.parametrize(
    ("content", "form", "lines"),
    [
        pytest.param("\n".join(map(json.dumps, ROWS)), JSON_LINES, [1, 2, 3], id="an object a line"),
        pytest.param(json.dumps(ROWS), DOCUMENT, [1, 1, 1], id="an array"),
        pytest.param(json.dumps(ROWS, indent=2), DOCUMENT, [2, 8, 11], id="an array over many lines"),
        pytest.param(
            "\n".join(json.dumps(row, indent=1) for row in ROWS), DOCUMENT, [1, 7, 10], id="one after another"
        ),
        pytest.param("\ufeff " + json.dumps(ROWS), DOCUMENT, [1, 1, 1], id="a byte order mark and a space before it"),
    ],
)
def test_json_is_told_from_its_first_lines(tmp_path: Path, content: str, form: str, lines: list[int]) -> None:
    seen, rows = read(tmp_path / "log", content)

    assert (seen, [row.line for row in rows]) == (form, lines)
    assert [row.values for row in rows] == ROWS


def test_a_document_is_read_bit_by_bit(tmp_path: Path) -> None:
    many = [{"number": number, "text": "é" * 50} for number in range(10_000)]

    form, rows = read(tmp_path / "log.json.gz", gzip.compress(json.dumps(many, indent=1).encode()))

    assert form == DOCUMENT
    assert [row.values["number"] for row in rows] == list(range(10_000))
    assert rows[-1].line == 2 + 4 * 9_999


@pytest.mark.parametrize(
    ("content", "whole", "line", "says"),
    [
        pytest.param(
            '[\n{"a": 1},\n{"a": }\n]', 1, 3, "it is no JSON: .* what comes after it is not read", id="a mistake"
        ),
        pytest.param('[\n{"a": 1},\n{"a"', 1, 3, "what comes after it is not read", id="cut in an object"),
        pytest.param('[\n{"a": 1},\n', 1, 2, "the file was cut off after this", id="cut between two"),
        pytest.param('[\n{"a": 1}, 7,\n{"a": 2}]', 2, 2, "it is no JSON object", id="a number between"),
    ],
)
def test_what_is_wrong_in_a_document_is_named_by_its_line(
    tmp_path: Path, content: str, whole: int, line: int, says: str
) -> None:
    _, rows = read(tmp_path / "log.json", content)

    assert sum(row.trouble is None for row in rows) == whole
    (bad,) = [row for row in rows if row.trouble]
    assert bad.line == line
    with pytest.raises(ValueError, match=says):
        raise ValueError(bad.trouble)


def test_a_bad_first_line_does_not_hide_the_others(tmp_path: Path) -> None:
    form, rows = read(tmp_path / "log", '{"a": 1\n{"a": 2}\n{"a": 3}\n')

    assert form == JSON_LINES
    assert [(row.line, row.trouble is None) for row in rows] == [(1, False), (2, True), (3, True)]


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000], ids=["lists", "objects"])
def test_what_is_nested_without_end_is_one_bad_row(tmp_path: Path, deep: str) -> None:
    _, (bad, good) = read(tmp_path / "lines", f'{{"a": {deep}\n{{"a": 2}}\n')
    _, (alone,) = read(tmp_path / "document", f'{{"a":\n {deep}')

    assert bad.trouble is not None
    assert good.values == {"a": 2}
    assert alone.trouble is not None
    assert "it is no JSON: " in alone.trouble


def test_parquet_is_known_whatever_it_is_called(tmp_path: Path) -> None:
    pa: Any = importlib.import_module("pyarrow")
    pq: Any = importlib.import_module("pyarrow.parquet")
    pq.write_table(pa.table({"a": [1, 2]}), tmp_path / "log")

    with opened(str(tmp_path / "log")) as log:
        assert log.share == 0.0
        assert [row.values for row in log.rows()] == [{"a": 1}, {"a": 2}]
        assert (log.form, log.share) == (PARQUET, 1.0)


def test_the_share_that_was_read_is_that_of_the_file_as_it_lies_there(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 1_000))

    with opened(str(path)) as log:
        assert len(list(log.rows())) == 1_000
        assert (log.form, log.share) == (TABLE, 1.0)


def test_nothing_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    with pytest.raises(InputError, match="contains no request"), opened(str(tmp_path / "log")):
        pass


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"a\0,\0b\0\n"], ids=["a picture", "UTF-16 without a mark"])
def test_what_is_no_text_is_no_log(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match="does not begin with text; a log is CSV, JSON or Parquet"):
        read(tmp_path / "log", content)


def test_deep_values_have_whole_names() -> None:
    plain = {"a": 1, "b": "x"}

    assert flat(plain) is plain
    assert flat({"a": {"b": {"c": {"d": 1}}, "e": [2]}, "f": 3}) == {"a.b.c": {"d": 1}, "a.e": [2], "f": 3}
