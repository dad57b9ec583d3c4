"""The door to this package: from whatever a user names to a stream of chunks."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

from bide.buckets.uri import is_uri
from bide.core.errors import InputError
from bide.intake.defaults import Defaults
from bide.intake.entry import CHUNK_BYTES, Chunk
from bide.intake.jsonl import JsonLines
from bide.intake.parquet import MAGIC, Parquet
from bide.intake.problem import did_you_mean, excerpt
from bide.intake.routing import Routing
from bide.intake.source import BYTE_ORDER_MARK, LINE_LIMIT, STANDARD_INPUT, Source, open_file
from bide.intake.table import Table
from bide.intake.validator import Validator
from bide.intake.window import ContextWindows

FORMATS = ("jsonl", "csv", "tsv", "parquet")

SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}
COMPRESSED_SUFFIXES = frozenset({".gz", ".zst", ".zstd"})
"""Only for finding the suffix before them: whether a file is compressed is told by its first bytes."""

DELIMITERS = {"csv": ",", "tsv": "\t"}

UNUSABLE = frozenset('"\r\n\0')
"""What cannot separate cells."""


class Content(Protocol):
    """What a format's module reads: all chunks, once."""

    @property
    def columns(self) -> tuple[str, ...]: ...
    def chunks(self) -> Iterator[Chunk]: ...


class Progress(Protocol):
    """How far the reading has come; `size` is None where nobody knows how much there is."""

    @property
    def size(self) -> int | None: ...
    @property
    def bytes_read(self) -> int: ...
    @property
    def lines_read(self) -> int: ...


class Input:
    """An opened input: iterate over it, once, for its chunks, and close it (or use it in a `with`).

    `file_format` is one of `FORMATS`. `columns` are a table's column names, empty for JSON Lines. `progress` is up to
    date after each chunk.

    Iterating raises:
        InputError: the input cannot be read on, or holds no request at all (`EmptyFileError`).
    """

    def __init__(
        self, name: str, file_format: str, content: Content, progress: Progress, close: Callable[[], None]
    ) -> None:
        self.name = name
        self.file_format = file_format
        self.columns = content.columns
        self.progress = progress
        self.close = close
        self._chunks = content.chunks()

    def __iter__(self) -> Iterator[Chunk]:
        return self._chunks

    def __enter__(self) -> "Input":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_input(
    source: str | os.PathLike[str] | BinaryIO,
    defaults: Defaults | None = None,
    *,
    name: str | None = None,
    file_format: str | None = None,
    delimiter: str | None = None,
    context_window: Callable[[str], int | None] | None = None,
    routing: Routing | None = None,
    only: str | None = None,
    line_limit: int = LINE_LIMIT,
    block_size: int = CHUNK_BYTES,
) -> Input:
    """Open a file at a path or URI (``-`` is standard input; an open binary file stays the caller's to close) for reading.

    `name` is what messages call it, the path by default.
    The format is told by `file_format`, else by the suffix or the first bytes; standard input is JSON Lines unless told
    otherwise. `delimiter` separates the cells of a CSV. `context_window` gives a model's window in tokens, None where
    it is unknown; `routing` knows it too, and who serves the model. `only` is the URL that all lines of JSON Lines have to be batch lines for. `line_limit` and `block_size` (what is read for one chunk) are in bytes.

    Raises:
        InputError: nothing of the input can be used; the message says what to do.
    """
    delimiter = "\t" if delimiter == r"\t" else delimiter  # as one types it in a shell
    if delimiter is not None and (len(delimiter) != 1 or delimiter in UNUSABLE):
        raise InputError(f"{excerpt(delimiter)} cannot separate cells; say one character, as in --delimiter ';'")
    if file_format is not None and file_format not in FORMATS:
        guess = did_you_mean(file_format, FORMATS)
        raise InputError(f"there is no format {excerpt(file_format)}{guess}; use {', '.join(FORMATS)}")
    defaults = defaults or Defaults()
    validator = Validator(ContextWindows(routing.window if routing else context_window), routing)
    with contextlib.ExitStack() as opened:
        path = Path(source) if isinstance(source, str | os.PathLike) else None
        if isinstance(source, str | os.PathLike):
            file, called = opened.enter_context(open_file(source))
        else:
            file, called = source, str(getattr(source, "name", "the input"))
        name = name or called
        lines = Source(file, name, block_size=block_size, line_limit=line_limit)
        chosen = file_format or _recognise(name, path, lines.head)
        if delimiter is not None and chosen not in DELIMITERS:
            raise InputError(f"{name} is read as {chosen}, which has no --delimiter; leave it out, or say --format csv")
        if chosen == "parquet":
            if path is None or lines.size is None:
                raise InputError(f"{name} is Parquet, which is read from its end; save it and name the file")
            # pyarrow reads a path by itself, which is faster; an object only through us.
            parquet = Parquet(file if is_uri(str(source)) else path, defaults, validator, block_size, name=name)
            opened.callback(parquet.close)
            return Input(name, chosen, parquet, parquet, opened.pop_all().close)
        if chosen == "jsonl":
            content: Content = JsonLines(lines, defaults, validator, only)
        else:
            content = Table(lines, defaults, validator, delimiter or DELIMITERS[chosen])
        return Input(name, chosen, content, lines, opened.pop_all().close)


def _recognise(name: str, path: Path | None, head: bytes) -> str:
    """The format of an input that nobody named."""
    if head.startswith(MAGIC):
        return "parquet"
    suffixes = [] if path is None else [suffix.lower() for suffix in path.suffixes]
    while suffixes and suffixes[-1] in COMPRESSED_SUFFIXES:
        suffixes.pop()
    if suffixes and suffixes[-1] in SUFFIXES:
        return SUFFIXES[suffixes[-1]]
    if (
        path is None
        or str(path) == STANDARD_INPUT
        or not head
        or head.removeprefix(BYTE_ORDER_MARK).lstrip()[:1] == b"{"
    ):
        return "jsonl"
    raise InputError(f"{name} does not tell its format by its name; say --format {' or '.join(FORMATS)}")
