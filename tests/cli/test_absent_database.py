"""A database that somebody named and that is not there: commands that look for what is on record say so, and make none."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bide.cli.app import app
from bide.core.errors import BideError, SettingError

LOOK = (
    "status",
    "status job_x",
    "explain req_x",
    "results job_x",
    "watch job_x",
    "report",
    "audit --ledger",
    "whatif --ledger",
    "cancel job_x --no-guard",
    "retry job_x --failed --no-guard",
    "purge --dry-run",
    "purge",
    "keys list",
    "keys revoke key_x",
    "keys rotate key_x",
    "schedule list",
    "schedule remove nightly",
    "schedule run-now nightly --no-guard",
    "webhooks list",
    "webhooks show whe_x",
    "webhooks log",
    "webhooks redeliver evt_x",
    "webhooks rotate whe_x",
    "webhooks enable whe_x",
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIDE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("BIDE_DB", raising=False)
    return tmp_path


def run(*words: str) -> None:
    done = CliRunner().invoke(app, words)
    if isinstance(done.exception, BideError):
        raise done.exception
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("command", LOOK)
def test_a_mistyped_path_is_told_and_nothing_is_made(folder: Path, command: str) -> None:
    with pytest.raises(SettingError, match=r"there is no database sub/tpyo\.db, named by --db; name one that is there"):
        run(*command.split(), "--db", "sqlite:///sub/tpyo.db")

    assert list(folder.iterdir()) == []


def test_who_named_it_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDE_DB", f"sqlite:////{folder}/tpyo.db")

    with pytest.raises(SettingError, match=r"tpyo\.db, named by environment \(BIDE_DB\)"):
        run("report")


def test_one_that_nobody_named_begins_empty(folder: Path) -> None:
    run("status", "--output", "json")
    run("keys", "list", "--output", "json")

    assert (folder / "home" / "bide.db").is_file()


def test_what_writes_makes_it(folder: Path) -> None:
    run("keys", "create", "--name", "night", "--db", "sqlite:///new.db")

    run("keys", "list", "--db", "sqlite:///new.db")
    assert (folder / "new.db").is_file()
