"""In which fields two requests differ."""

from collections.abc import Mapping
from typing import Any

import pytest

from bide.core.difference import differing


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"model": "m", "n": 1}, {"n": 1, "model": "m"}, [], id="their order is none"),
        pytest.param({"model": "m", "n": 1}, {"model": "m", "n": 2}, ["n"], id="a value"),
        pytest.param({"model": "m"}, {"model": "m", "seed": None}, ["seed"], id="null is not the same as nothing"),
        pytest.param({"b": 1, "a": 1}, {"c": 1}, ["b", "a", "c"], id="what is gone comes before what is new"),
        pytest.param({"tools": {"a": 1}}, {"tools": {"a": 2}}, ["tools"], id="an object is one field"),
        pytest.param(
            {"metadata": {"run": "1", "by": "me"}}, {"metadata": {"run": "2", "by": "me"}}, ["metadata.run"], id="metadata is many"
        ),
        pytest.param({"metadata": None}, {"metadata": {"run": "2"}}, ["metadata.run"], id="metadata where there was none"),
        pytest.param({"metadata": {"run": "1"}}, {}, ["metadata"], id="no metadata any more"),
    ],
)  # fmt: skip
def test_what_differs_is_named(before: Mapping[str, Any], after: Mapping[str, Any], expected: list[str]) -> None:
    assert differing(before, after) == expected
