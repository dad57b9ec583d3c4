"""What comes out: the answers in input order, in the shape that was asked for, whole or not at all."""

import csv
import gzip
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from pyarrow import parquet

from tests.system.harness import Machine, read_lines, text_of, write_lines, write_requests

COUNT = 30


def write_rows(path: Path) -> None:
    lines = [f'{number},"row {number}, with a comma"' for number in range(COUNT)]
    path.write_text("key,text\n" + "\n".join(lines) + "\n", encoding="utf-8")


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The rows of an output with columns, whatever its format."""
    if path.suffix == ".parquet":
        return cast(Any, parquet).read_table(path).to_pylist()  # it carries no types
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if ".csv" in path.suffixes:
        return list(csv.DictReader(io.StringIO(data.decode())))
    return [json.loads(line) for line in data.decode().split("\n") if line]


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.jsonl", "out.parquet"])
def test_columns_and_what_is_added(here: Machine, name: str) -> None:
    write_rows(here.folder / "rows.csv")
    template = ("--prompt", "Say {text}", "--model", "gpt-5-mini", "--param", "max_completion_tokens=40")
    done = here.run("run", "rows.csv", *template, "--within", "2h", "-o", name)
    assert done.code == 0, done.err
    rows = rows_of(here.folder / name)
    assert [str(row["key"]) for row in rows] == [str(number) for number in range(COUNT)]
    assert [name for name in rows[0] if name != "custom_id"] == ["key", "text", "answer", "error", "lane", "cost"]
    for row in rows:
        assert f"Say {row['text']}" in row["answer"]
        assert (row["error"] or None, row["lane"]) == (None, "batch")
    paid = Decimal(done.last["money"]["paid"])
    assert sum(Decimal(row["cost"]) for row in rows) == paid
    assert [path.name for path in here.folder.iterdir() if path.name.startswith(".")] == []


def test_batch_output_in_input_order(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", COUNT)
    done = here.run("run", "questions.jsonl", "--within", "2h", "-o", "out.jsonl")
    assert done.code == 0, done.err
    lines = read_lines(here.folder / "out.jsonl")
    assert [line["custom_id"] for line in lines] == [f"q-{number}" for number in range(COUNT)]
    assert all(set(line) == {"id", "custom_id", "response", "error"} for line in lines)
    assert all(f"What is {number} plus {number}?" in text_of(line) for number, line in enumerate(lines))
    assert len({line["id"] for line in lines}) == COUNT
    assert json.loads(done.out.strip())["requests"]["succeeded"] == COUNT


def test_answers_on_stdout_leave_messages_to_stderr(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 2)
    done = here.run("run", "questions.jsonl", "--within", "2h", "--output-format", "csv")
    assert done.code == 0
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["lane"] for row in rows] == ["batch", "batch"]
    assert "saved" in done.err
    assert "50.0 %" in done.err


def test_an_existing_file_stays_until_the_answers_are_there(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", 2)
    out = here.folder / "out.jsonl"
    out.write_text("precious\n", encoding="utf-8")
    job = here.run("submit", "questions.jsonl", "--within", "2h", "-o", "out.jsonl", "--no-guard").out.strip()
    assert out.read_text(encoding="utf-8") == "precious\n"
    assert here.run("watch", job).code == 0
    assert [line["custom_id"] for line in read_lines(out)] == ["q-0", "q-1"]


def test_embeddings(here: Machine) -> None:
    write_lines(here.folder / "texts.jsonl", {"input": "one"}, {"input": "two"})
    options = ("--model", "text-embedding-3-small", "--within", "2h")
    done = here.run("run", "texts.jsonl", *options, "-o", "out.jsonl")
    assert done.code == 0, done.err
    vectors = [json.loads(row["answer"]) for row in read_lines(here.folder / "out.jsonl")]
    assert all(isinstance(number, float) for vector in vectors for number in vector)
    assert vectors[0] != vectors[1]
    assert done.last["requests"]["batch"] == 2


def test_responses(here: Machine) -> None:
    write_lines(here.folder / "short.jsonl", {"prompt": "Who wrote Faust?"})
    options = ("--model", "gpt-5-mini", "--endpoint", "responses", "--within", "2h")
    done = here.run("run", "short.jsonl", *options, "-o", "out.jsonl", "--set", "providers.openai.keep_files=true")
    assert done.code == 0, done.err
    (line,) = here.uploads()
    assert line["url"] == "/v1/responses"
    (row,) = read_lines(here.folder / "out.jsonl")
    assert "Who wrote Faust?" in row["answer"]


def test_endpoints_and_models_mixed_in_one_file(here: Machine) -> None:
    def line(number: int, url: str, **body: Any) -> dict[str, Any]:
        return {"custom_id": f"m-{number}", "method": "POST", "url": url, "body": body}

    chat = [{"role": "user", "content": "Hello"}]
    write_lines(
        here.folder / "mixed.jsonl",
        line(0, "/v1/chat/completions", model="gpt-5-mini", messages=chat),
        line(1, "/v1/embeddings", model="text-embedding-3-small", input="Hello"),
        line(2, "/v1/chat/completions", model="gpt-5-nano", messages=chat),
        line(3, "/v1/responses", model="gpt-5-mini", input="Hello"),
    )
    done = here.run("run", "mixed.jsonl", "--within", "2h", "-o", "out.jsonl")
    assert done.code == 0, done.err
    answers = read_lines(here.folder / "out.jsonl")
    assert [line["custom_id"] for line in answers] == ["m-0", "m-1", "m-2", "m-3"]
    assert [line["response"]["body"]["object"] for line in answers] == [
        "chat.completion",
        "list",
        "chat.completion",
        "response",
    ]
    assert len(here.books()["batches"]) == 4
