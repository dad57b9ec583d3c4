"""A whole run at the Gemini API, over real HTTP and processes, with a create whose reply is lost."""

from pathlib import Path

from tests.system.harness import machine
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


def test_a_file_in_and_every_answer_out(tmp_path: Path) -> None:
    (tmp_path / "script.toml").write_text(SCRIPT, encoding="utf-8")
    write_questions(tmp_path, "gemini-3.8-flash", COUNT)
    with machine(
        tmp_path,
        *("--script", "script.toml", "--seed", "7"),
        provider="gemini",
        BIDE_GEMINI_BASE_URL="{root}/gemini",
        GEMINI_API_KEY="simulated",
    ) as here:
        done = here.run("run", "questions.jsonl", "--within", "4h", "-o", "answers.jsonl", "--output", "json")
        assert done.code == 0, done.err
        check_answers(tmp_path / "answers.jsonl", COUNT)
        books = here.books()
    assert {mode: found["count"] for mode, found in books["billed"]["modes"].items()} == {"batch": COUNT}
    assert (len(books["batches"]), books["received"]["create"]) == (1, 1), "found by its name, and not sent again"
    assert books["received"]["delete"] == 2, "the input and the results are gone again"
