"""The real small model behind the OpenAI adapter: a server without batch endpoints answers real questions through `bide run`."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.harness import Machine
from tests.system.model import MODEL

OWN = (
    "I am still waiting on my card?",
    "How do I change my PIN?",
    "Why was I charged a fee for using an ATM?",
    "What is the exchange rate for euros today?",
    "My top-up has not arrived yet. Where is it?",
)
"""Asked where the data set of a bank's customers is not at hand."""

COUNT = len(OWN)


def questions() -> list[str]:
    """Real questions, spread over the data set of banking77 where it is there."""
    shared = Path(os.environ.get("BIDE_SHARED", Path(__file__).parents[3] / "shared"))
    path = shared / "datasets" / "banking77" / "queries.csv"
    if not path.is_file():
        return list(OWN)
    with path.open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    return texts[:: len(texts) // COUNT][:COUNT]


@pytest.fixture
def model(tmp_path: Path) -> Iterator[Machine]:
    """A machine whose provider is the model, on real time."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.system.model"],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert url, "the model did not start"
        yield Machine(tmp_path, url, clock="")
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()


def test_real_questions_are_answered(model: Machine) -> None:
    asked = questions()
    assert len(set(asked)) == COUNT
    with (model.folder / "tickets.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text",), *((text,) for text in asked)])
    options = ("--model", MODEL, "--prompt", "Answer this bank customer in one sentence: {text}")
    limits = ("--param", "max_tokens=24", "--param", "temperature=0", "--within", "8h", "-o", "answers.csv")
    account = ("providers.openai.batch=false",)
    done = model.run("run", "tickets.csv", *options, *limits, "--output", "json", settings=account, timeout=300)
    assert done.code == 0, done.err
    with (model.folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == asked
    assert all(len(row["answer"].split()) > 2 for row in rows), rows
    assert len({row["answer"] for row in rows}) > 1
    assert {row["lane"] for row in rows} == {"realtime"}
    receipt = done.last
    assert receipt["requests"]["succeeded"] == receipt["requests"]["realtime"] == COUNT
    assert receipt["tokens"]["input"] > COUNT
    assert 0 < receipt["tokens"]["output"] <= 24 * COUNT
    assert receipt["money"]["paid"] is None  # nobody has said what a home-made model costs
    assert receipt["batches"] == {}


def test_urgent_and_one_that_it_refuses(model: Machine) -> None:
    """An error of the server's own, for one row only: its sentence comes through."""
    (model.folder / "rows.jsonl").write_text(
        '{"custom_id": "good", "messages": [{"role": "user", "content": "Say hello."}]}\n'
        '{"custom_id": "bad", "messages": [{"role": "user", "content": "Say hello."}], "parameters": {"grammar": "root ::= ("}}\n',
        encoding="utf-8",
    )
    options = ("--model", MODEL, "--priority", "urgent", "--param", "max_tokens=8", "--output-format", "csv")
    settings = ("providers.openai.batch=false",)
    done = model.run("run", "rows.jsonl", *options, settings=settings, timeout=300)
    assert done.code == 1, done.err
    good, bad = csv.DictReader(done.out.splitlines())
    assert good["answer"]
    assert not bad["answer"]
    assert "grammar" in bad["error"]
