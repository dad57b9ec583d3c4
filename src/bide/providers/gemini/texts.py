"""Embeddings in a batch, where a line holds one text: requests are taken apart into their texts, and put together again.

What is needed for that stands in each line's key, since the results repeat nothing else of it: our id, which of how many
texts it is, how vectors are to be written, and the model that the caller named.

Such a batch always goes as a file. Of embeddings that come with the create nobody has shown that their keys come back, and
they have come back in another order than they went out (js-genai#1207).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Self

import msgspec
from msgspec import Raw

from bide.core.usage import Usage
from bide.providers.decoding import UNREADABLE
from bide.providers.gemini.embedding import read_request, row_of, vector_of
from bide.providers.gemini.rows import NOTHING, failed
from bide.providers.gemini.status import Status
from bide.providers.port import Row, Submission, Verdict
from bide.providers.translated import Translation, unreadable_row

LIKE_CHAT = "/v1/chat/completions"
"""Errors of embeddings have the shape that errors of chat completions have."""

IN_MEMORY = 32 * 1024 * 1024
"""Bytes of vectors that wait in memory for the others of their request; more of them wait on the disk."""

INCOMPLETE = "texts_missing"


class Key(msgspec.Struct, frozen=True):
    """Whose text a line is: the `place`-th (from 0) of `texts`. `model` comes last, as it may hold slashes."""

    custom_id: str
    place: int
    texts: int
    as_base64: bool
    model: str

    def __str__(self) -> str:
        form = "base64" if self.as_base64 else "float"
        return f"{self.custom_id}/{self.place}/{self.texts}/{form}/{self.model}"

    @classmethod
    def read(cls, key: str) -> Self | None:
        """The key in these words; None where they are none."""
        parts = key.split("/", 4)
        if len(parts) != 5 or not (parts[1].isdecimal() and parts[2].isdecimal()):
            return None
        found = cls(parts[0], int(parts[1]), int(parts[2]), parts[3] == "base64", parts[4])
        return found if found.place < found.texts and str(found) == key else None


class TextLines:
    """The input file of a submission. `count` is how many lines the last time through it had."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self.count = 0

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file, some lines at a time."""
        self.count = 0
        async for some in self._submission.lines():
            lines: list[bytes] = []
            for custom_id, body in some:
                wanted = read_request(body)
                for place, request in enumerate(wanted.requests()):
                    key = Key(custom_id, place, len(wanted.texts), wanted.as_base64, self._submission.model)
                    lines.append(msgspec.json.encode({"key": str(key), "request": request}) + b"\n")
            self.count += len(lines)
            yield b"".join(lines)


class _Vector(msgspec.Struct):
    values: list[float]


class _Response(msgspec.Struct, rename="camel"):
    embedding: _Vector
    token_count: int | None = None


class _Line(msgspec.Struct):
    key: str = ""
    response: _Response | None = None
    error: Raw = NOTHING


_lines = msgspec.json.Decoder(_Line, strict=False)
_decode_error = msgspec.json.Decoder(Status).decode


@dataclass(slots=True)
class _Request:
    """What has come of a request: where its vectors lie by their place, and what went wrong with others."""

    key: Key
    vectors: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    failed: dict[int, Status] = field(default_factory=dict[int, Status])
    tokens: int | None = 0

    @property
    def is_whole(self) -> bool:
        return len(self.vectors) + len(self.failed) == self.key.texts


class Gathering:
    """Puts requests together out of the lines of a result file, in whatever order these come.

    A request is given as soon as its last text is there. One of whose texts any has failed, has failed; what the others
    cost is on it. A text that comes twice counts once.
    """

    def __init__(self, translation: Translation) -> None:
        self._translation = translation
        self._open: dict[str, _Request] = {}
        self._given: set[str] = set()
        """Requests of several texts that are whole: what comes of them again is dropped."""
        self._spool = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def add(self, line: bytes) -> Row | None:
        """The row of the request that this line makes whole; None where it makes none."""
        try:
            found = _lines.decode(line)
            problem = None if found.error == NOTHING else _decode_error(found.error)
        except UNREADABLE as error:
            return unreadable_row(line, error)
        key = Key.read(found.key)
        if key is None or (problem is None and found.response is None):
            return unreadable_row(line, "a row without its key" if key is None else "neither a vector nor an error")
        if key.custom_id in self._given:
            return None
        request = self._open.setdefault(key.custom_id, _Request(key))
        if key.texts != request.key.texts:
            return unreadable_row(line, "a text of a request of another size")
        if key.place not in request.vectors and key.place not in request.failed:
            self._note(request, key.place, found.response, problem)
        return self._given_back(request) if request.is_whole else None

    def rest(self) -> list[Row]:
        """The requests that the file has only a part of."""
        return [self._incomplete(request) for request in self._open.values()]

    def _note(self, request: _Request, place: int, response: _Response | None, problem: Status | None) -> None:
        if problem is not None or response is None:
            request.failed[place] = problem or Status()
            return
        written = vector_of(response.embedding.values, as_base64=request.key.as_base64)
        request.vectors[place] = (self._spool.seek(0, 2), len(written))
        self._spool.write(written)
        known = request.tokens is not None and response.token_count is not None
        request.tokens = request.tokens + response.token_count if known else None  # type: ignore[operator]

    def _given_back(self, request: _Request) -> Row:
        key = request.key
        row = self._failed(request) if request.failed else self._answered(request)
        del self._open[key.custom_id]
        if key.texts > 1:
            self._given.add(key.custom_id)
        if not self._open:
            self._spool.seek(0)
            self._spool.truncate()
        return row

    def _answered(self, request: _Request) -> Row:
        vectors: list[bytes] = []
        for place in range(request.key.texts):
            start, length = request.vectors[place]
            self._spool.seek(start)
            vectors.append(self._spool.read(length))
        return row_of(request.key.custom_id, request.key.model, vectors, request.tokens)

    def _failed(self, request: _Request) -> Row:
        problem = request.failed[min(request.failed)]
        row = failed(self._translation, request.key.custom_id, LIKE_CHAT, problem)
        if request.key.texts == 1 or not request.vectors:
            return row
        # Something of it has run, whatever kept this text from it.
        usage = Usage(request.tokens) if request.tokens is not None else None
        return msgspec.structs.replace(row, verdict=Verdict.ERRORED, usage=usage)

    def _incomplete(self, request: _Request) -> Row:
        came = len(request.vectors) + len(request.failed)
        usage = Usage(request.tokens) if request.vectors and request.tokens is not None else None
        message = f"the results have {came} of its {request.key.texts} texts"
        return Row(request.key.custom_id, Verdict.ERRORED, code=INCOMPLETE, message=message, usage=usage)
