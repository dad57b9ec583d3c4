"""A log as Parquet: typed columns. Needs the extra ``bide[parquet]``, as input does."""

import importlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from bide.core.errors import InputError
from bide.logs.row import Row

MARK = b"PAR1"
"""How a file begins, and ends."""

BATCH_ROWS = 4_096


def rows(file: BinaryIO, name: str, told: Callable[[float], None] = lambda share: None) -> Iterator[Row]:
    """The rows of an open file; `told` hears which share of them has been read. Raises `InputError`: the extra is not installed, or it
    is no Parquet."""
    try:
        parquet: Any = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise InputError(
            f"{name} is Parquet, which needs an extra: pip install 'bide[parquet]'; or write the log as CSV or JSON Lines"
        ) from None
    line = 0
    try:
        opened = parquet.ParquetFile(file)
        total = opened.metadata.num_rows
        for batch in opened.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
            for values in batch.to_pylist():
                line += 1
                yield Row(line, values)
            told(line / total)
    except (OSError, ValueError) as error:  # pyarrow's own errors are subclasses of these
        raise InputError(f"{name} is no readable Parquet file ({error}); write it again") from error
