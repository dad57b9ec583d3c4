"""The requests of a batch: lines of an input file, or items of a create. A bad request fails alone, a bad file whole."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import xxhash
from msgspec import Raw

from bide.core.usage import Usage
from bide.simulator.answers import Answers
from bide.simulator.gemini.body import Body, read_body
from bide.simulator.refusal import Failure
from bide.simulator.rows import FAILING_ROWS, POISONED, REFUSED_ROW, Batchable, Problem, Row, poison

NOTHING = Raw(b"null")


class Metadata(msgspec.Struct):
    key: str = ""


class Item(msgspec.Struct, gc=False):
    """A request. Its key stands beside it in a file, and in `metadata` where it comes with the create."""

    request: Raw = NOTHING
    key: str = ""
    metadata: Metadata | None = None

    @property
    def name(self) -> str:
        return self.key or (self.metadata.key if self.metadata else "")


_decode_item = msgspec.json.Decoder(Item).decode


@dataclass(frozen=True)
class Reader:
    """Reads requests into rows."""

    model: str
    answers: Answers
    is_vertex: bool = False

    def row(self, name: str, raw: Raw) -> Row:
        """A request as a row; one without a name goes by none when it comes back."""
        usage, failure = self.read(raw)
        row = Row(name, raw, xxhash.xxh3_64_intdigest(raw), usage, failure)
        if POISONED in bytes(raw) and (marker := poison(raw)):
            row.marker = marker
            row.failure = REFUSED_ROW if marker == "validation" else FAILING_ROWS.get(marker, row.failure)
        return row

    def read(self, raw: Raw) -> tuple[Usage, Failure | None]:
        """What the answer to a request consumes, and why there is none."""
        body = read_body(raw)
        failure = body if isinstance(body, Failure) else body.fault(is_vertex=self.is_vertex)
        cap = body.cap if isinstance(body, Body) else None
        return self.answers.usage(cap, xxhash.xxh3_64_intdigest(raw), len(bytes(raw))), failure


def read_items(items: Iterable[Item], reader: Reader) -> Batchable | Problem:
    """The rows of these requests, or the problem that fails the batch."""
    rows = [reader.row(item.name, item.request) for item in items]
    if not rows:
        return Problem("INVALID_ARGUMENT", "The batch has no requests.")
    if any(row.marker == "unnamed" for row in rows):
        return Problem("INVALID_ARGUMENT", "The input cannot be read.")
    return Batchable(rows, reader.model)


def read_file(content: bytes | bytearray, reader: Reader) -> Batchable | Problem:
    """The same for an input file."""
    try:
        return read_items([_decode_item(line) for line in split(content)], reader)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Problem("INVALID_ARGUMENT", "The input file is not JSONL of requests.")


def split(content: bytes | bytearray) -> Iterator[bytes]:
    """Lines with anything on them."""
    return (line for line in bytes(content).split(b"\n") if line.strip())


def known(model: str, models: Sequence[str]) -> bool:
    """Whether there is this model; where none are named, any is there."""
    return not models or model in models
