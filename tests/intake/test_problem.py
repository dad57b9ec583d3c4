"""The table of codes, and messages that are safe to show."""

import re

import pytest

from bide.intake.problem import (
    CODES,
    Code,
    Problem,
    codes_as_markdown,
    did_you_mean,
    duplicate_custom_id,
    excerpt,
)


def test_every_code_has_a_sentence_and_a_remedy() -> None:
    assert set(CODES) == set(Code)
    for meaning in CODES.values():
        assert re.fullmatch(r"[A-Z].*\.", meaning.sentence)
        assert re.fullmatch(r"[a-z].*[^.]", meaning.remedy)


def test_the_table_for_the_documentation_has_a_row_a_code() -> None:
    header, rule, *rows = codes_as_markdown().splitlines()
    assert header.count("|") == rule.count("|") == 4
    assert [row.split("`")[1] for row in rows] == list(Code)


def test_a_problem_reads_as_a_sentence() -> None:
    problem = Problem(7, Code.MISSING_MODEL, "no model is named", "add one", "body.model")
    assert str(problem) == "line 7: no model is named (missing_model); add one"


def test_a_duplicate_names_the_first_line() -> None:
    problem = duplicate_custom_id(9, "a", 3)
    assert (problem.line, problem.code, problem.field) == (9, "duplicate_custom_id", "custom_id")
    assert problem.message == 'custom_id "a" stands on line 3 already'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("text", '"text"', id="plain"),
        pytest.param("a\x1b[31mb\n\u2028", r'"a\x1b[31mb\n\u2028"', id="control characters"),
        pytest.param("x" * 100, '"' + "x" * 59 + '…"', id="long"),
        pytest.param("\ud800", r'"\ud800"', id="half a character"),
    ],
)
def test_excerpts_are_short_and_safe_on_a_terminal(text: str, shown: str) -> None:
    assert excerpt(text) == shown


def test_a_close_name_is_suggested() -> None:
    assert did_you_mean("txt", ["category", "text"]) == ' (did you mean "text"?)'
    assert did_you_mean("zzz", ["category", "text"]) == ""
