"""A form with a file (RFC 7578), taken apart while it arrives: the file goes where it is to lie, piece by piece.

Fields may come before the file or after it. A file's name is only ever shown: it is cut down to its last part, and is never
part of a path.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from bide.gateway.refusal import RefusalError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FILE = "file"
"""The name of the part that is the file, whether it says so by a file name or not."""

UNNAMED = "upload.jsonl"
"""What a file is called that came without a name."""

HEADS = 64 << 10
"""Bytes that a form may have around its file."""

LONGEST_NAME = 255
LONGEST_FIELD = 16 << 10
MOST_FIELDS = 32

Write = Callable[[bytes], Awaitable[None]]


@dataclass(slots=True)
class Form:
    """What a form said. `size` is that of its file in bytes; None: there was none."""

    fields: dict[str, str] = field(default_factory=dict[str, str])
    filename: str = UNNAMED
    size: int | None = None


async def read_form(content_type: str, chunks: AsyncIterator[bytes], write: Write, most: int) -> Form:
    """Take a form apart; its file, of `most` bytes at the most, is handed to `write`.

    Raises:
        RefusalError: it is no form, ends too early, or is larger than it may be.
        GoneError: the client went away.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise _unreadable("the content type has to be multipart/form-data with a boundary")
    reading = _Reading(most)
    try:
        parser = MultipartParser(boundary, reading.callbacks())
        async for chunk in chunks:
            reading.all += len(chunk)
            if reading.all > most + HEADS:
                raise too_large(most)
            parser.write(chunk)
            for piece in reading.take():
                await write(piece)
        parser.finalize()
    except FormParserError as error:
        raise _unreadable(str(error)) from None
    if not reading.is_whole:
        raise _unreadable("the form ends in the middle")
    return reading.form


class _Reading:
    """Keeps the small fields, and passes the pieces of the file on."""

    def __init__(self, most: int) -> None:
        self.form = Form()
        self.is_whole = False
        self.all = 0
        """Bytes that have arrived."""
        self._most = most
        self._pieces: list[bytes] = []
        self._header_name = self._header_value = b""
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._value = b""

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header_name,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers,
            "on_part_data": self._on_data,
            "on_part_end": self._on_end_of_part,
            "on_end": self._on_end,
        }

    def take(self) -> list[bytes]:
        """The pieces of the file that have arrived since."""
        pieces, self._pieces = self._pieces, []
        return pieces

    def _begin(self) -> None:
        self._headers, self._name, self._value = {}, "", b""

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if self._name != FILE:
            if len(self.form.fields) >= MOST_FIELDS:
                raise _unreadable(f"it has more than {MOST_FIELDS} fields")
            return
        if self.form.size is not None:
            raise RefusalError(400, "invalid_request", "the form has two files; upload one at a time", param=FILE)
        self.form.size = 0
        self.form.filename = harmless(options.get(b"filename", b"").decode("utf-8", "replace"))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == FILE and self.form.size is not None:
            self.form.size += end - start
            if self.form.size > self._most:
                raise too_large(self._most)
            self._pieces.append(data[start:end])
        elif len(self._value) + end - start > LONGEST_FIELD:
            raise _unreadable(f"a field is longer than {LONGEST_FIELD:,} bytes")
        else:
            self._value += data[start:end]

    def _on_end_of_part(self) -> None:
        if self._name != FILE:
            self.form.fields[self._name] = self._value.decode("utf-8", "replace")

    def _on_end(self) -> None:
        self.is_whole = True


def harmless(name: str) -> str:
    """A file's name without folders and without characters that cannot be seen; `UNNAMED` where nothing is left."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(char for char in last if char.isprintable()).strip()[:LONGEST_NAME]
    return UNNAMED if shown in ("", ".", "..") else shown


def too_large(most: int) -> RefusalError:
    """The refusal of a file of more than `most` bytes."""
    return RefusalError(
        413, "file_too_large", f"the file is larger than the {most:,} bytes that bide takes; split it", param=FILE
    )


def _unreadable(why: str) -> RefusalError:
    return RefusalError(400, "invalid_request", f"the form cannot be read: {why}")
