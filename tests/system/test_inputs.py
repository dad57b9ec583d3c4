"""What `bide run` reads: every format, packed or not, comes out as the same answers."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pyarrow
import pytest
import zstandard
from pyarrow import parquet

from tests.system.harness import Machine, Result, read_lines, text_of, write_lines, write_requests

TEMPLATE = ("--model", "gpt-5-mini", "--prompt", "Which of {labels}? {text}", "--var", "labels=card, cash")

TEXTS = ("My card is gone.", 'Cash, "please"', "Größe?\u2028Zwei")


def answered(done: Result, count: int) -> list[str]:
    """The answers on stdout of a run in which all went well."""
    assert done.code == 0, done.err
    lines = [json.loads(line) for line in done.out.split("\n") if line]
    assert len(lines) == count
    return [line["answer"] if "answer" in line else text_of(line) for line in lines]


def test_batch_lines(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 4)
    answers = answered(here.run("run", "questions.jsonl", "--within", "2h"), 4)
    assert [f"You said: What is {number} plus {number}?" in answer for number, answer in enumerate(answers)] == [
        True
    ] * 4


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "gzip": gzip.compress,
    "zstd with BOM": lambda data: zstandard.compress(b"\xef\xbb\xbf" + data),
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "no last line end": lambda data: data.rstrip(b"\n"),
}


@pytest.mark.parametrize("how", PACKED)
def test_packed_lines(here: Machine, how: str) -> None:
    path = here.folder / "questions.jsonl"
    write_requests(path, 3)
    path.write_bytes(PACKED[how](path.read_bytes()))
    answers = answered(here.run("run", "questions.jsonl", "--within", "2h"), 3)
    assert "What is 2 plus 2?" in answers[2]


def test_short_lines_keep_their_columns(here: Machine) -> None:
    write_lines(
        here.folder / "short.jsonl",
        {"prompt": "Who wrote Faust?", "shelf": 7},
        {"id": "mine", "messages": [{"role": "user", "content": "And Emma?"}], "shelf": 8},
    )
    done = here.run("run", "short.jsonl", "--model", "gpt-5-mini", "--within", "2h")
    assert done.code == 0, done.err
    first, second = (json.loads(line) for line in done.out.splitlines())
    assert (first["custom_id"], first["shelf"], first["lane"]) == ("row-1", 7, "batch")
    assert (second["custom_id"], second["shelf"]) == ("mine", 8)
    assert "Who wrote Faust?" in first["answer"]
    assert "And Emma?" in second["answer"]


def write_csv(path: Path) -> None:
    quoted = [text.replace('"', '""') for text in TEXTS]
    path.write_text("name,text\n" + "".join(f'n{row},"{text}"\n' for row, text in enumerate(quoted)), encoding="utf-8")


def write_parquet(path: Path) -> None:
    arrow, file = cast(Any, pyarrow), cast(Any, parquet)  # they carry no types
    file.write_table(arrow.table({"name": ["n0", "n1", "n2"], "text": list(TEXTS)}), path)


def write_tsv(path: Path) -> None:
    quoted = [text.replace('"', '""') for text in TEXTS]
    path.write_text(
        "name\ttext\n" + "".join(f'n{row}\t"{text}"\n' for row, text in enumerate(quoted)), encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("name", "write"), [("rows.csv", write_csv), ("rows.tsv", write_tsv), ("rows.parquet", write_parquet)]
)
def test_a_template_over_columns(here: Machine, name: str, write: Callable[[Path], None]) -> None:
    write(here.folder / name)
    done = here.run("run", name, *TEMPLATE, "--within", "2h", "-o", "answers.jsonl")
    assert done.code == 0, done.err
    rows = read_lines(here.folder / "answers.jsonl")
    assert [row["text"] for row in rows] == list(TEXTS)
    for row in rows:  # the simulated answer repeats what was said, with single spaces
        assert f"Which of card, cash? {' '.join(row['text'].split())}" in row["answer"]


def test_what_is_asked_for_reaches_the_provider(here: Machine) -> None:
    write_lines(here.folder / "short.jsonl", {"prompt": "Ping?", "parameters": {"top_p": 0.5}})
    (here.folder / "labels.json").write_text('["red", "blue"]', encoding="utf-8")
    options = ("--model", "gpt-5-mini", "--system", "Answer briefly.", "--param", "temperature=0", "--within", "2h")
    kept = ("--set", "providers.openai.keep_files=true")
    done = here.run(
        "run", "short.jsonl", *options, "--prompt", "{labels}: {prompt}", "--var", "labels=@labels.json", *kept
    )
    assert done.code == 0, done.err
    (line,) = here.uploads()
    assert (line["method"], line["url"]) == ("POST", "/v1/chat/completions")
    assert line["body"] == {
        "model": "gpt-5-mini",
        "messages": [
            {"role": "system", "content": "Answer briefly."},
            {"role": "user", "content": "red, blue: Ping?"},
        ],
        "temperature": 0,
        "top_p": 0.5,
    }
    assert "row-1" not in json.dumps(line)  # the provider never sees the caller's ids


def test_standard_input(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 2)
    text = (here.folder / "questions.jsonl").read_text(encoding="utf-8")
    answers = answered(here.run("run", "-", "--within", "2h", stdin=text), 2)
    assert "What is 1 plus 1?" in answers[1]
    assert here.status()[0]["name"] == "standard input"


def test_standard_input_in_another_format(here: Machine) -> None:
    done = here.run("run", "-", "--format", "csv", *TEMPLATE, "--within", "2h", stdin="text\nhello\n")
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == "text,answer,error,lane,cost"
    assert "Which of card, cash? hello" in done.out


def test_the_file_may_change_once_it_was_read(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 2)
    job = here.run("submit", "questions.jsonl", "--within", "2h", "--no-guard").out.strip()
    (here.folder / "questions.jsonl").write_text("gone\n", encoding="utf-8")
    assert here.run("watch", job).code == 0
    answers = answered(here.run("results", job), 2)
    assert "What is 1 plus 1?" in answers[1]
