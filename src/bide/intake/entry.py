"""What a reader yields: entries (valid requests) and problems, in chunks."""

from collections.abc import Iterator, Sequence

import msgspec

from bide.intake.problem import Problem
from bide.lanes.arrival.weighing import weight_of

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
        """Input tokens by the body's size; see `weight_of`."""
        return weight_of(self.body)


class Entries(msgspec.Struct, frozen=True):
    """Entries by field, each field a list in the order of the entries.

    What is asked of every request of a large file is asked of a list at once, which costs a fraction of asking one by one.
    """

    lines: Sequence[int]
    custom_ids: Sequence[str]
    endpoints: Sequence[str]
    models: Sequence[str]
    bodies: Sequence[bytes]
    limits: Sequence[int | None]
    """`max_output_tokens` of each."""
    columns: Sequence[bytes]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Entries":
        """Single entries, put together."""
        return cls(
            [entry.line for entry in entries],
            [entry.custom_id for entry in entries],
            [entry.endpoint for entry in entries],
            [entry.model for entry in entries],
            [entry.body for entry in entries],
            [entry.max_output_tokens for entry in entries],
            [entry.columns for entry in entries],
        )

    def __len__(self) -> int:
        return len(self.custom_ids)

    def __iter__(self) -> Iterator[Entry]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, index: int) -> Entry:
        """One of them."""
        return Entry(
            self.lines[index],
            self.custom_ids[index],
            self.endpoints[index],
            self.models[index],
            self.bodies[index],
            self.limits[index],
            self.columns[index],
        )


class Chunk(msgspec.Struct, frozen=True):
    """A stretch of input: its entries and its problems, each in the order of their lines.

    `bodies` is the entries' bodies, each followed by one newline, ready to be appended to a body file: an entry's
    body starts where the bodies and newlines before it end. `blank` counts the lines that were skipped as empty.
    """

    entries: Entries
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
        entries = Entries.of(self._entries)
        chunk = Chunk(entries, self._problems, join_bodies(entries.bodies), self._blank)
        self._clear()
        return chunk


def join_bodies(bodies: Sequence[bytes]) -> bytes:
    """The bodies with one newline after each."""
    return b"\n".join([*bodies, b""])
