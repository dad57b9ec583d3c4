"""The caller's own columns, kept beside the bodies while a job is read: a line ``<input line> <JSON object>`` a request."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from bide.store.bodies import Bodies

CHUNK = 1 << 18
PAGE = 2_000


def encode_columns(line: int, columns: bytes) -> bytes:
    """The columns of the request on an input line; `columns` is a JSON object without a newline."""
    return b"%d %b\n" % (line, columns)


async def column_names(bodies: Bodies, object_id: int) -> list[str]:
    """The names of the columns, as the first request has them."""
    async for text in _lines(bodies, object_id, await bodies.size(object_id)):
        return list(msgspec.json.decode(text.partition(b" ")[2]))
    return []


async def column_pages(bodies: Bodies, object_id: int, size: int) -> AsyncIterator[list[Mapping[str, Any]]]:
    """The columns of every request, some at a time."""
    page: list[Mapping[str, Any]] = []
    async for text in _lines(bodies, object_id, size):
        page.append(msgspec.json.decode(text.partition(b" ")[2]))
        if len(page) == PAGE:
            yield page
            page = []
    yield page


class ColumnReader:
    """Reads the columns back in step with results, which come in the same order."""

    def __init__(self, bodies: Bodies, object_id: int, size: int) -> None:
        self._lines = _lines(bodies, object_id, size)
        self._next: tuple[int, bytes] | None = None

    async def of(self, lines: Sequence[int]) -> list[Mapping[str, Any]]:
        """The columns of the requests on these input lines, which must ascend from call to call."""
        return [await self._at(line) for line in lines]

    async def _at(self, line: int) -> Mapping[str, Any]:
        """The columns of one line; none where the input had none there, as batch lines among others."""
        while self._next is None or self._next[0] < line:
            text = await anext(self._lines, None)
            if text is None:
                return {}
            number, _, columns = text.partition(b" ")
            self._next = (int(number), columns)
        return msgspec.json.decode(self._next[1]) if self._next[0] == line else {}


async def _lines(bodies: Bodies, object_id: int, size: int) -> AsyncIterator[bytes]:
    rest, offset = b"", 0
    while offset < size:
        chunk = await bodies.range(object_id, offset, min(CHUNK, size - offset))
        offset += len(chunk)
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
