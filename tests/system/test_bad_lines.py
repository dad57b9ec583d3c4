"""Lines that cannot be used: each is named, and nothing is spent before the user has decided."""

import json
from pathlib import Path

from tests.system.harness import Machine, read_lines, write_requests


def write_some_bad(path: Path) -> None:
    """Six lines, four of them bad in their own ways."""
    write_requests(path, 3)
    good = path.read_text(encoding="utf-8").splitlines()
    nameless = json.loads(good[1])
    del nameless["body"]["model"]
    nameless["custom_id"] = "nameless"
    elsewhere = {**json.loads(good[2]), "url": "/v1/images", "custom_id": "elsewhere"}
    lines = [good[0], "{not json", good[0], json.dumps(nameless), json.dumps(elsewhere), good[2]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


FOUND = ((2, "invalid_json_line"), (3, "duplicate_custom_id"), (4, "missing_model"), (5, "unsupported_url"))


def test_a_run_stops_before_anything_is_spent(here: Machine) -> None:
    write_some_bad(here.folder / "mixed.jsonl")
    done = here.run("run", "mixed.jsonl", "--within", "2h", "-o", "out.jsonl")
    assert done.code == 2
    for line, code in FOUND:
        assert f"line {line}: {code}: " in done.err
    assert "--on-bad-line skip" in done.err
    assert "--model" in done.err  # the remedy of a missing model
    assert sum(here.books()["received"].values()) == 0
    assert here.status() == []
    assert not (here.folder / "out.jsonl").exists()


def test_good_lines_go_on_with_skip(here: Machine) -> None:
    write_some_bad(here.folder / "mixed.jsonl")
    done = here.run("run", "mixed.jsonl", "--within", "2h", "-o", "out.jsonl", "--on-bad-line", "skip")
    assert done.code == 0, done.err
    for line, code in FOUND:
        assert f"line {line}: {code}: " in done.err
    assert "going on without 4 bad lines" in done.err
    assert [line["custom_id"] for line in read_lines(here.folder / "out.jsonl")] == ["q-0", "q-2"]
    assert done.last["requests"] | {"total": 2, "refused_lines": 4} == done.last["requests"]
    assert here.billed == {"batch": 2}


def test_a_default_model_mends_a_line(here: Machine) -> None:
    write_some_bad(here.folder / "mixed.jsonl")
    options = ("--on-bad-line", "skip", "--model", "gpt-5-mini")
    done = here.run("run", "mixed.jsonl", "--within", "2h", "-o", "out.jsonl", *options)
    assert done.code == 0, done.err
    assert [line["custom_id"] for line in read_lines(here.folder / "out.jsonl")] == ["q-0", "nameless", "q-2"]


def test_nothing_but_bad_lines(here: Machine) -> None:
    (here.folder / "bad.jsonl").write_text("{\n[]\n", encoding="utf-8")
    done = here.run("run", "bad.jsonl", "--within", "2h", "--on-bad-line", "skip")
    assert done.code == 2
    assert "line 1: invalid_json_line" in done.err
    assert sum(here.books()["received"].values()) == 0


def test_a_row_longer_than_the_context_window(here: Machine) -> None:
    path = here.folder / "long.jsonl"
    write_requests(path, 2)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(lines[0] + "\n" + lines[1].replace("What is", "word " * 2_500_000) + "\n", encoding="utf-8")
    done = here.run("run", "long.jsonl", "--within", "2h")
    assert done.code == 2
    assert "line 2: context_window_exceeded" in done.err


def test_many_bad_lines_are_counted(here: Machine) -> None:
    (here.folder / "bad.jsonl").write_text("{\n" * 500, encoding="utf-8")
    done = here.run("run", "bad.jsonl", "--within", "2h")
    assert done.code == 2
    assert done.err.count("invalid_json_line") < 50
    assert "and 480 more; `bide files validate` lists them all" in done.err
    found = here.run("files", "validate", "bad.jsonl", "--output", "json")
    assert found.code == 1
    assert found.last["refused"] == 500
