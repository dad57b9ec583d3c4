"""A row of a log, whatever the file's format: named values, or why there are none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """What stands on a line (from 1; in Parquet the row). `trouble` says why `values` could not be read."""

    line: int
    values: Mapping[str, Any]
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is left out, and why."""

    line: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line:,}: {self.why}"
