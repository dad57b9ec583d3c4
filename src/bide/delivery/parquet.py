"""Results as Parquet: the input's columns as they were read, and the added ones as text."""

import importlib
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, BinaryIO

from bide.delivery.results import Result
from bide.delivery.shape import ADDED, added

# pyarrow carries no types.
pa: Any = importlib.import_module("pyarrow")
pq: Any = importlib.import_module("pyarrow.parquet")


class ParquetPages:
    """A Parquet file that is written page by page. The first page decides the types of the input's columns."""

    def __init__(self, raw: BinaryIO, names: Sequence[str]) -> None:
        self._raw = raw
        self._names = tuple(name for name in names if name not in ADDED)
        self._writer: Any = None

    def __enter__(self) -> "ParquetPages":
        return self

    def write(self, results: Sequence[Result], columns: Sequence[Mapping[str, Any]]) -> None:
        """Add a page."""
        found: dict[str, list[Any]] = {name: [own.get(name) for own in columns] for name in self._names}
        extra = [added(result) for result in results]
        found |= {name: [one[name] for one in extra] for name in ADDED}
        schema = self._writer.schema if self._writer else None
        table: Any = pa.table(found, schema=schema or self._schema(found))
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._raw, table.schema)
        self._writer.write_table(table)

    def _schema(self, found: Mapping[str, list[Any]]) -> Any:
        own = [pa.field(name, _type(found[name])) for name in self._names]
        return pa.schema([*own, *(pa.field(name, pa.string()) for name in ADDED)])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._writer is None and kind is None:
            self.write([], [])
        if self._writer is not None:
            self._writer.close()


def _type(values: list[Any]) -> Any:
    inferred = pa.array(values).type
    return pa.string() if pa.types.is_null(inferred) else inferred
