"""Opening a log: what it is by its content, and how far the reading has come."""

import contextlib
from collections.abc import Generator, Iterator
from itertools import chain, islice
from typing import BinaryIO

import msgspec

from bide.core.errors import InputError
from bide.intake.source import Source, empty_input, open_file
from bide.logs import document, jsonl, parquet, table
from bide.logs.row import Row

PARQUET, TABLE, JSON_LINES, DOCUMENT = "Parquet", "table", "JSON Lines", "JSON"


class Opened:
    """An open log. `name` is for messages, `form` one of the above. Raises `InputError`: it has no line, or is packed in an unknown way."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self._share: float | None = 0.0
        self._source: Source | None = None
        if _begins(file, parquet.MARK):
            self.form = PARQUET
            self._rows = parquet.rows(file, name, self._told)
            return
        self._source = Source(file, name)
        if self._source.head.startswith(parquet.MARK):
            raise InputError(f"{name} is Parquet, which can only be read from a file; write it to one, and name that")
        lines = (line for block in self._source.blocks() for line in block)
        first = list(islice(lines, 2))
        if not first:
            raise empty_input(name)
        self.form = _form(first)
        if self.form == TABLE and not _is_text(first[0]):
            raise InputError(
                f"{name} does not begin with text; a log is CSV, JSON or Parquet: save it as one of these, in UTF-8"
            )
        read = {TABLE: table.rows, JSON_LINES: jsonl.rows, DOCUMENT: document.rows}[self.form]
        self._rows = read(chain(first, lines))

    def rows(self) -> Iterator[Row]:
        """The rows. Those of a table or of Parquet have the same names, objects may be nested."""
        return self._rows

    @property
    def share(self) -> float | None:
        """Which part of the file has been read, from 0 to 1; None where nobody knows its size."""
        if self._source is None:
            return self._share
        size = self._source.size
        return min(1.0, self._source.bytes_read / size) if size else None

    def _told(self, share: float) -> None:
        self._share = share


@contextlib.contextmanager
def opened(path: str) -> Generator[Opened]:
    """The log at a path or URI; ``-`` is standard input.

    Raises:
        InputError: it is not there, cannot be read or has no line.
    """
    with open_file(path) as (file, name):
        yield Opened(file, name)


def _form(first: list[bytes]) -> str:
    """By its first two lines."""
    begin = first[0].lstrip()
    if begin.startswith(b"["):
        return DOCUMENT
    if not begin.startswith(b"{"):
        return TABLE
    if len(first) > 1 and first[1].startswith(b"{"):
        return JSON_LINES
    try:
        msgspec.json.decode(begin)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return DOCUMENT
    return JSON_LINES


def _is_text(line: bytes) -> bool:
    try:
        return b"\0" not in line and bool(line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _begins(file: BinaryIO, mark: bytes) -> bool:
    """Whether a file that can be read again from its beginning begins so."""
    if not file.seekable():
        return False
    found = file.read(len(mark)) == mark
    file.seek(0)
    return found
