"""`bide providers show NAME --tokens`."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import typer

from bide.cli.options import Output
from bide.cli.providers import show
from bide.cli.session import configured
from bide.core.clock import SystemClock
from bide.core.errors import InputError
from bide.embedded import opened
from bide.lanes.forecast.cell import Lessons, join
from bide.lanes.outcome.lesson import of_tokens


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def teach(lessons: Lessons) -> None:
    async def work() -> None:
        async with opened(configured(None, None, None)) as bide:
            await bide.store.forecasts.add(lessons, bide.context.clock.now())

    asyncio.run(work())


def shown(capsys: pytest.CaptureFixture[str], output: Output = Output.JSON, name: str = "openai") -> tuple[Any, str]:
    with pytest.raises(typer.Exit) as ended:
        show(
            name, check=False, turnaround=False, tokens=True, output=output, database=None, assignments=None, file=None
        )
    assert ended.value.exit_code == 0
    out, err = capsys.readouterr()
    return (json.loads(out) if output is Output.JSON else out), err


def test_what_was_learned_of_each_model_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    now = SystemClock().now()
    lessons = of_tokens("openai", "gpt-4.1", 1_000, 100_000, 130_000, now)
    join(lessons, of_tokens("openai", "gpt-5", 3, 300, 330, now))
    join(lessons, of_tokens("azure", "gpt-5", 1_000, 100, 110, now))
    teach(lessons)

    told, _ = shown(capsys)
    assert [(one["model"], one["ratio"]) for one in told["models"]] == [("gpt-4.1", 1.3), ("gpt-5", None)]
    assert 900 < told["models"][0]["answers"] < 1_100
    table, _ = shown(capsys, Output.TABLE)
    assert "1.300" in table
    assert "too few, below 20" in table


def test_where_nothing_was_learned_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    table, said = shown(capsys, Output.TABLE)
    assert (table, "sizes are taken as they are" in said) == ("", True)
    assert shown(capsys)[0]["models"] == []


def test_one_thing_is_shown_at_a_time() -> None:
    with pytest.raises(InputError, match="two different things"):
        show("openai", turnaround=True, tokens=True)
