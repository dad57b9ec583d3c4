"""A log as a JSON document: an array of objects, or objects over several lines, one after another. It need not fit into memory."""

import codecs
import json
from collections.abc import Iterator
from typing import Any, cast

from bide.intake.source import LINE_LIMIT
from bide.logs.row import Row

_SPACE = " \t\r\n"

_BETWEEN = _SPACE + ","
"""What may stand between two objects."""


def rows(lines: Iterator[bytes]) -> Iterator[Row]:
    """The objects of the outermost array, or those that follow each other, by the lines on which they begin.

    What comes after something that is no JSON cannot be told apart any more and is not read; the last row says so.
    """
    text = _Text(lines)
    in_array = text.next_character() == "["
    if in_array:
        text.position += 1
    while character := text.next_character():
        if character == "]" and in_array:
            return
        value, trouble = text.value()
        if trouble:
            yield Row(text.line, {}, f"it is no JSON: {trouble}; what comes after it is not read")
            return
        if isinstance(value, dict):
            yield Row(text.line, cast(dict[str, Any], value))
        else:
            yield Row(text.line, {}, "it is no JSON object")
    if in_array:
        yield Row(text.line, {}, "the array does not end; the file was cut off after this")


class _Text:
    """Text that is read as far as it is needed, and let go behind `position`. `line` is where the last value began."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._decode = json.JSONDecoder().raw_decode
        self._text = ""
        self._let_go = 1
        self.position = 0
        self.line = 1

    def next_character(self) -> str:
        """The next one that is no space and no comma; empty at the end. It is not taken."""
        while True:
            while self.position < len(self._text):
                if self._text[self.position] not in _BETWEEN:
                    return self._text[self.position]
                self.position += 1
            if not self._more(1):
                return ""

    def value(self) -> tuple[Any, str]:
        """The next value; or what is wrong with it."""
        self.line = self._let_go + self._text.count("\n", 0, self.position)
        while True:
            try:
                value, self.position = self._decode(self._text, self.position)
            except (json.JSONDecodeError, RecursionError) as error:
                # It may only not be there yet. Twice as much each time keeps the repeated reading linear.
                left = len(self._text) - self.position
                if left > LINE_LIMIT:
                    return None, f"an object is longer than {LINE_LIMIT:,} characters, or has no end"
                if isinstance(error, RecursionError) or not self._more(left):
                    return None, error.msg if isinstance(error, json.JSONDecodeError) else "it is nested too deep"
            else:
                return value, ""

    def _more(self, characters: int) -> bool:
        """Read on for so many characters at least; False where nothing is left."""
        self._let_go += self._text.count("\n", 0, self.position)
        parts, self.position = [self._text[self.position :]], 0
        wanted = characters
        for line in self._lines:
            parts.append(self._decoder.decode(line))
            wanted -= len(parts[-1])
            if wanted <= 0:
                break
        found = wanted < characters
        self._text = "".join(parts)
        return found
