"""A whole run at the Gemini API, over real HTTP and processes, with a create whose reply is lost."""

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bide.simulator.openai.embeddings import vector
from tests.system.harness import Machine, machine, read_lines, write_lines
from tests.system.rehearsing import check_answers, write_questions

COUNT = 30

SCRIPT = """
[batch]
turnaround = "5m"
validation = "2s"
finalizing = "2s"
[answers]
output_tokens = 40
[[fault]]
site = "create"
nth = 1
kind = "reply_lost"
"""


def at_gemini(folder: Path) -> AbstractContextManager[Machine]:
    """A machine beside a simulated Gemini API that misbehaves as ``script.toml`` says."""
    return machine(
        folder,
        *("--script", "script.toml", "--seed", "7"),
        provider="gemini",
        BIDE_GEMINI_BASE_URL="{root}/gemini",
        GEMINI_API_KEY="simulated",
    )


def texts_of(number: int) -> str | list[str]:
    """What a request embeds: one text, or several."""
    several = [f"{number}: text {place}" for place in range(number % 4)]
    return several or f"{number}: a text"


@pytest.mark.parametrize(
    ("config", "uploads", "deletes", "what"),
    [
        ("", 0, 1, "the batch is gone again, and its results with it"),
        ("[providers.gemini]\ninline = false\n", 2, 2, "the input and the results are gone again"),
    ],
    ids=["coming along", "uploaded"],
)
def test_a_file_in_and_every_answer_out(tmp_path: Path, config: str, uploads: int, deletes: int, what: str) -> None:
    (tmp_path / "script.toml").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "bide.toml").write_text(config, encoding="utf-8")
    write_questions(tmp_path, "gemini-3.8-flash", COUNT)
    with at_gemini(tmp_path) as here:
        done = here.run("run", "questions.jsonl", "--within", "4h", "-o", "answers.jsonl", "--output", "json")
        assert done.code == 0, done.err
        check_answers(tmp_path / "answers.jsonl", COUNT)
        books = here.books()
    assert {mode: found["count"] for mode, found in books["billed"]["modes"].items()} == {"batch": COUNT}
    assert (len(books["batches"]), books["received"]["create"]) == (1, 1), "found by its name, and not sent again"
    assert books["received"]["upload"] == uploads, "an upload has two steps"
    assert books["received"]["delete"] == deletes, what


def test_embeddings_go_in_a_batch_a_text_a_line(tmp_path: Path) -> None:
    (tmp_path / "script.toml").write_text(SCRIPT, encoding="utf-8")
    bodies = [{"model": "gemini-embedding-001", "input": texts_of(number), "dimensions": 4} for number in range(COUNT)]
    lines = [
        {"custom_id": f"q-{number}", "method": "POST", "url": "/v1/embeddings", "body": one}
        for number, one in enumerate(bodies)
    ]
    write_lines(tmp_path / "texts.jsonl", *lines)
    with at_gemini(tmp_path) as here:
        done = here.run("run", "texts.jsonl", "--within", "4h", "-o", "answers.jsonl", "--output", "json")
        assert done.code == 0, done.err
        books = here.books()
    answers = read_lines(tmp_path / "answers.jsonl")
    assert [line["custom_id"] for line in answers] == [f"q-{number}" for number in range(COUNT)]
    texts = 0
    for number, line in enumerate(answers):
        said = texts_of(number)
        wanted = [vector(text.encode(), 4) for text in ([said] if isinstance(said, str) else said)]
        assert [one["embedding"] for one in line["response"]["body"]["data"]] == wanted
        texts += len(wanted)
    assert {mode: found["count"] for mode, found in books["billed"]["modes"].items()} == {"batch": texts}
    assert texts > COUNT
