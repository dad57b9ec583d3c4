"""Looking for a batch through pages in whatever order."""

from collections.abc import Sequence

import pytest

from bide.providers.listing import is_past, search


@pytest.mark.parametrize(
    ("instants", "since", "past"),
    [
        pytest.param([9, 8, 7], 8, True, id="new to old, and past"),
        pytest.param([9, 8, 7], 5, False, id="new to old, not yet there"),
        pytest.param([7, 8, 9], 8, False, id="old to new"),
        pytest.param([9, 7, 8], 8, False, id="no order"),
        pytest.param([7, 7, 7], 8, False, id="all at once"),
        pytest.param([7], 8, False, id="one alone"),
        pytest.param([], 8, False, id="none"),
    ],
)
def test_when_a_page_ends_the_search(instants: list[int], since: int, past: bool) -> None:
    assert is_past(instants, since) is past


@pytest.mark.parametrize(
    ("order", "wanted", "since", "asked"),
    [
        pytest.param([9, 8, 7, 6], 6, 6, 2, id="new to old: on the second page"),
        pytest.param([9, 8, 7, 6], 1, 9, 1, id="new to old: not there"),
        pytest.param([6, 7, 8, 9], 9, 8, 2, id="old to new: behind what is older"),
        pytest.param([6, 7, 8, 9], 1, 8, 2, id="old to new: looked through to the end"),
    ],
)
async def test_a_search(order: list[int], wanted: int, since: int, asked: int) -> None:
    tokens: list[str] = []

    async def pages(token: str) -> tuple[Sequence[int], str]:
        tokens.append(token)
        return (order[2:], "") if token else (order[:2], "more")

    found = await search(pages, lambda entry: entry == wanted, lambda entry: entry, since)
    assert found == (wanted if wanted in order else None)
    assert len(tokens) == asked
