"""What a reader of one format is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from bide.audit.readers.record import Record

Values = Mapping[str, Any]
"""A row as it stands in the file, by its names; deeper objects are objects."""


class Skipped(msgspec.Struct, frozen=True, gc=False):
    """A row that is not about tokens, and why; `cost` is what it was billed at, in 1e-12 USD. `covers` is the time, from and to, of
    which it says that nothing was used."""

    why: str
    cost: int = 0
    covers: tuple[int, int] | None = None


def _itself(values: Values) -> Iterable[Values]:
    return (values,)


@dataclass(frozen=True, slots=True)
class Reader:
    """One format.

    `takes` says whether a row is of it. `parts` are the rows that stand in one: a page of an API has many. `record` turns a part into a
    record; it raises `ValueError` with a sentence that names the field where that cannot be.
    """

    name: str
    takes: Callable[[Values], bool]
    record: Callable[[Values], Record | Skipped]
    parts: Callable[[Values], Iterable[Values]] = _itself
    notes: tuple[str, ...] = ()
    """What had to be assumed, for whoever reads the audit."""
