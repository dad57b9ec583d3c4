"""The real small model behind the OpenAI adapter: a server without batch endpoints answers real questions through `bide run`."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.harness import Machine
from tests.system.model import MODEL
from tests.system.self_hosted import questions, small_model

COUNT = 5


@pytest.fixture
def model(tmp_path: Path) -> Iterator[Machine]:
    """A machine whose provider is the model, on real time."""
    with small_model() as url:
        yield Machine(tmp_path, url, clock="")


def test_real_questions_are_answered(model: Machine) -> None:
    asked = questions(COUNT)
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
