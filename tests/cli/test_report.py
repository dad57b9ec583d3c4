"""`bide report`: from the ledger to a table, JSON and CSV, and what cannot be asked."""

import asyncio
import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bide.cli.app import app
from bide.cli.report_view import short
from bide.core.clock import ManualClock
from bide.core.errors import BideError
from bide.core.states import BatchState
from bide.store.objects import LocalObjects
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
from bide.testing.scene import START, Scene, report
from bide.testing.store.keys import make_key

CENT = 10**10


async def _spend(folder: Path) -> None:
    """Of six tickets one was dear and one of unknown price; a review was paid for twice."""
    store = Store(SqliteDatabase(folder / "bide.db"), LocalObjects(folder / "bide.db-objects"))
    scene = Scene(store)
    key, _ = await make_key(scene, budget_month=10**12, budget_hard=False)
    handed = await scene.hand_in(6, workflow="tickets", external_id="job_tickets", key_id=key.id)
    amounts = [CENT, CENT, CENT, CENT, 40 * CENT, None]
    claimed = await scene.call(handed.bucket)
    await scene.settle_calls([report(one.attempt, amount=each) for one, each in zip(claimed, amounts, strict=True)])
    handed = await scene.hand_in(1, workflow="reviews")
    batch = await scene.batch(handed.bucket, BatchState.ENDED)
    [called] = await scene.call(handed.bucket, batch=batch)
    await scene.settle_calls([report(called.attempt, amount=2 * CENT)])
    await scene.land(batch, [report(called.carried_by, amount=CENT)])
    await store.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    asyncio.run(_spend(folder))
    return folder


def a_clock(environment: Mapping[str, str]) -> ManualClock:
    return ManualClock(START)


@pytest.fixture(autouse=True)
def here(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIDE_HOME", str(home))
    monkeypatch.setattr("bide.core.clock.clock_from", a_clock)
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["report", *arguments])


def told(*arguments: str) -> Any:
    done = run(*arguments, "--output", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def shown(*arguments: str) -> list[str]:
    """The lines that a person is shown, with single spaces."""
    done = run(*arguments, "--output", "table")
    assert done.exit_code == 0, done.output
    return [" ".join(line.split()) for line in done.stdout.splitlines() if line.strip()]


def refused(*arguments: str) -> str:
    done = run(*arguments)
    assert isinstance(done.exception, BideError), done.output
    return str(done.exception)


def test_a_person_is_told_what_was_spent_what_stands_out_and_where_budgets_stand() -> None:
    lines = shown()
    assert lines[0] == "workflow requests paid real time saved % wasted in cached out reasoning"
    assert lines[2:5] == [
        "tickets 6 > $0.44 unknown unknown $0.00 180 60 120 42",
        "reviews 1 $0.020 $0.040 $0.010 25.0 $0.010 30 10 20 7",
        "all of it 7 > $0.46 unknown unknown $0.010 210 70 140 49",
    ]
    assert lines[5] == "1 answer of unknown price, counted nowhere: what is paid is more than is shown"
    assert "job_tickets:ticket-5 $0.40 $0.010 40.0 tickets" in lines
    assert "reports 2027-01 $1.00 (warns) $0.44 $0.00 $0.56 2027-02-01 00:00 UTC" in lines


def test_a_program_is_told_the_same_in_decimals() -> None:
    found = told("--by", "workflow,key", "--by", "lane", "--by", "key")
    assert found["by"] == ["workflow", "key", "lane"]
    tickets, reviews, waste = found["groups"]
    assert (tickets["workflow"], tickets["key_name"], tickets["lane"]) == ("tickets", "reports", "realtime")
    assert (tickets["paid"], tickets["known_paid"], tickets["unpriced"]) == (None, "0.44", 1)
    assert (reviews["paid"], reviews["list_price"], reviews["saved"], reviews["lane"]) == (
        "0.02",
        "0.04",
        "0.02",
        "realtime",
    )
    assert (waste["paid"], waste["saved"], waste["wasted"], waste["lane"]) == ("0", "-0.01", "0.01", "batch")
    assert [one["request"] for one in found["outliers"]] == ["job_tickets:ticket-5"]
    assert told("--part", "budgets") == told()["budgets"]
    assert told("--outliers", "0")["outliers"] == []


def test_finance_gets_csv() -> None:
    done = run("--by", "day,workflow", "--tz", "Europe/Berlin", "--since", "2027-01", "--output", "csv")
    found = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(one["day"], one["workflow"], one["known_paid"], one["paid"]) for one in found] == [
        ("2027-01-15", "reviews", "0.02", "0.02"),
        ("2027-01-15", "tickets", "0.44", ""),
    ]
    done = run("--part", "budgets", "--output", "csv")
    assert [(one["window"], one["limit"], one["left"]) for one in csv.DictReader(io.StringIO(done.stdout))] == [
        ("day", "", ""),
        ("month", "1", "0.56"),
    ]


def test_where_nothing_was_spent_it_is_said() -> None:
    done = run("--until", "2027", "--owner", "nobody", "--output", "table")
    assert isinstance(done.exception, BideError)
    done = run("--owner", "nobody", "--output", "table")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "nothing was spent in that time" in done.stderr
    assert shown("--owner", "nobody", "--part", "outliers") == [
        "no request was dearer than the one in the middle of its group"
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("--by", "colour"), "--by 'colour' is none of workflow, key, model", id="no such part"),
        pytest.param(("--since", "soon"), "--since 'soon' is no instant; write a month as 2026-11", id="no instant"),
        pytest.param(("--tz", "Berlin"), "there is no time zone 'Berlin'", id="no such zone"),
        pytest.param(("--outliers", "101"), "--outliers 101 is too many", id="too many"),
        pytest.param(("--part", "money"), "--part 'money' is none of groups", id="no such table"),
        pytest.param(
            ("--since", "1d", "--until", "2d"), "--until 2d is not after --since 1d", id="the wrong way round"
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments: tuple[str, ...], says: str) -> None:
    assert says in refused(*arguments)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1k"),
        (12_345, "12.3k"),
        (999_499, "999k"),
        (999_501, "1,000k"),
        (2_540_000, "2.54M"),
        (10**9, "1G"),
        (5_000 * 10**9, "5,000G"),
    ],
)
def test_tokens_are_short(number: int, text: str) -> None:
    assert short(number) == text
