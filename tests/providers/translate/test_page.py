"""docs/translation.md says what the code does."""

from tests.providers.translate.page import PAGE, drawn


def test_the_tables_are_as_they_would_be_drawn_now() -> None:
    page = PAGE.read_text("utf-8")

    assert page == drawn(page), "run .venv/bin/python -m tests.providers.translate.page"
