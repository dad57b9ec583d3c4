"""The worked examples of docs/calculator.md are those of the calculator."""

import textwrap
from typing import Any

from tests.advise.scenarios import document, scenarios
from tests.advise.worked_examples import BEGIN, END, PAGE, drawn

from bide.advise.calculator.wording import in_words


def test_the_page_is_drawn_from_the_scenarios() -> None:
    page = PAGE.read_text("utf-8")

    assert page == drawn(page), "run .venv/bin/python -m tests.advise.worked_examples"
    made = page.partition(BEGIN)[2].partition(END)[0]
    assert [one["id"] for one in scenarios() if f"### {one['id']}: " not in made] == []
    assert all(title in made for title in document()["articles"].values())
    assert "| all | 30 | 17 | 13 |" in made


def test_its_code_runs_and_says_what_the_page_says() -> None:
    block = PAGE.read_text("utf-8").partition("## In code\n")[2].partition("\nSmaller sums")[0]
    found: dict[str, Any] = {}
    exec(textwrap.dedent(block), found)

    assert f"# {in_words(found['month'].value)}," in block
    assert len(found["steps"]) > 5
