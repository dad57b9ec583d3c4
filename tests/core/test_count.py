"""Counts in sentences."""

import pytest

from bide.core.count import many


@pytest.mark.parametrize(("count", "says"), [(0, "0 calls"), (1, "1 call"), (2_000, "2,000 calls")])
def test_counted_things(count: int, says: str) -> None:
    assert many(count, "call") == says


@pytest.mark.parametrize(("count", "says"), [(0, "0 rows have"), (1, "1 row has"), (2, "2 rows have")])
def test_what_is_said_of_them_agrees(count: int, says: str) -> None:
    assert many(count, "row has", "rows have") == says
