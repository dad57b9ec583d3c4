"""The calculator in Python passes the cases that all calculators have to pass; `tests/web` has the one in TypeScript."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.advise.cases import FILES, FOLDER, IN_FULL, answer, asked, digested, prices, read, written
from tests.web.node import CALCULATOR as TYPESCRIPT

from bide.advise import calculator
from bide.advise.calculator.catalogue import Catalogue

CALCULATOR = Path(calculator.__file__).parent

SHARED = sorted({path.stem for path in TYPESCRIPT.glob("*.ts")} & {path.stem for path in CALCULATOR.glob("*.py")})
"""Modules that are there in both languages."""

OF_TYPES = " is not exact; write it as text, as in '0.1'"
"""What text cannot be: no case can have it."""


@pytest.mark.parametrize("file", FILES)
def test_every_case_comes_out(file: str) -> None:
    for case in read(file):
        whole = answer(case)
        found = digested(whole) if str(case["expect"].get("lines", "")).startswith("sha256 ") else whole
        assert found == case["expect"], f"{file}: {case['id']}; if it is meant: python -m tests.advise.cases"


def test_they_are_the_scenarios_and_three_hundred_more() -> None:
    assert [case["id"] for case in read("scenarios")] == [case["id"] for case in asked("scenarios")]
    assert len({case["id"].split()[0] for case in read("scenarios")}) == 29
    assert len(read("random")) == 300
    assert sum(isinstance(case["expect"].get("lines", []), list) for case in read("random")) >= 300 / IN_FULL


def test_every_refusal_is_among_them() -> None:
    """The longest part of each wording is in an expectation: whoever adds an error to the calculator adds a case."""
    errors = [case["expect"]["error"] for file in FILES for case in read(file) if "error" in case["expect"]]
    wordings = {wording for module in SHARED for wording in refusals(CALCULATOR / f"{module}.py")}

    assert len(errors) > 70
    assert len(wordings) > 20
    assert {wording for wording in wordings if not any(wording in error for error in errors)} == {OF_TYPES}


def refusals(module: Path) -> Iterator[str]:
    """The longest part without a name in it of each message of an error that a module raises."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            constants = (each.value for each in ast.walk(node.exc.args[0]) if isinstance(each, ast.Constant))
            yield max((each for each in constants if isinstance(each, str)), key=len)


def test_the_prices_of_the_cases_are_as_a_page_has_them() -> None:
    assert msgspec.json.decode((FOLDER / "prices.json").read_bytes(), type=Catalogue) == prices()


def test_a_case_is_a_line() -> None:
    text = (FOLDER / "edges.json").read_text("utf-8")

    assert written(json.loads(text)) == text
