"""Instants as text."""

import pytest

from bide.core.clock import SECOND
from bide.simulator.instants import rfc3339, rfc3339_or_none


@pytest.mark.parametrize(
    ("digits", "text"),
    [(0, "2027-01-15T08:00:00Z"), (3, "2027-01-15T08:00:00.100Z"), (6, "2027-01-15T08:00:00.100435Z")],
)
def test_as_many_digits_as_the_protocol_writes(digits: int, text: str) -> None:
    assert rfc3339(1_800_000_000 * SECOND + 100_435, digits) == text


def test_what_has_not_happened() -> None:
    assert rfc3339_or_none(None) is None
    assert rfc3339_or_none(0, 0) == "1970-01-01T00:00:00Z"
