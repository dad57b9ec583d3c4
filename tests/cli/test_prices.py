"""`bide prices`: the same for people and programs, at any day, with a file to check, to write and to bring."""

import asyncio
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from tests.ledger import data_file
from typer.testing import CliRunner, Result

from bide import config
from bide.cli.app import app
from bide.core.errors import BideError
from bide.embedded import opened
from bide.ledger import edition
from bide.ledger.prices import Prices

CLAIMS = """provider,model,realtime_in,realtime_out
OpenAI,GPT-4.1,2,8
OpenAI,GPT-4.1,1,4
Anthropic,Claude 3 Haiku,0.25,1.25
OpenAI,GPT-7,1,2
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIDE_HOME", str(tmp_path))
    return tmp_path


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, ["prices", *arguments], input=text)


def told(*arguments: str, text: str | None = None, code: int = 0) -> Any:
    done = run(*arguments, text=text)
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def refused(*arguments: str) -> str:
    done = run(*arguments)
    assert isinstance(done.exception, BideError), done.output
    return str(done.exception)


def test_a_list_is_of_a_provider_and_a_mode() -> None:
    found = told("list", "--provider", "anthropic", "--mode", "batch", "--at", "2026-11-21")

    assert {(one["provider"], one["mode"]) for one in found} == {("anthropic", "batch")}
    haiku = next(one for one in found if one["model"] == "claude-haiku-5-5")
    assert [(tier["above_input_tokens"], tier["input"]) for tier in haiku["tiers"]] == [(0, "0.05"), (100_000, "0.25")]
    assert haiku["of_standard"]["cached"] == "0.5"


def test_a_model_is_shown_at_everybody_who_lists_it_and_on_any_day() -> None:
    found = told("show", "gpt-4.1", "--at", "2026-11-21")
    old = told("show", "anthropic/claude-3-haiku", "--at", "2025-06-01")["models"][0]

    assert [one["provider"] for one in found["models"]] == ["openai", "azure-openai"]
    assert [one["batch"]["confidence"] for one in found["models"]] == ["catalogue", "assumed"]
    assert found["models"][0]["flex"] is None
    assert (old["batch"]["tiers"][0]["input"], old["retired"]["past"]) == ("0.125", False)


def test_tables_are_for_people() -> None:
    shown = run("show", "openai/gpt-4.1", "--at", "2026-11-21", "--output", "table").stdout
    past = run("history", "openai/o3", "--mode", "standard", "--output", "table").stdout
    listed = run("list", "--provider", "deepseek", "--output", "table").stdout

    assert "unknown" in shown
    assert "batch from      catalogue:genai-prices" in shown
    assert "2025-06-10" in past
    assert "deepseek" in listed


def test_history_has_every_price_that_was() -> None:
    found = told("history", "openai/o3", "--mode", "batch")

    assert [(one["from"], one["to"], one["tiers"] and one["tiers"][0]["input"]) for one in found] == [
        (None, "2024-04-14", None),
        ("2024-04-15", "2025-06-09", "5"),
        ("2025-06-10", "2026-10-13", "1"),
        ("2026-10-14", None, "1"),
    ]


def test_prices_of_ones_own_and_accounts_are_known(home: Path) -> None:
    (home / "bide.toml").write_text(
        '[prices."local/mine"]\ninput = "3"\noutput = "4"\n\n[providers.team]\ncatalogue = "openai"\n'
        'base_url = "http://127.0.0.1:1/v1"\n'
    )

    assert told("show", "local/mine")["models"][0]["standard"]["source"] == "user"
    assert [one["model"] for one in told("list", "--provider", "local")] == ["mine"]
    assert told("show", "team/gpt-4.1")["models"][0]["provider"] == "openai"


def test_stated_prices_are_checked(home: Path) -> None:
    (home / "claims.csv").write_text(CLAIMS)
    found = told("check", "claims.csv", code=1)
    good = told("check", "-", text="provider,model,batch_in\nopenai,gpt-5,0.625\n")

    assert [row["verdict"] for row in found["rows"]] == ["agrees", "differs", "retired", "unknown"]
    assert [row["line"] for row in found["rows"]] == [2, 3, 4, 5]
    assert found["counts"] == {"agrees": 1, "differs": 1, "retired": 1, "unknown": 1}
    assert good["rows"][0]["ours"] == {"batch_in": "0.625"}
    assert "is the batch price" in run("check", "claims.csv", "--output", "table").stdout.replace("\n", " ")


def test_the_catalogue_is_written_to_a_file_or_to_standard_output(home: Path) -> None:
    of_xai = ("--provider", "xai", "--at", "2026-11-21")
    assert run("export", "model-catalog.json", *of_xai).exit_code == 0
    made = json.loads((home / "model-catalog.json").read_text())

    assert (made["format"], made["day"]) == ("bide-model-catalog-1", "2026-11-21")
    assert {one["provider"] for one in made["models"]} == {"xai"}
    assert told("export", *of_xai) == made


def test_a_newer_catalogue_is_taken_used_and_removed(home: Path) -> None:
    everything = data_file.raw()
    openai = next(each for each in everything if each["id"] == "openai")
    next(each for each in openai["models"] if each["id"] == "gpt-4.1")["prices"]["input_mtok"] = 3
    (home / "newer.json").write_bytes(data_file.encoded(everything))

    def price() -> str:
        return told("show", "openai/gpt-4.1")["models"][0]["standard"]["tiers"][0]["input"]

    assert told("update", "newer.json", "--dry-run")["changed"] == 1
    assert told("update")["in_use"].startswith("genai-prices@0.")
    taken = told("update", "newer.json")
    assert (taken["changed"], taken["source"], price()) == (1, "newer.json", "3")
    assert taken["in_use"].startswith("genai-prices@file-")
    (home / "newer.json").write_text("[]")
    assert "incomplete" in refused("update", "newer.json")
    assert told("update")["in_use"] == taken["in_use"]
    assert told("update", "--remove")["gone"]
    assert price() == "2"


def test_requests_are_held_against_the_windows_of_a_newer_catalogue(home: Path) -> None:
    line = {
        "custom_id": "r1",
        "method": "POST",
        "url": "/v1/embeddings",
        "body": {"model": "text-embedding-3-small", "input": "word " * 100},
    }
    (home / "input.jsonl").write_text(json.dumps(line) + "\n")
    everything = data_file.raw()
    openai = next(each for each in everything if each["id"] == "openai")
    next(each for each in openai["models"] if each["id"] == "text-embedding-3-small")["context_window"] = 50

    def problems() -> list[str]:
        done = CliRunner().invoke(app, ["files", "validate", "input.jsonl", "--output", "json"])
        return [one["code"] for one in json.loads(done.stdout)["problems"]]

    assert problems() == []
    edition.keep(home, data_file.encoded(everything), "newer.json", datetime.date(2026, 11, 21))
    assert problems() == ["context_window_exceeded"]


def test_work_is_priced_by_it_too(home: Path) -> None:
    about = edition.keep(home, b"[]", "newer.json", datetime.date(2026, 11, 21))

    async def in_use() -> str:
        async with opened(config.load({"BIDE_HOME": str(home)})) as bide:
            source = bide.context.pricing.source
            assert isinstance(source, Prices)
            return source.edition

    assert about.name in asyncio.run(in_use())


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("show", "gpt-77"), "nobody lists 'gpt-77'"),
        (("show", "gpt-5", "--at", "soon"), "--at soon is no day"),
        (("list", "--mode", "batched"), "--mode batched is none"),
        (("list", "--provider", "nobody"), "there is no list of nobody's prices"),
        (("check", "missing.csv"), "cannot be read"),
        (("update", "http://198.51.100.1/data.json"), "https"),
        (("update", "--remove", "--dry-run"), "--remove"),
        (("update", "--dry-run"), "name one"),
        (("export", "no/such/folder/x.json"), "name one in a folder that is there"),
    ],
)
def test_what_cannot_be_done_says_why(arguments: tuple[str, ...], reason: str) -> None:
    assert reason in refused(*arguments)


def test_a_table_without_its_columns_is_refused(home: Path) -> None:
    (home / "claims.csv").write_text("model,price\ngpt-5,1\n")

    assert "no column 'provider'" in refused("check", "claims.csv")
