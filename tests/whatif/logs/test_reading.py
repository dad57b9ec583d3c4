"""Logs in all their formats, and what is wrong with some of their rows."""

import gzip
import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bide.core.clock import DAY, HOUR
from bide.core.errors import InputError
from bide.logs.moment import ORIGIN
from bide.whatif.logs.reading import SHOWN, read_log

TABLE = "t_s,in_tokens,out_tokens\n7200,10,20\n3600,30,40\n"


def written(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_a_table_is_read_in_the_order_of_its_instants(tmp_path: Path) -> None:
    log = read_log(written(tmp_path / "log.csv", TABLE), {})

    assert [(one.at, one.input_tokens) for one in log.arrivals] == [(ORIGIN + HOUR, 30), (ORIGIN + 2 * HOUR, 10)]
    assert (log.start, log.days, log.undated, log.bad_rows) == (ORIGIN, 1, 2, 0)
    assert log.columns == {"at": "t_s", "input": "in_tokens", "output": "out_tokens"}


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_cells_are_separated_by_what_the_header_shows(tmp_path: Path, delimiter: str) -> None:
    log = read_log(written(tmp_path / "log.csv", TABLE.replace(",", delimiter)), {})

    assert [one.output_tokens for one in log.arrivals] == [40, 20]


def test_a_packed_table_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(TABLE.encode()))

    assert read_log(str(path), {}).arrivals == read_log(written(tmp_path / "log.csv", TABLE), {}).arrivals


def test_objects_a_line_are_known_by_their_first_character_and_read_into_their_depth(tmp_path: Path) -> None:
    rows = [
        {"created": 1_800_000_000, "usage": {"prompt_tokens": 5, "completion_tokens": 6}},
        {"created": 1_800_086_400, "usage": {"prompt_tokens": 7, "completion_tokens": 8}, "within": "8h"},
    ]
    log = read_log(written(tmp_path / "log", "\n".join(map(json.dumps, rows))), {})

    assert [(one.input_tokens, one.output_tokens) for one in log.arrivals] == [(5, 6), (7, 8)]
    assert (log.undated, log.days) == (1, 2)
    assert log.first_days(1).arrivals == log.arrivals[:1]


def test_parquet_is_read_by_its_ending(tmp_path: Path) -> None:
    pa: Any = importlib.import_module("pyarrow")
    pq: Any = importlib.import_module("pyarrow.parquet")
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table({"t_s": [60.0, 0.0], "in_tokens": [1, 2], "out_tokens": [3, None]}), path)

    log = read_log(str(path), {})

    assert [one.input_tokens for one in log.arrivals] == [1]
    assert [str(one) for one in log.bad] == ["line 2: out_tokens: there is no value"]


def test_parquet_without_its_extra_says_what_else_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)

    with pytest.raises(InputError, match=r"pip install 'bide\[parquet\]'; or write the log as CSV"):
        read_log(written(tmp_path / "log.parquet", "PAR1"), {})


def test_bad_rows_are_named_and_counted(tmp_path: Path) -> None:
    bad = "yesterday,1,2\n1,2\n"
    log = read_log(written(tmp_path / "log.csv", TABLE + bad + "x,1,2\n" * SHOWN), {})

    assert len(log.arrivals) == 2
    assert log.bad_rows == SHOWN + 2
    assert len(log.bad) == SHOWN
    assert str(log.bad[0]).startswith("line 4: t_s: 'yesterday' is no instant")
    assert str(log.bad[1]) == "line 5: cells in the record: 2, columns in the header: 3"


def test_lines_that_are_no_objects_are_bad_rows_too(tmp_path: Path) -> None:
    good = '{"t_s": 1, "in_tokens": 2, "out_tokens": 3}\n'
    log = read_log(written(tmp_path / "log.jsonl", good + "\n[1]\n{\n"), {})

    assert [(one.line, one.why.split(":")[0]) for one in log.bad] == [(3, "it is no JSON object"), (4, "it is no JSON")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "contains no request", id="empty"),
        pytest.param("t_s,in_tokens,out_tokens\n", "contains no request", id="a header alone"),
        pytest.param("t_s,in_tokens,out_tokens\nx,1,2\n", "no usable row; line 2: t_s: 'x' is no instant", id="no row"),
        pytest.param("when,in_tokens,out_tokens\n1,1,2\n", "--column at=NAME. There are in_tokens", id="no column"),
    ],
)
def test_what_is_no_log_is_refused_with_what_to_do(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_log(written(tmp_path / "log.csv", text), {})


def test_days_are_those_of_the_calendar(tmp_path: Path) -> None:
    log = read_log(written(tmp_path / "log.csv", f"{TABLE}{DAY / 1e6},1,2\n"), {})

    assert log.days == 2
    assert [one.at for one in log.first_days(1).arrivals] == [ORIGIN + HOUR, ORIGIN + 2 * HOUR]
