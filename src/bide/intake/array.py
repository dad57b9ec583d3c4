"""The items of one array in a large JSON document, ``{"requests": [{…}, {…}]}``, in memory that goes by the largest item."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from bide.core.errors import InputError

BLOCK = 256 << 10
"""Bytes that are read at a time, and more where an item is larger."""

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}\[\]]', re.DOTALL)
"""A text, or what opens and closes. A quotation mark alone begins a text whose end has not been read yet."""

_SPACE = re.compile(rb"[ \t\n\r]*+")

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)

OPENING, CLOSING = b"{[", b"}]"


def items(file: BinaryIO, name: str, most: int) -> Iterator[bytes]:
    """The objects in the array that is the document's only field, each as it is written. They are not looked into.

    `most` is how many bytes an item may have.

    Raises:
        InputError: the document is of another form, or is no JSON where it is looked at.
    """
    text = _Text(file, most, name)
    if text.take() != b"{":
        raise InputError("the body is no JSON object")
    if text.next() == b"}":
        raise InputError(f"{name}: Field required")
    field = text.string()
    if field != name:
        raise InputError(f"{field}: Extra inputs are not permitted")
    if text.take() != b":":
        raise InputError(f"the body is no valid JSON: a colon is missing after {name}")
    if text.take() != b"[":
        raise InputError(f"{name}: Input should be a valid array")
    number = 0
    closing = text.next() == b"]"
    if closing:
        text.take()
    while not closing:
        yield text.object(number)
        number += 1
        between = text.take()
        if between not in (b",", b"]"):
            raise InputError(f"the body is no valid JSON: a comma is missing after {name}.{number - 1}")
        closing = between == b"]"
    after = text.take()
    if after == b",":
        raise InputError(f"{text.string()}: Extra inputs are not permitted")
    if after != b"}" or text.take():
        raise InputError("the body is no valid JSON: it should end after the array")


class _Text:
    """The document, a stretch of it at a time."""

    def __init__(self, file: BinaryIO, most: int, name: str) -> None:
        self._file = file
        self._most = most
        self._name = name
        self._data = b""
        self._at = 0

    def _more(self) -> bool:
        """Read on, as much again as there is: what is looked at twice is never more than what is new."""
        rest = self._data[self._at :]
        found = self._file.read(max(BLOCK, len(rest)))
        self._data, self._at = rest + found, 0
        return bool(found)

    def next(self) -> bytes:
        """The next byte that is no white space; empty at the end."""
        while True:
            space = _SPACE.match(self._data, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            if not self._more():
                return b""

    def take(self) -> bytes:
        """The same, and go on behind it."""
        found = self.next()
        self._at += len(found)
        return found

    def string(self) -> str:
        """The text that comes now."""
        self.next()
        while (found := _STRING.match(self._data, self._at)) is None:
            if len(self._data) - self._at > BLOCK or not self._more():
                raise InputError("the body is no valid JSON: the name of a field should stand here")
        self._at = found.end()
        try:
            return msgspec.json.decode(found[0], type=str)
        except msgspec.DecodeError as error:
            raise InputError(f"the body is no valid JSON: {error}") from None

    def object(self, number: int) -> bytes:
        """The object that comes now, which is the item of this number."""
        if self.next() != b"{":
            raise InputError(f"{self._name}.{number}: Input should be a valid object")
        depth, searched = 0, 0
        while True:
            for token in _TOKEN.finditer(self._data, self._at + searched):
                kind = token[0]
                if kind in OPENING:
                    depth += 1
                elif kind in CLOSING:
                    depth -= 1
                    if depth == 0 and token.end() - self._at <= self._most:
                        start, self._at = self._at, token.end()
                        return self._data[start : self._at]
                    if depth == 0:
                        raise self._too_large(number)
                elif kind == b'"':
                    searched = token.start() - self._at
                    break
            else:
                searched = len(self._data) - self._at
            if len(self._data) - self._at > self._most:
                raise self._too_large(number)
            if not self._more():
                raise InputError(f"the body is no valid JSON: it ends within {self._name}.{number}")

    def _too_large(self, number: int) -> InputError:
        return InputError(f"{self._name}.{number}: the request is larger than {self._most:,} bytes")
