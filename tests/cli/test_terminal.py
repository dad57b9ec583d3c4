import json
import sys

import pytest
from tests.cli.given import a_progress

from bide.cli.exits import ALL_ANSWERED, SOME_FAILED, exit_code
from bide.cli.options import Output
from bide.cli.terminal import chosen, say, show_json, show_pairs, show_table
from bide.store.jobs import Progress


def test_messages_do_not_mix_with_results(capsys: pytest.CaptureFixture[str]) -> None:
    say("a message")
    show_json({"a": 1})

    captured = capsys.readouterr()
    assert (captured.err, captured.out) == ("a message\n", '{"a": 1}\n')


@pytest.mark.parametrize(
    ("asked", "terminal", "output"),
    [
        pytest.param(None, True, Output.TABLE, id="a terminal"),
        pytest.param(None, False, Output.JSON, id="a pipe"),
        pytest.param(Output.JSON, True, Output.JSON, id="JSON was asked for"),
        pytest.param(Output.TABLE, False, Output.TABLE, id="a table was asked for"),
    ],
)
def test_the_form_of_results(
    asked: Output | None, terminal: bool, output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)

    assert chosen(asked) is output


def test_json_is_one_line_of_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"name": "Zoë\n", "rows": [1, None]})

    out = capsys.readouterr().out
    assert (out.count("\n"), json.loads(out)) == (1, {"name": "Zoë\n", "rows": [1, None]})
    assert "Zoë" in out


def test_pairs_stand_in_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_pairs({"a": 1, "longer": "two\nlines"})

    assert capsys.readouterr().out == "  a       1\n  longer  two\n          lines\n"


def test_no_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    show_pairs({})

    assert capsys.readouterr().out == ""


def test_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("name", "count"), [("a", 5), ("bb", None), ("c", 1_000)], numbers=("count",))

    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines[0].split() == ["name", "count"]
    assert [line.split() for line in lines[2:]] == [["a", "5"], ["bb"], ["c", "1000"]]
    assert {len(line) for line in lines if line.endswith(("count", "5", "1000"))} == {len(lines[0])}


@pytest.mark.parametrize("width", ["20", "60", "200"])
def test_numbers_are_never_broken(
    width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    amounts = [f"$0.00{number}" for number in range(10, 18)]
    columns = [f"amount{number}" for number in range(8)]

    show_table(("a long name", *columns), [("a workflow with a long name", *amounts)], numbers=columns)

    out = capsys.readouterr().out
    assert all(word in out for word in (*amounts, *columns))
    assert any(all(amount in line for amount in amounts) for line in out.splitlines())


@pytest.mark.parametrize("name", ["tickets[old].jsonl", "[/old]"])
def test_a_cell_is_text_as_it_is(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    show_table((f"column {name}",), [(name,)])

    assert capsys.readouterr().out.count(name) == 2


@pytest.mark.parametrize(
    ("progress", "code"),
    [
        pytest.param(a_progress(batch=3, realtime=2), ALL_ANSWERED, id="all of them"),
        pytest.param(a_progress(), ALL_ANSWERED, id="there was nothing to answer"),
        pytest.param(a_progress(batch=3, failed=1), SOME_FAILED, id="one failed"),
        pytest.param(a_progress(batch=3, cancelled=1), SOME_FAILED, id="one was cancelled"),
        pytest.param(a_progress(batch=3, expired=1), SOME_FAILED, id="one expired"),
        pytest.param(a_progress(batch=3, batched=1), SOME_FAILED, id="one is still open"),
    ],
)
def test_what_a_job_means_for_a_script(progress: Progress, code: int) -> None:
    assert exit_code(progress) == code
