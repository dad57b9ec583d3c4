import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bide.cli import guard
from bide.cli.guard import LOG, Guard
from bide.config import load


class Started:
    """Stands for a process, and keeps how it was started."""

    pid = 4_711
    returncode: int | None = None

    def __init__(self, command: list[str], **options: Any) -> None:
        started.append((command, options))
        options["stdout"].write(b"from the worker\n")


started: list[tuple[list[str], dict[str, Any]]] = []


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started.clear()
    monkeypatch.setattr(guard.subprocess, "Popen", Started)


def a_guard(home: Path, **options: Any) -> Guard:
    values: dict[str, Any] = {"database": None, "assignments": (), "file": None}
    return Guard(load({"BIDE_HOME": str(home)}), **(values | options))


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        pytest.param({}, [], id="nothing was given"),
        pytest.param({"assignments": ["engine.steps=2", "input.model=m"]}, ["--set", "engine.steps=2", "--set", "input.model=m"], id="settings"),
        pytest.param({"file": "b.toml"}, ["--config", "b.toml"], id="a file"),
    ],
)  # fmt: skip
def test_a_guard_has_the_options_of_its_command(tmp_path: Path, options: dict[str, Any], arguments: list[str]) -> None:
    assert a_guard(tmp_path, **options).start() == Started.pid

    [(command, _)] = started
    assert command == [sys.executable, "-m", "bide", "worker", *arguments]


def test_a_guard_outlives_the_terminal(tmp_path: Path) -> None:
    a_guard(tmp_path).start()

    [(_, options)] = started
    assert options["start_new_session"]
    assert options["stdin"] is subprocess.DEVNULL
    assert options["stdout"] is options["stderr"]
    assert options["env"] == {"BIDE_HOME": str(tmp_path)}, "it has the keys of whoever started it"


def test_a_guard_s_command_line_does_not_show_the_database_s_password(tmp_path: Path) -> None:
    url = "postgresql://me:secret@db.example/bide"

    a_guard(tmp_path, database=url).start()

    [(command, options)] = started
    assert not [argument for argument in command if "secret" in argument]
    assert options["env"] == {"BIDE_HOME": str(tmp_path), "BIDE_DB": url}


def test_what_guards_say_is_kept(tmp_path: Path) -> None:
    home = tmp_path / "not" / "there"

    for _ in range(2):
        a_guard(home).start()

    assert (home / LOG).read_bytes() == b"from the worker\n" * 2
