"""Where input comes from: a path, a URI, standard input or an open file, unpacked and cut into lines.

Lines end at ``b"\\n"`` only: other line separators may stand inside a JSON text.
"""

import contextlib
import io
import os
import stat
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from bide.buckets.process import open_object
from bide.buckets.uri import is_uri, parse_uri
from bide.core.errors import InputError
from bide.intake.compression import HEAD_LENGTH, Unpacked, packing_of
from bide.intake.entry import CHUNK_BYTES
from bide.intake.problem import CODES, Code, refuse

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LINE_LIMIT = 64 * 1024 * 1024
"""Bytes of a line. The largest requests carry images or sound, tens of megabytes; a third of a batch file's 200 MB
leaves room above that and bounds what a file without line ends can cost in memory."""

STANDARD_INPUT = "-"

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
FOREIGN_MARKS = {b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class EmptyFileError(InputError):
    """The input contains no request; check the path, and if a program writes the file, wait until it has finished."""

    code = Code.EMPTY_FILE.value


class Source:
    """An input's bytes as lines, and how far the reading has come.

    `name` is the input's name for messages, `head` its first bytes as they lie there. `size` is its size in bytes, None
    where nobody knows (standard input); `bytes_read` counts the same bytes, so that their ratio is the progress of a
    compressed file too. `lines_read` counts physical lines.

    Raises:
        InputError: the input is compressed in a way that is not supported.
    """

    def __init__(
        self, file: BinaryIO, name: str, *, block_size: int = CHUNK_BYTES, line_limit: int = LINE_LIMIT
    ) -> None:
        self.name = name
        self.line_limit = line_limit
        # A block ends with the line that fills it, so only its last line can be longer than the limit.
        self.block_size = min(block_size, line_limit)
        self.size = _size(file)
        self.lines_read = 0
        self._counted = _Counted(file, name)
        self.head = self._counted.head
        packing = packing_of(self.head, name)
        self._bounded = _Bounded(Unpacked(self._counted, packing, name) if packing else self._counted)

    @property
    def bytes_read(self) -> int:
        return self._counted.count

    def blocks(self) -> Iterator[list[bytes]]:
        """Lists of lines, each list about `block_size` long; lines keep their ends. A byte order mark is dropped.

        Of a line that is longer than `line_limit` only a beginning comes, still longer than the limit.

        Raises:
            InputError: the input cannot be read on, is damaged, or is not UTF-8 by its own byte order mark.
        """
        # `readlines` goes on where lines fill a block to the byte, so the next one may begin a whole block in.
        self._bounded.allowance = self.line_limit + self.block_size + 1
        reader = io.BufferedReader(self._bounded, self.block_size)
        while lines := reader.readlines(self.block_size):
            self._bounded.allowance = self.line_limit + self.block_size + 1
            if not self.lines_read:
                lines[0] = self._without_mark(lines[0])
            self.lines_read += len(lines)
            yield lines

    def _without_mark(self, line: bytes) -> bytes:
        for mark, encoding in FOREIGN_MARKS.items():
            if line.startswith(mark):
                raise InputError(
                    f"line 1: {self.name} is {encoding} text; save it as UTF-8, for instance with"
                    f" `iconv -f {encoding} -t UTF-8`"
                )
        return line.removeprefix(BYTE_ORDER_MARK)

    def text(self, number: int, line: bytes) -> str:
        """A line as text.

        Raises:
            LineError: it is too long, not UTF-8, or not text at all.
        """
        if len(line) > self.line_limit:
            raise refuse(number, Code.LINE_TOO_LARGE, f"the line is longer than {self.line_limit:,} bytes")
        if b"\0" in line:
            message = "the line contains NUL bytes, as UTF-16 text and binary files do"
            remedy = "save the file as UTF-8; `iconv -f UTF-16 -t UTF-8` turns the one into the other"
            raise refuse(number, Code.INVALID_ENCODING, message, remedy=remedy)
        try:
            return str(line, "utf-8")
        except UnicodeDecodeError as error:
            message = f"byte 0x{line[error.start]:02x} at position {error.start + 1} is not UTF-8"
            raise refuse(number, Code.INVALID_ENCODING, message) from None


def empty_input(name: str) -> EmptyFileError:
    """The error of an input without a single request."""
    return EmptyFileError(f"{name} contains no request; {CODES[Code.EMPTY_FILE].remedy}")


@contextlib.contextmanager
def open_file(path: str | os.PathLike[str]) -> Generator[tuple[BinaryIO, str]]:
    """The file at a path or URI (``-`` is standard input) and its name for messages.

    Raises:
        InputError: it does not exist, is a folder or may not be read.
        BucketError: the same of an object.
        SettingError: objects need an extra, which is not installed.
    """
    if str(path) == STANDARD_INPUT:
        yield sys.stdin.buffer, "standard input"
        return
    if is_uri(str(path)):
        location = parse_uri(str(path))
        if location.path is None:
            with open_object(location) as opened:
                yield cast(BinaryIO, opened), location.uri
            return
        path = location.path
    try:
        file = io.FileIO(path)
    except FileNotFoundError:
        seen = "" if Path(path).is_absolute() else f", seen from {Path.cwd()}"
        raise InputError(f"there is no file {path}; check the path{seen}") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder; name a file in it") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; check its permissions") from error
    with file:
        yield cast(BinaryIO, file), str(path)


def _size(file: BinaryIO) -> int | None:
    try:
        status = os.fstat(file.fileno())
    except OSError:  # a file in memory has no number, nor has an object, which knows its size
        size = getattr(file, "size", None)
        return size if isinstance(size, int) else None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


class _Counted(io.RawIOBase):
    """A file whose first bytes have been looked at, and whose bytes are counted as they are read."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._readinto: Callable[[memoryview], int | None] = cast(Any, file).readinto
        self._name = name
        self.count = 0
        head = bytearray(HEAD_LENGTH)
        length = 0
        while length < HEAD_LENGTH and (count := self._fill(memoryview(head)[length:])):
            length += count
        self.head = bytes(head[:length])
        self._looked_at = self.head

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        target = memoryview(buffer).cast("B")
        if self._looked_at:
            count = min(len(target), len(self._looked_at))
            target[:count] = self._looked_at[:count]
            self._looked_at = self._looked_at[count:]
        else:
            count = self._fill(target)
        self.count += count
        return count

    def _fill(self, target: memoryview) -> int:
        try:
            count = self._readinto(target)
        except OSError as error:
            raise InputError(f"{self._name} cannot be read on: {error.strerror}; check the disk or the pipe") from error
        if count is None:
            raise InputError(f"{self._name} does not wait for data; open it in blocking mode")
        return count


class _Bounded(io.RawIOBase):
    """Passes bytes on until `allowance` is used up, then only from the next line end on.

    Whoever takes lines out at the other end renews the allowance with every block. A block that used it up can only
    be one endless line, and nothing but its end is wanted any more.
    """

    def __init__(self, file: io.RawIOBase) -> None:
        self._file = file
        self.allowance = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while count := self._file.readinto(buffer) or 0:
            if self.allowance > 0:
                self.allowance -= count
                return count
            target = memoryview(buffer).cast("B")
            rest = bytes(target[:count])
            end = rest.find(b"\n")
            if end >= 0:
                target[: count - end] = rest[end:]
                return count - end
        return 0
