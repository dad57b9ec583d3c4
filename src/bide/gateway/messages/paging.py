"""Lists as Anthropic's clients read them, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bide.gateway.refusal import RefusalError

USUAL, MOST = 20, 1_000
"""Entries of a page."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How many entries are wanted, and the id behind or before which they stand; at most one of the two is given."""

    limit: int
    after: str | None
    before: str | None


def read_cursor(query: Mapping[str, str]) -> Cursor:
    """What a query asks for. Raises `RefusalError`."""
    text, after, before = query.get("limit", str(USUAL)), query.get("after_id"), query.get("before_id")
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= MOST):
        raise RefusalError(400, "invalid_request", f"limit: Input should be 1 to {MOST:,}", param="limit")
    if after is not None and before is not None:
        raise RefusalError(400, "invalid_request", "after_id and before_id cannot be used together", param="before_id")
    if "\0" in (after or "") + (before or ""):
        raise RefusalError(400, "invalid_request", "an id contains a NUL")
    return Cursor(int(text), after, before)


def page(listed: Sequence[Mapping[str, Any]], *, has_more: bool) -> Mapping[str, Any]:
    """A page of a list in Anthropic's words."""
    return {
        "data": listed,
        "has_more": has_more,
        "first_id": listed[0]["id"] if listed else None,
        "last_id": listed[-1]["id"] if listed else None,
    }
