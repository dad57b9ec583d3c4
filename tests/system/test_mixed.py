"""One file with models of every provider and of a server of one's own: one command, one receipt with a line for each model."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bide.cli.exports import exports, spoken
from tests.system.harness import QUICK, Machine, clock_now, machine, read_lines, simulator, text_of
from tests.system.storage import storage

EXAMPLES = Path(__file__).parents[2] / "examples"

SCRIPT = '[batch]\nturnaround = "5m"\n[answers]\noutput_tokens = 30\n'

TOO_FEW = "bedrock"
"""Its jobs have at least 100 records, so the few lines of the example are called."""

OWN = "local"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Machine]:
    """A machine with an account at each provider."""
    (tmp_path / "script.toml").write_text(SCRIPT, encoding="utf-8")
    others = [exports(name, "{root}") for name in spoken() if name != "openai"]
    variables = {name: value for one in (storage(), *others) for name, value in one.items()}
    with machine(tmp_path, "--script", "script.toml", speed=60, provider="all", **variables) as found:
        yield found


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[str]:
    """The base URL of a server that has models, and is not asked for batches."""
    with simulator(tmp_path, "--fast", clock=clock_now()) as url:
        yield url


def test_a_mixed_file_in_one_command(here: Machine, own_server: str) -> None:
    command = ["run", str(EXAMPLES / "mixed.jsonl"), "--config", str(EXAMPLES / "mixed.toml"), "--within", "4h"]
    settings = (*QUICK, f"providers.{OWN}.base_url={own_server}", f"providers.{OWN}.api_key=simulated")
    done = here.run(*command, "-o", "answers.jsonl", "--output", "json", settings=settings)
    assert done.code == 0, done.err

    asked, answers = read_lines(EXAMPLES / "mixed.jsonl"), read_lines(here.folder / "answers.jsonl")
    assert [line["custom_id"] for line in answers] == [line["custom_id"] for line in asked]
    assert all(text_of(line) for line in answers)

    receipt = done.last
    shares = {share["account"]: share for share in receipt["models"]}
    assert set(shares) == {*spoken(), OWN}
    lines = len(asked) // len(shares)
    for account, share in shares.items():
        lane = "realtime" if account in (TOO_FEW, OWN) else "batch"
        assert (share["requests"], share[lane], share["failed"]) == (lines, lines, 0), share
        assert Decimal(share["list_price"]) >= Decimal(share["paid"]), share
        assert (Decimal(share["paid"]) > 0) == (account != OWN), share
    for sum_ in ("paid", "list_price", "saved"):
        assert Decimal(receipt["money"][sum_]) == sum(Decimal(share[sum_]) for share in shares.values())

    books = here.books()
    for account in spoken():
        assert sum(mode["count"] for mode in books[account]["billed"]["modes"].values()) == lines
    server = Machine(here.folder, own_server, here.clock)
    assert (server.billed, server.books()["batches"]) == ({"realtime": lines}, [])

    shown = here.run("status", receipt["job"], "--receipt", "--output", "table").out
    assert all(f"{account}/{share['model']}" in shown for account, share in shares.items())
