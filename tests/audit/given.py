"""Rows of usage for tests."""

from typing import Any

from bide.audit.record import Record
from bide.core.clock import DAY

MONDAY = 20_409 * DAY
"""2025-11-17, a Monday."""


def record(at: int = MONDAY, **fields: Any) -> Record:
    """A row of a known workflow at a known model; what is not named is unknown."""
    known: dict[str, Any] = {
        "provider": "openai",
        "model": "gpt-4.1",
        "workflow": "reports",
        "named_by": "tag",
        "lane": "standard",
    }
    return Record(at=at, **(known | fields))
