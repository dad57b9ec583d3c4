"""Results as Parquet: the input's columns with their types, and the added ones as text."""

import importlib
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, Any

import msgspec

from bide.delivery.results import Result
from bide.delivery.shape import ADDED, added

# pyarrow carries no types.
pa: Any = importlib.import_module("pyarrow")
pq: Any = importlib.import_module("pyarrow.parquet")


EXACT = 1 << 53
"""The largest whole number up to which a float holds every one."""


class ColumnTypes:
    """The Arrow types of the input's columns, found by looking at every value before the first is written.

    A file has one type a column, and the first page does not tell it: a column may be empty for a million rows. Values that
    have no type in common are written as text, what is not text as JSON.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._found = {name: pa.null() for name in names if name not in ADDED}
        self._long: set[str] = set()
        """Columns with whole numbers that would lose digits among fractions."""

    def look(self, columns: Sequence[Mapping[str, Any]]) -> None:
        """Take some rows into account."""
        for name, known in self._found.items():
            values = [own.get(name) for own in columns]
            self._found[name] = _wider(known, values)
            if pa.types.is_integer(self._found[name]) and any(abs(value or 0) > EXACT for value in values):
                self._long.add(name)

    @property
    def schema(self) -> Any:
        """The schema of the results; a column without a value is text."""
        own = [(name, pa.string() if self._is_text(name, kind) else kind) for name, kind in self._found.items()]
        return pa.schema([*own, *((name, pa.string()) for name in ADDED)])

    def _is_text(self, name: str, kind: Any) -> bool:
        """Whether a column is text for want of a type that Parquet has: there are no objects without a key."""
        return pa.types.is_null(kind) or "struct<>" in str(kind) or (pa.types.is_floating(kind) and name in self._long)


class ParquetPages:
    """A Parquet file that is written page by page."""

    def __init__(self, raw: IO[bytes], types: ColumnTypes) -> None:
        self._schema = types.schema
        self._writer: Any = pq.ParquetWriter(raw, self._schema)

    def __enter__(self) -> "ParquetPages":
        return self

    def write(self, results: Sequence[Result], columns: Sequence[Mapping[str, Any]]) -> None:
        """Add a page."""
        rows = [{**own, **added(result)} for result, own in zip(results, columns, strict=True)]
        arrays = [_array([row.get(field.name) for row in rows], field.type) for field in self._schema]
        self._writer.write_table(pa.table(arrays, schema=self._schema))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._writer.close()


def _wider(known: Any, values: list[Any]) -> Any:
    """A type that holds what `known` holds, and these values: found by making an array, as a guess looks at some only."""
    try:
        types = [pa.schema([("", kind)]) for kind in (known, pa.array(values).type)]
        return pa.unify_schemas(types, promote_options="permissive").field(0).type
    except (pa.ArrowException, OverflowError):
        return pa.string()


def _array(values: list[Any], kind: Any) -> Any:
    return pa.array([_text(value) for value in values] if pa.types.is_string(kind) else values, kind)


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else msgspec.json.encode(value).decode()
