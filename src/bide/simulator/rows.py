"""What a batch's input comes to, whatever it is written in: rows, or the problem that fails them all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Raw

from bide.core.usage import Usage
from bide.simulator.refusal import BROKEN, Failure

POISONED = b"[poison:"

MARKER = re.compile(rb"\[poison:([a-z-]+)\]")

REFUSED_ROW = Failure(400, "This request is refused.", code="invalid_value", param="messages")
BUSY_ROW = Failure(429, "Rate limit reached while processing.", "requests", "rate_limit_exceeded")
FAILING_ROWS = {"row-error": REFUSED_ROW, "row-busy": BUSY_ROW, "row-broken": BROKEN}
"""Markers of prompts whose row runs and fails."""


class Row(msgspec.Struct, gc=False):
    """One request of a batch. `raw` is its body, as it stands in the input; None once its answer has been made.

    `digest` is the XXH3-64 of the body, `marker` the mischief its prompt asks for, `model` its own where the rows of
    a batch may differ in that.
    """

    custom_id: str
    raw: Raw | None
    digest: int
    usage: Usage
    failure: Failure | None = None
    marker: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Batchable:
    """What a valid input holds. `model` is that of all rows, empty where they differ."""

    rows: Sequence[Row]
    model: str

    @property
    def tokens(self) -> int:
        """Input tokens, as the quota of enqueued tokens counts them."""
        return sum(row.usage.input for row in self.rows)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a whole batch fails."""

    code: str
    message: str
    line: int | None = None
    param: str | None = None


def poison(raw: Raw | bytes | bytearray) -> str | None:
    """The mischief that a prompt asks for with a marker like ``[poison:row-error]``."""
    found = MARKER.search(bytes(raw))
    return found[1].decode() if found else None
