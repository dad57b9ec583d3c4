"""A database that is not there: who only looks makes none, whatever was mistyped, and who makes one says where."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

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
    "webhooks test http://127.0.0.1:9/hook",
    "webhooks test whe_x",
    "providers show openai",
    "providers show openai --turnaround",
    "providers show openai --tokens",
)

RECKON = (
    "estimate --model openai/gpt-5-mini --requests 10 --tokens-in 100 --tokens-out 100 --reasoning learned",
    "estimate questions.jsonl --model openai/gpt-5-mini",
    "run questions.jsonl --dry-run",
)
"""Commands that reckon better by what is on record, and can do without."""

NEITHER = (
    "providers",
    "config show",
    "estimate --model openai/gpt-5-mini --requests 10 --tokens-in 100 --tokens-out 100",
    "files validate questions.jsonl",
    "advise --within 24h --tokens-per-day 12M",
)
"""Commands that need no record at all, but are handed one's name with the rest."""

QUESTION = '{"model": "gpt-5-mini", "messages": [{"role": "user", "content": "Why?"}]}'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIDE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.delenv("BIDE_DB", raising=False)
    (tmp_path / "questions.jsonl").write_text(f"{QUESTION}\n")
    return tmp_path


def run(*words: str) -> Result:
    done = CliRunner().invoke(app, words)
    if isinstance(done.exception, BideError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done


def is_untouched(folder: Path) -> bool:
    return [path.name for path in folder.iterdir()] == ["questions.jsonl"]


@pytest.mark.parametrize("command", LOOK)
def test_a_mistyped_path_is_told_and_nothing_is_made(folder: Path, command: str) -> None:
    with pytest.raises(SettingError, match=r"there is no database sub/tpyo\.db, named by --db; name one that is there"):
        run(*command.split(), "--db", "sqlite:///sub/tpyo.db")

    assert is_untouched(folder)


def test_who_named_it_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDE_DB", f"sqlite:////{folder}/tpyo.db")

    with pytest.raises(SettingError, match=r"tpyo\.db, named by environment \(BIDE_DB\)"):
        run("report")


@pytest.mark.parametrize("command", RECKON)
def test_what_only_reckons_does_so_without_a_record_and_says_so(folder: Path, command: str) -> None:
    named = run(*command.split(), "--output", "json", "--db", "sqlite:///sub/tpyo.db")
    own = run(*command.split(), "--output", "json")

    assert "nothing is on record: there is no database sub/tpyo.db, named by --db. `bide run FILE`" in named.stderr
    assert f"no database {folder}/home/bide.db, named by environment (BIDE_HOME). " in own.stderr
    assert json.loads(named.stdout).keys() == json.loads(own.stdout).keys()
    assert is_untouched(folder)


@pytest.mark.parametrize("command", NEITHER)
def test_what_needs_no_record_leaves_nothing_behind(folder: Path, command: str) -> None:
    assert "on record" not in run(*command.split()).stderr
    assert is_untouched(folder)


@pytest.mark.parametrize("command", ["status", "keys list", "report", "purge", "schedule list", "webhooks list"])
def test_one_that_nobody_named_is_as_good_as_empty_and_is_not_made_either(folder: Path, command: str) -> None:
    done = run(*command.split(), "--output", "json")

    assert f"nothing is on record: there is no database {folder}/home/bide.db, named by" in done.stderr
    assert done.stdout
    assert is_untouched(folder)


def test_a_test_is_not_signed_with_a_secret_that_is_forgotten_at_once(folder: Path) -> None:
    with pytest.raises(SettingError, match=r"no database .*/home/bide\.db yet, .* `bide webhooks add URL` makes both"):
        run("webhooks", "test", "http://127.0.0.1:9/hook")

    assert is_untouched(folder)


KEEP = (
    "keys create --name {}",
    "submit questions.jsonl --within 8h --no-guard",
    "schedule add {} questions.jsonl --nightly 02:00 --within 4h -o answers.jsonl",
    "webhooks add http://127.0.0.1:9/{} --set webhooks.http=true --set webhooks.allow=127.0.0.1",
)


@pytest.mark.parametrize("command", KEEP)
def test_what_keeps_makes_it_and_says_where(folder: Path, command: str) -> None:
    first, second = (run(*command.format(name).split(), "--db", "sqlite:///sub/new.db") for name in ("one", "two"))

    assert "bide: state is kept in a new database, sub/new.db" in first.stderr
    assert "new database" not in second.stderr
    assert (folder / "sub" / "new.db").is_file()
    assert "nothing is on record" not in run("keys", "list", "--db", "sqlite:///sub/new.db").stderr
