"""The options by which a file is handed in: the same at every command that does so, and handed on as they were typed."""

import inspect
from dataclasses import fields

import pytest
import typer
from typer.testing import CliRunner

from bide.cli import run, schedule, submit
from bide.cli.asking import OPTIONS, Asking, asks
from bide.intake.asked import Asked

told: list[Asked] = []
app = typer.Typer()


@app.command()
@asks
def take(source: str, *, asked: Asking, new: bool = False) -> None:
    """Take a file in."""
    told.append(asked(source=source, new=new))


def typed(*arguments: str) -> Asked:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return told.pop()


def test_nothing_is_asked_that_was_not_typed() -> None:
    found = typed("a.jsonl")

    assert {name: getattr(found, name) for name in OPTIONS} == {
        **dict.fromkeys(OPTIONS),
        "variables": [],
        "parameters": [],
        "strict": False,
    }
    assert (found.source, found.new) == ("a.jsonl", False)


def test_what_was_typed_is_asked() -> None:
    found = typed("a.jsonl", "--within", "1h", "--var", "a=1", "--var", "b=2", "--strict", "--cache", "7d", "--new")

    assert (found.within, found.variables, found.strict, found.cache, found.new) == (
        "1h",
        ["a=1", "b=2"],
        True,
        "7d",
        True,
    )


def test_every_field_has_its_option() -> None:
    assert {one.name for one in fields(Asked)} == {*OPTIONS, "source", "new"}


@pytest.mark.parametrize("command", [run.run, submit.submit, schedule.add], ids=["run", "submit", "schedule add"])
def test_each_command_has_all_of_them(command: object) -> None:
    assert callable(command)
    names = [*inspect.signature(command).parameters]

    assert [name for name in names if name in OPTIONS] == [*OPTIONS]
    assert "asked" not in names
