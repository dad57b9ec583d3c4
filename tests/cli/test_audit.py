"""`bide audit`: files and bide's own record in, findings out, and what could not be used."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bide import config
from bide.cli.app import app
from bide.core.clock import DAY, HOUR, SECOND
from bide.core.states import AttemptState
from bide.core.usage import Usage
from bide.embedded import opened
from bide.store.passages import Passage, Passed
from bide.store.reports import Price

LOG = "t_s,in_tokens,out_tokens,client\n" + "".join(
    f"{hour * 3600 + call},1000,100,{call % 2}\n" for hour in range(48) for call in range(4)
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIDE_HOME", str(tmp_path / "home"))
    (tmp_path / "log.csv").write_text(LOG)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", *arguments])


def test_a_trace_is_audited_as_a_model_that_is_named() -> None:
    done = run("log.csv", "--model", "openai/gpt-4.1-mini")

    found = json.loads(done.stdout)
    assert done.exit_code == 0
    assert {workflow["workflow"] for workflow in found["workflows"]} == {"client 0", "client 1"}
    # 192 requests in 47 hours and 3 seconds: 0.0004 + 0.00016 USD each
    assert float(found["a_month"]["now"]) == pytest.approx(192 * 0.00056 * 30 * 24 / (47 + 3 / 3600), rel=0.03)
    assert done.stderr.splitlines() == [
        "bide: log.csv: a log of requests, table, 192 rows over 1d 23h",
        "  at is t_s, input is in_tokens, output is out_tokens, caller is client",
        "  its times count from its beginning, so nobody knows which hours are nights",
        "  rows that name no model (192) are taken to be of gpt-4.1-mini",
    ]


def test_rows_that_cannot_be_used_are_named_and_told_by_the_exit_code(home: Path) -> None:
    (home / "log.csv").write_text(LOG + "x,1,1,1\n" * 7)
    done = run("log.csv", "--output", "markdown")

    assert done.exit_code == 1
    assert done.stdout.startswith("# ")
    assert "  7 rows left out:\n    line 194: t_s: 'x' is no instant" in done.stderr
    assert "    … and 2 more" in done.stderr


def test_two_files_with_the_same_in_them_are_told(home: Path) -> None:
    (home / "again.csv").write_text(LOG)
    done = run("log.csv", "again.csv", "--write", "audit.html")

    assert (
        "bide: log.csv and again.csv overlap from 2024-10-04 00:00 to 2024-10-05 23:00 at models without a name"
        in done.stderr
    )
    assert "about 100% of the rows are the same" in done.stderr
    assert "bide: wrote audit.html" in done.stderr
    assert (home / "audit.html").read_text("utf-8").startswith("<!doctype html>")


def test_the_record_is_read_beside_files_or_alone() -> None:
    asyncio.run(_serve(3))
    done = run("--ledger", "--days", "2")

    found = json.loads(done.stdout)
    assert done.exit_code == 0, done.stderr
    assert [workflow["workflow"] for workflow in found["workflows"]] == ["chat"]
    assert found["rows"] == 2
    assert done.stderr.startswith("bide: bide's own record: what was billed, from its database, 2 rows, from ")
    assert json.loads(run("--ledger", "log.csv").stdout)["rows"] == 195


async def _serve(calls: int) -> None:
    """Calls that were passed on, a day apart."""
    async with opened(config.load(config.from_process())) as bide:
        now, store = bide.context.clock.now(), bide.store
        for number in range(calls):
            name, at = f"req_{number}", now - number * DAY - HOUR
            passage = Passage(
                external_id=name, owner="local", key=None, workflow="chat", path="/v1/chat/completions", account="openai",
                model="gpt-4.1-mini", urgency="default", holder="here", body_bytes=10, output_tokens=10, sent_at=at,
            )  # fmt: skip
            ended = Passed(
                external_id=name, state=AttemptState.ANSWERED, status=200, code=None, price=Price(Usage(input=10, output=1), None, 5, 5),
                suspected=False, first_token_at=None, finished_at=at + SECOND,
            )  # fmt: skip
            await store.passages.record([passage], [ended])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param((), "name the files to read, or say --ledger", id="nothing"),
        pytest.param(
            ("log.csv", "--days", "3"), "--days is about bide's own record; say --ledger", id="days of a file"
        ),
        pytest.param(("log.csv", "log.csv"), "log.csv is named twice", id="one file twice"),
        pytest.param(("nowhere.csv",), "there is no file nowhere.csv", id="no file"),
        pytest.param(
            ("log.csv", "--model", "gpt-5"), "say whose it is, as in --model openai/gpt-5", id="nobody's model"
        ),
        pytest.param(("log.csv", "--column", "at=when"), "log.csv has no column when", id="no column"),
        pytest.param(("log.csv", "--timezone", "Mars/Olympus"), "there is no time zone 'Mars/Olympus'", id="no zone"),
        pytest.param(("--ledger",), "there is no usable row: bide's own record is empty", id="an empty record"),
        pytest.param(("log.csv", "--write", "audit.doc"), "end the name in .json, .md or .html", id="no form"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_next_step(arguments: tuple[str, ...], says: str) -> None:
    done = run(*arguments)

    assert done.exit_code != 0
    assert says in str(done.exception)
