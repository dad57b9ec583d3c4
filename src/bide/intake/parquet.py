"""Parquet: a table whose columns are typed, read in batches of rows. Needs the extra ``bide[parquet]``."""

import importlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from bide.core.errors import InputError
from bide.intake.defaults import Defaults
from bide.intake.entry import CHUNK_BYTES, Chunk, ChunkBuilder, Entry
from bide.intake.problem import LineError, Problem
from bide.intake.source import empty_input
from bide.intake.tablerow import TableRows, check_columns
from bide.intake.validator import Validator

MAGIC = b"PAR1"

BATCH_ROWS = 512
"""Rows that are Python objects at the same time."""

READ_AHEAD = 1024 * 1024
"""Bytes of a column that are read at a time."""


class Parquet:
    """Reads a Parquet file; its schema is read when it is made. A problem's `line` is the row, from 1.

    `source` is a path, or an open file that can be read from its end, which stays the caller's to close.

    `size` is the file's in bytes, `bytes_read` the share of it that the rows read so far stand for, and `lines_read` is
    their number.

    Raises:
        InputError: the extra is not installed, the file is not Parquet, or the defaults do not fit its columns.
    """

    def __init__(
        self,
        source: Path | BinaryIO,
        defaults: Defaults,
        validator: Validator,
        block_size: int = CHUNK_BYTES,
        *,
        name: str | None = None,
    ) -> None:
        self._name = name or str(source)
        self._block_size = block_size
        self.size = source.stat().st_size if isinstance(source, Path) else source.seek(0, os.SEEK_END)
        self.lines_read = 0
        self._file: Any = _open(source, self._name)
        try:
            self._count = int(self._file.metadata.num_rows)
            self.columns = tuple(cast(list[str], self._file.schema_arrow.names))
            if not self.columns or not self._count:
                raise empty_input(self._name)
            check_columns(self._name, self.columns)
            self._rows = TableRows(self._name, self.columns, defaults, validator)
        except BaseException:
            self.close()
            raise

    @property
    def bytes_read(self) -> int:
        return self.size * self.lines_read // self._count

    def close(self) -> None:
        self._file.close()

    def chunks(self) -> Iterator[Chunk]:
        """The rows, once."""
        builder = ChunkBuilder(self._block_size)
        for values in self._values():
            self.lines_read += 1
            builder.add(self._read(self.lines_read, values))
            if builder.full:
                yield builder.take()
        if builder.rows:
            yield builder.take()

    def _values(self) -> Iterator[dict[str, Any]]:
        try:
            for batch in self._file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
                yield from batch.to_pylist()
        except (OSError, ValueError) as error:  # pyarrow's own errors are subclasses of these
            raise InputError(
                f"{self._name} cannot be read after row {self.lines_read:,}: {error}; write the file again"
            ) from error

    def _read(self, row: int, values: Mapping[str, Any]) -> Entry | Problem:
        try:
            return self._rows.read(row, row, {name: _as_text(value) for name, value in values.items()})
        except LineError as error:
            return error.problem


def _open(source: Path | BinaryIO, name: str) -> Any:
    try:
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise InputError(f"{name} is Parquet, which needs an extra: pip install 'bide[parquet]'") from None
    try:
        # Pre-buffering, pyarrow's default, would hold whole row groups, and the file in the end.
        return parquet.ParquetFile(source, buffer_size=READ_AHEAD, pre_buffer=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{name} is no readable Parquet file ({error}); write it again") from error


def _as_text(value: Any) -> Any:
    """Text that a writer did not mark as text becomes text; other binary values stay what they are."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            pass
    return value
