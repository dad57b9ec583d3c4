"""CSV and TSV as people and spreadsheets write them."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.intake.reading import Found, read_bytes

from bide.core.errors import InputError
from bide.intake import table
from bide.intake.defaults import Defaults
from bide.intake.problem import Code
from bide.intake.reader import open_input
from bide.intake.source import EmptyFileError

ASK = Defaults(model="m", prompt="{text}")
SHARED = Path(os.environ.get("BIDE_SHARED", Path(__file__).parents[3] / "shared"))
QUERIES = SHARED / "datasets" / "banking77" / "queries.csv"


def read(data: str | bytes, defaults: Defaults = ASK, **options: Any) -> Found:
    return read_bytes(data, defaults, **{"file_format": "csv", **options})


def prompts(found: Found) -> list[str]:
    assert found.problems == []
    return [json.loads(body)["messages"][-1]["content"] for body in found.bodies]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param("text\na\nb\n", ["a", "b"], id="plain"),
        pytest.param("text\r\na\r\nb", ["a", "b"], id="carriage returns, no last end"),
        pytest.param("\ufefftext\na", ["a"], id="byte order mark"),
        pytest.param('\ufeff"text"\n"a"', ["a"], id="byte order mark before a quote"),
        pytest.param('text,x\n"a\nb\r\nc",1\nd,2', ["a\nb\r\nc", "d"], id="line breaks in a cell"),
        pytest.param('text\n"a ""quoted"" word, and more"', ['a "quoted" word, and more'], id="quotes in a cell"),
        pytest.param('text\n5" disk', ['5" disk'], id="a quote inside an unquoted cell"),
        pytest.param("text\na\u2028b\u0085c\x0bd", ["a\u2028b\u0085c\x0bd"], id="other line separators"),
        pytest.param("\n\ntext\n\na\n\n", ["a"], id="blank lines"),
        pytest.param("text\n Grüße 😀 ", [" Grüße 😀 "], id="beyond ASCII, with its spaces"),
    ],
)
def test_cells(data: str, expected: list[str]) -> None:
    assert prompts(read(data)) == expected


def test_lines_rows_ids_and_columns() -> None:
    found = read('text,kind\n"a\nb",1\n\nc,2\n')
    assert [(entry.line, entry.custom_id, entry.columns) for entry in found.entries] == [
        (2, "row-1", b'{"text":"a\\nb","kind":"1"}'),
        (5, "row-2", b'{"text":"c","kind":"2"}'),
    ]
    assert found.blank == 1


@pytest.mark.parametrize(
    ("header", "id_column", "custom_id"),
    [
        pytest.param("text,custom_id,id", None, "b", id="custom_id"),
        pytest.param("text,id,other", None, "b", id="id"),
        pytest.param("text,id,ticket", "ticket", "c", id="named"),
        pytest.param("text,id,ticket", "", "row-1", id="numbered on purpose"),
        pytest.param("text,x,y", None, "row-1", id="none"),
    ],
)
def test_custom_ids(header: str, id_column: str | None, custom_id: str) -> None:
    defaults = Defaults(model="m", prompt="{text}", id_column=id_column)
    assert read(f"{header}\na,b,c", defaults).entry.custom_id == custom_id


def test_bodies_take_the_defaults() -> None:
    defaults = Defaults(
        model="m",
        prompt="Which of {labels}? {text}",
        variables={"labels": "a, b"},
        system="S",
        parameters={"max_completion_tokens": 7, "n": 2},
    )
    found = read("text\nx", defaults)
    assert found.entry.max_output_tokens == 14
    assert found.body == {
        "model": "m",
        "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "Which of a, b? x"}],
        "max_completion_tokens": 7,
        "n": 2,
    }


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        ("responses", {"model": "m", "instructions": "S", "input": "x"}),
        ("chat", {"model": "m", "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "x"}]}),
    ],
)
def test_endpoints(endpoint: str, body: dict[str, Any]) -> None:
    assert read("text\nx", Defaults(model="m", prompt="{text}", system="S", endpoint=endpoint)).body == body


def test_embeddings() -> None:
    found = read("text\nx", Defaults(model="m", prompt="{text}", endpoint="embeddings"))
    assert (found.entry.endpoint, found.body) == ("/v1/embeddings", {"model": "m", "input": "x"})


def test_a_column_named_prompt_needs_no_template() -> None:
    assert prompts(read("prompt,x\na{b},1", Defaults(model="m"))) == ["a{b}"]


def test_tabs_and_other_separators(tmp_path: Path) -> None:
    path = tmp_path / "rows.tsv"
    path.write_text('text\tx\n"a\tb"\t1\n')
    with open_input(path, ASK) as opened:
        assert opened.columns == ("text", "x")
        assert prompts(Found(list(opened))) == ["a\tb"]
    assert prompts(read("text;x\na,b;1", delimiter=";")) == ["a,b"]
    assert prompts(read("text\tx\na,b\t1", delimiter=r"\t")) == ["a,b"]


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n", "\r"])
def test_what_cannot_separate_cells(delimiter: str) -> None:
    with pytest.raises(InputError, match=r"cannot separate cells; say one character, as in --delimiter ';'"):
        read("text;x\na,b;1", delimiter=delimiter)


def test_json_lines_have_no_delimiter() -> None:
    with pytest.raises(InputError, match="read as jsonl, which has no --delimiter; leave it out, or say --format csv"):
        read('{"prompt": "a"}', file_format="jsonl", delimiter=";")


@pytest.mark.parametrize(
    ("record", "code", "line", "lines"),
    [
        pytest.param(b"a,b,c", Code.WRONG_NUMBER_OF_COLUMNS, 3, 1, id="a cell too many"),
        pytest.param(b"a", Code.WRONG_NUMBER_OF_COLUMNS, 3, 1, id="a cell too few"),
        pytest.param(b'"a"b,c', Code.INVALID_CSV_ROW, 3, 1, id="text behind a closing quote"),
        pytest.param(b"a\rb,c", Code.INVALID_CSV_ROW, 3, 1, id="a lone carriage return"),
        pytest.param(b"caf\xe9,b", Code.INVALID_ENCODING, 3, 1, id="Latin-1"),
        pytest.param(b'"two\ncaf\xe9\nlines",b', Code.INVALID_ENCODING, 4, 3, id="Latin-1 inside a record"),
        pytest.param(b"a\0,b", Code.INVALID_ENCODING, 3, 1, id="NUL"),
        pytest.param(b",b", Code.MISSING_PROMPT, 3, 1, id="an empty prompt"),
        pytest.param(b'" \n",b', Code.MISSING_PROMPT, 3, 2, id="a blank prompt"),
    ],
)
def test_a_bad_record_is_a_problem_and_its_neighbours_go_on(record: bytes, code: Code, line: int, lines: int) -> None:
    found = read(b"text,x\ngood,1\n" + record + b"\ngood,2\n")
    assert [(problem.line, problem.code) for problem in found.problems] == [(line, code)]
    assert [(entry.line, entry.custom_id) for entry in found.entries] == [(2, "row-1"), (3 + lines, "row-3")]


def test_an_empty_id_is_a_problem() -> None:
    assert read("id,text\n,x").problem.code == Code.INVALID_CUSTOM_ID


def test_a_quote_that_is_never_closed() -> None:
    found = read('text\na\n"b\nc\n')
    assert [(problem.line, problem.code) for problem in found.problems] == [(3, Code.INVALID_CSV_ROW)]
    assert "never closed" in found.problems[0].message


def test_a_quote_that_is_never_closed_does_not_take_in_the_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = csv.field_size_limit()
    monkeypatch.setattr(table, "CELL_LIMIT", 1_000)
    csv.field_size_limit(1_000)
    try:
        found = read('text\na\n"b\n' + "c\n" * 2_000)
    finally:
        csv.field_size_limit(usual)
    assert [(problem.line, problem.code) for problem in found.problems] == [(3, Code.LINE_TOO_LARGE)]
    assert "never closed" in found.problems[0].remedy
    assert len(found.entries) > 1_000


def test_long_cells_are_read() -> None:
    text = "x" * 1_000_000
    assert prompts(read(f"text\n{text}")) == [text]


def test_a_line_beyond_the_limit_is_refused_though_its_beginning_could_be_read() -> None:
    found = read("text\n" + "a" * 200 + "\nb", line_limit=100)
    assert [(problem.line, problem.code) for problem in found.problems] == [(2, Code.LINE_TOO_LARGE)]
    assert [entry.line for entry in found.entries] == [3]


@pytest.mark.parametrize(
    ("data", "defaults", "words"),
    [
        pytest.param("text\nx", Defaults(prompt="{text}"), "which model is to answer", id="no model"),
        pytest.param("text,b\nx,y", Defaults(model="m"), r'--prompt "… \{text\}" \(columns: text, b\)', id="no prompt"),
        pytest.param("id,b\nx,y", Defaults(model="m"), r"… \{b\}", id="no prompt, id first"),
        pytest.param("text\nx", Defaults(model="m", prompt="{txt}"), r'no column \(did you mean "text"\?\)', id="name"),
        pytest.param("text;b\nx;y", ASK, r"If ';' separates the columns, say --delimiter ';'", id="another separator"),
        pytest.param("text,text\nx,y", ASK, 'two columns "text"', id="a name twice"),
        pytest.param("text,,\nx,y,", ASK, "column 2 .* has no name", id="no name"),
        pytest.param(
            "text\nx", Defaults(model="m", prompt="{text}", id_column="i"), 'no column "i" for', id="id column"
        ),
        pytest.param('"te"xt\nx', ASK, "the header of the input cannot be read: line 1", id="a broken header"),
    ],
)
def test_what_no_row_could_survive_is_refused_at_once(data: str, defaults: Defaults, words: str) -> None:
    with pytest.raises(InputError, match=words):
        open_input(io.BytesIO(data.encode()), defaults, file_format="csv")


@pytest.mark.parametrize("data", ["", "\n", "\ufeff", "text\n", "text\n\n"])
def test_a_table_without_rows_is_an_error(data: str) -> None:
    with pytest.raises(EmptyFileError):
        read(data)


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(str.strip),
        min_size=1,
        max_size=5,
    ),
    st.integers(1, 200),
)
def test_what_the_csv_module_writes_is_read(cells: list[str], block_size: int) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["id", "text"])
    writer.writerows(enumerate(cells))
    found = read(file.getvalue(), block_size=block_size)
    assert prompts(found) == cells
    assert [entry.custom_id for entry in found.entries] == [str(number) for number in range(len(cells))]
    assert [json.loads(entry.columns)["text"] for entry in found.entries] == cells


@given(st.binary(max_size=200), st.integers(1, 100))
def test_garbage_never_raises(rubbish: bytes, block_size: int) -> None:
    found = read(b"text,x\ngood,1\n" + rubbish, block_size=block_size)
    assert found.entries[0].line == 2
    assert all(problem.line >= 3 for problem in found.problems)


@pytest.mark.skipif(not QUERIES.exists(), reason=f"the bank customers' questions are not at {QUERIES}")
def test_real_questions() -> None:
    defaults = Defaults(model="gpt-5-mini", prompt="Which of {labels}? {text}", variables={"labels": "a, b"})
    with open_input(QUERIES, defaults) as opened:
        found = Found(list(opened))
        assert opened.columns == ("text", "category")
        assert opened.progress.bytes_read == QUERIES.stat().st_size
    assert len(prompts(found)) == 10_003
    assert prompts(found)[0] == "Which of a, b? I am still waiting on my card?"
    assert [entry.custom_id for entry in found.entries] == [f"row-{number}" for number in range(1, 10_004)]
    assert json.loads(found.entries[0].columns)["category"] == "card_arrival"
