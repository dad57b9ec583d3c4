"""What a reader yields: entries (valid requests) and problems, in chunks."""

import msgspec

from bide.intake.problem import Problem
from bide.intake.tokens import estimate_tokens

CHUNK_BYTES = 256 * 1024
"""Input read for one chunk: with a few times as much, chunks fall out of the processor's cache and reading slows."""

CHUNK_ROWS = 2_048
"""Most rows of a chunk that is made row by row: a file of tiny bad lines must not become a giant list of problems."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One valid request.

    `line` counts from 1: the physical line, for CSV the one where the record starts, for Parquet the row.
    `endpoint` is the URL path, such as ``/v1/chat/completions``. `body` is the request's JSON object, without a newline
    around or inside; from a batch line exactly what the user wrote. `max_output_tokens` is what all choices together may
    produce, None where the request sets no limit. `columns` is one line with a JSON object of what the row carries for
    the output and never sends; ``{}`` where it carries nothing, and empty for a batch line, which has no columns.
    """

    line: int
    custom_id: str
    endpoint: str
    model: str
    body: bytes
    max_output_tokens: int | None
    columns: bytes = b""

    @property
    def input_tokens(self) -> int:
        """Input tokens by the body's size alone; see `estimate_tokens`."""
        return estimate_tokens(len(self.body))


class Chunk(msgspec.Struct, frozen=True):
    """A stretch of input: its entries and its problems, each in the order of their lines.

    `bodies` is the entries' bodies, each followed by one newline, ready to be appended to a body file: an entry's
    body starts where the bodies and newlines before it end. `blank` counts the lines that were skipped as empty.
    """

    entries: list[Entry]
    problems: list[Problem]
    bodies: bytes
    blank: int = 0


class ChunkBuilder:
    """Collects what a reader finds row by row, until there is enough for a chunk."""

    def __init__(self, target: int = CHUNK_BYTES) -> None:
        """`target` is the size of the bodies in bytes that makes a chunk."""
        self._target = target
        self._clear()

    def _clear(self) -> None:
        self._entries: list[Entry] = []
        self._problems: list[Problem] = []
        self._blank = 0
        self._size = 0

    def add(self, outcome: Entry | Problem | None) -> None:
        """Take in a row's outcome; None is a blank line."""
        if isinstance(outcome, Entry):
            self._entries.append(outcome)
            self._size += len(outcome.body)
        elif outcome is None:
            self._blank += 1
        else:
            self._problems.append(outcome)

    @property
    def rows(self) -> int:
        return len(self._entries) + len(self._problems) + self._blank

    @property
    def full(self) -> bool:
        return self._size >= self._target or self.rows >= CHUNK_ROWS

    def take(self) -> Chunk:
        """The chunk collected so far; the next one starts empty."""
        chunk = Chunk(self._entries, self._problems, join_bodies([entry.body for entry in self._entries]), self._blank)
        self._clear()
        return chunk


def join_bodies(bodies: list[bytes]) -> bytes:
    """The bodies with one newline after each."""
    return b"\n".join([*bodies, b""])
