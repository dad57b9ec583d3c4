"""What `bide audit` shows."""

import json
from pathlib import Path

import pytest
from tests.audit.given import audited, days
from tests.audit.planted import mix
from tests.audit.views.test_page import evil

from bide.cli.audit_view import Form, form_of, show
from bide.core.errors import InputError


def test_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    show(audited(sorted(mix(), key=lambda row: row.at)), Form.TABLE, None)
    told = capsys.readouterr().out

    assert told.startswith("A month of this costs $113.37; $44.25 – $54.63 (39 – 48 %) of it need not be paid.\n")
    for said in (
        "do this first: $44.25 – $54.63 a month",
        "move to batches",
        "could wait: somebody waits $36.36, hours $77.02",
        "by workflow",
    ):
        assert said in told
    assert "of the input can be left out" in told


def test_names_cannot_write_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show(audited(evil()), Form.TABLE, None)

    assert "\x1b" not in capsys.readouterr().out


def test_json_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    show(audited(days()), Form.JSON, None)
    told = capsys.readouterr().out

    assert told.count("\n") == 1
    assert json.loads(told)["a_month"]["now"] == "84"


@pytest.mark.parametrize(("name", "begins"), [("a.html", "<!doctype html>"), ("a.md", "# What"), ("a.json", "{")])
def test_a_file_is_what_its_ending_says(tmp_path: Path, name: str, begins: str) -> None:
    file = str(tmp_path / name)
    show(audited(days()), form_of(None, file, watched=True), file)

    assert Path(file).read_text("utf-8").startswith(begins)


def test_who_looks_on_sees_a_table_and_who_pipes_gets_json() -> None:
    assert form_of(None, None, watched=True) is Form.TABLE
    assert form_of(None, None, watched=False) is Form.JSON
    assert form_of(Form.MARKDOWN, "a.txt", watched=True) is Form.MARKDOWN


@pytest.mark.parametrize(("asked", "name"), [(None, "a.txt"), (Form.TABLE, "a.html")])
def test_a_file_of_nobody_knows_what_is_refused(asked: Form | None, name: str) -> None:
    with pytest.raises(InputError, match=r"end the name in \.json, \.md or \.html"):
        form_of(asked, name, watched=True)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be written: .*; name one in a folder"):
        show(audited(days()), Form.HTML, str(tmp_path / "nowhere" / "a.html"))


def test_the_page_of_the_docs_shows_what_comes_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "118")
    show(audited(sorted(mix(), key=lambda row: row.at)), Form.TABLE, None)
    told = "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines())
    page = (Path(__file__).parents[2] / "docs" / "audit.md").read_text("utf-8")

    assert told.startswith(page.split("```\n")[1].rstrip())
