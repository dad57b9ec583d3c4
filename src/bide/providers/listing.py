"""Looking through a listing for one batch, whatever its order is: hardly any provider documents one."""

from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from typing import TypeVar

Entry = TypeVar("Entry")

Pages = Callable[[str], Awaitable[tuple[Sequence[Entry], str]]]
"""Gives the page that a token names, and the token of the next; an empty one names the first, and follows the last."""


async def search(
    pages: Pages[Entry], is_sought: Callable[[Entry], bool], created_at: Callable[[Entry], int], since: int
) -> Entry | None:
    """The entry that is sought, which was created at `since` or later; None where there is none."""
    token = ""
    while True:
        page, token = await pages(token)
        for entry in page:
            if is_sought(entry):
                return entry
        if not token or is_past([created_at(entry) for entry in page], since):
            return None


def is_past(instants: Sequence[int], since: int) -> bool:
    """Whether a page that goes from new to old has come to what is older than `since`. One without order decides nothing."""
    descending = all(left >= right for left, right in pairwise(instants))
    return len(instants) > 1 and descending and instants[0] > instants[-1] and instants[-1] < since
