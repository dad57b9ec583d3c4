"""`bide files`: looking at an input needs no key and leaves nothing behind."""

from dataclasses import replace
from typing import Any

import pytest

from tests.system.harness import Machine, write_requests


@pytest.fixture
def keyless(here: Machine) -> Machine:
    """A machine without a key."""
    return replace(here, extra={"OPENAI_API_KEY": ""})


def test_validate_a_good_file(keyless: Machine) -> None:
    write_requests(keyless.folder / "questions.jsonl", 4)
    done = keyless.run("files", "validate", "questions.jsonl", "--output", "json")
    assert (done.code, done.last) == (0, {"requests": 4, "refused": 0, "problems": []})
    assert (
        "4 good requests, 0 bad lines" in keyless.run("files", "validate", "questions.jsonl", "--output", "table").err
    )
    assert not (keyless.folder / "home").exists()


def test_validate_names_every_bad_line(keyless: Machine) -> None:
    write_requests(keyless.folder / "questions.jsonl", 3)
    with (keyless.folder / "questions.jsonl").open("ab") as file:
        file.write(b'{"prompt": "Hi"}\n\xff\n')
        file.write((keyless.folder / "questions.jsonl").read_bytes().splitlines()[0] + b"\n")
    done = keyless.run("files", "validate", "questions.jsonl", "--output", "json")
    assert done.code == 1
    found = [(problem["line"], problem["code"]) for problem in done.last["problems"]]
    assert found == [(4, "missing_model"), (5, "invalid_encoding"), (6, "duplicate_custom_id")]
    assert all(problem["message"] and problem["remedy"] for problem in done.last["problems"])
    table = keyless.run("files", "validate", "questions.jsonl", "--output", "table")
    assert table.code == 1
    assert "line 6: duplicate_custom_id: " in table.out
    mended = keyless.run("files", "validate", "questions.jsonl", "--model", "gpt-5-mini", "--output", "json")
    assert mended.last["refused"] == 2


def test_validate_where_every_line_is_bad(keyless: Machine) -> None:
    (keyless.folder / "bad.jsonl").write_text("{\n{\n", encoding="utf-8")
    done = keyless.run("files", "validate", "bad.jsonl", "--output", "json")
    assert (done.code, done.last["refused"]) == (1, 2)


def test_stats(keyless: Machine) -> None:
    (keyless.folder / "rows.csv").write_text("text\nshort\na much longer text than the other one\n", encoding="utf-8")
    template = ("--prompt", "Say {text}", "--model", "gpt-5-mini")
    done = keyless.run("files", "stats", "rows.csv", *template, "--output", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = done.last
    (model,) = found["models"]
    assert (found["requests"], found["refused"], model["model"], model["requests"]) == (2, 0, "gpt-5-mini", 2)
    assert model["input_tokens"] > model["longest_input"] > 0
    table = keyless.run("files", "stats", "rows.csv", *template, "--output", "table")
    assert "gpt-5-mini" in table.out
    assert "2 requests" in table.err


@pytest.mark.parametrize("command", ["validate", "stats"])
def test_an_empty_or_missing_file(keyless: Machine, command: str) -> None:
    (keyless.folder / "empty.jsonl").write_text("\n\n", encoding="utf-8")
    for name, words in (("empty.jsonl", "contains no request"), ("nowhere.jsonl", "there is no file")):
        done = keyless.run("files", command, name)
        assert done.code == 2
        assert words in done.err
        assert "Traceback" not in done.err


def test_cells_that_are_separated_otherwise(keyless: Machine) -> None:
    (keyless.folder / "rows.csv").write_text("text;x\na,b;1\nc,d;2\n", encoding="utf-8")
    template = ("files", "validate", "rows.csv", "--prompt", "Say {text}", "--model", "gpt-5-mini", "--output", "json")
    told = keyless.run(*template)
    assert told.code == 2
    assert "say --delimiter ';'" in told.err
    done = keyless.run(*template, "--delimiter", ";")
    assert (done.code, done.last) == (0, {"requests": 2, "refused": 0, "problems": []})
