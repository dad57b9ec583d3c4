"""`bide calculator`: the page as a file, and in a browser."""

import json
import re
import stat
import webbrowser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bide.cli.app import app
from bide.core.errors import InputError

OWN = '[prices."openai/gpt-4o-mini"]\ninput = "123.456"\noutput = "456.789"\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIDE_HOME", str(tmp_path / "home"))
    (tmp_path / "bide.toml").write_text(OWN)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["calculator", *arguments])


def contents(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="contents">(.+?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_page_goes_into_a_file_by_the_prices_of_a_day(home: Path) -> None:
    done = run("export", "page.html", "--at", "2026-11-20")

    found = contents((home / "page.html").read_text("utf-8"))
    assert done.exit_code == 0
    assert "page.html" in done.stderr
    assert found["catalogue"]["day"] == "2026-11-20"


def test_ones_own_prices_go_into_a_file_only_if_told_and_into_the_browser_always(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)

    assert "123.456" not in run("export", "-").stdout
    assert "123.456" in run("export", "-", "--own-prices").stdout
    done = run("open")

    page = home / "home" / "calculator.html"
    assert opened == [page.as_uri()]
    assert "123.456" in page.read_text("utf-8")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert f"the page is {page}" in done.stderr  # nothing was opened


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["page.html", "--at", "soon"], "--at soon is no day", id="no day"),
        pytest.param(
            ["missing/page.html"],
            "missing/page.html cannot be written: No such file or directory; name one in",
            id="no folder",
        ),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], told: str) -> None:
    done = run("export", *arguments)

    assert isinstance(done.exception, InputError)
    assert told in str(done.exception)
