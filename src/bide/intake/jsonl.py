"""JSON Lines: batch lines and short lines, told apart line by line by their `body`."""

import json
from collections.abc import Iterator

import msgspec
from msgspec import Raw

from bide.intake.defaults import Defaults
from bide.intake.depth import DEEPEST
from bide.intake.entry import Chunk, ChunkBuilder, Entry
from bide.intake.problem import Code, LineError, Problem, report
from bide.intake.promptline import PromptLines
from bide.intake.requestline import Envelope, RequestLines, read_stretch
from bide.intake.source import Source, empty_input
from bide.intake.validator import Validator
from bide.intake.value import decode_object, kind_of, read_value
from bide.providers.decoding import UNREADABLE

_decode_envelope = msgspec.json.Decoder(Envelope).decode
_decode_raw = msgspec.json.Decoder(Raw).decode


class JsonLines:
    """Reads JSON Lines from a source.

    A stretch of good batch lines is read at once; everything else line by line, with the same result, so it does not
    matter where a stretch ends.
    """

    columns: tuple[str, ...] = ()

    def __init__(self, source: Source, defaults: Defaults, validator: Validator, only: str | None = None) -> None:
        """`only` is the URL that all lines have to be batch lines for; None takes short lines too."""
        self._source = source
        self._windows = validator.windows
        self._routing = validator.routing
        self._request_lines = RequestLines(defaults.model, validator, only)
        self._only = only
        self._prompt_lines = PromptLines(defaults, validator)

    def chunks(self) -> Iterator[Chunk]:
        """The lines, once.

        Raises:
            EmptyFileError: at the end, when all of them were blank.
        """
        first, blank = 1, 0
        for lines in self._source.blocks():
            chunk = None
            if len(lines[-1]) <= self._source.line_limit:
                chunk = read_stretch(lines, first, self._windows, self._routing)
                if chunk is not None and self._only not in (None, chunk.entries.endpoints[0]):
                    chunk = None  # each line is told so
            for part in (chunk,) if chunk else self._one_by_one(lines, first):
                blank += part.blank
                yield part
            first += len(lines)
        if blank == self._source.lines_read:
            raise empty_input(self._source.name)

    def _one_by_one(self, lines: list[bytes], first: int) -> Iterator[Chunk]:
        builder = ChunkBuilder(self._source.block_size)
        for number, line in enumerate(lines, first):
            builder.add(self._read_line(number, line))
            if builder.full:
                yield builder.take()
        if builder.rows:
            yield builder.take()

    def _read_line(self, number: int, line: bytes) -> Entry | Problem | None:
        if not line.strip():
            return None
        try:
            text = self._source.text(number, line)
            try:
                return self._read_object(number, line)
            except UNREADABLE as error:
                return _explain(number, text, isinstance(error, RecursionError))
        except LineError as error:
            return error.problem

    def _read_object(self, number: int, line: bytes) -> Entry:
        envelope = _decode_envelope(line)
        if envelope.body or (envelope.method and envelope.url) or self._only is not None:
            return self._request_lines.read(number, envelope)
        return self._prompt_lines.read(number, decode_object(line))


def _explain(number: int, text: str, too_deep: bool) -> Problem:
    """What is wrong with a line that could not be decoded."""
    code = Code.INVALID_JSON_LINE
    if text.startswith("\ufeff"):
        message = "the line begins with a byte order mark"
        return report(number, code, message, remedy="remove it; joining files that begin with one leaves it inside")
    try:
        wrong = None if too_deep else _syntax_error(text)
    except RecursionError:
        too_deep, wrong = True, None
    if too_deep:
        return report(number, code, "the JSON is nested too deeply", remedy=f"flatten it to {DEEPEST} levels or fewer")
    if wrong:
        return report(number, code, f"the line is no valid JSON: {wrong}")
    try:
        value = read_value(_decode_raw(text.strip()))
    except msgspec.DecodeError:
        message = "an escape such as \\ud800 stands for half a character, which no UTF-8 text can hold"
        return report(number, Code.INVALID_ENCODING, message, remedy="write both halves, or the character itself")
    remedy = "write each request as one object on one line; `jq -c '.[]'` unpacks an array"
    return report(number, Code.INVALID_TYPE, f"the line is {kind_of(value)}, not an object", remedy=remedy)


def _syntax_error(text: str) -> str | None:
    """Where JSON goes wrong, by the standard parser: it is slow, but its words are good and it counts columns."""
    try:
        json.loads(text, parse_int=len, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()):
            return "it ends too early"
        return f"{error.msg[:1].lower()}{error.msg[1:]}, column {error.colno}"
    except ValueError as error:
        return str(error)
    return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
