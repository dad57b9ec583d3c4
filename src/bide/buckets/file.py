"""An object as a file that can be read: from its beginning to its end, or here and there as Parquet is."""

import io
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import obstore

from bide.buckets.access import open_bucket
from bide.buckets.cloud import fetch, named
from bide.buckets.upload import PART
from bide.buckets.uri import Location

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SHORTEST = 64 << 10
"""Bytes of a range, where single places are read."""


class ObjectFile(io.RawIOBase):
    """One version of an object. `size` is its size in bytes.

    Whoever reads on and on gets parts, the next of which is on its way meanwhile; whoever jumps gets about what was asked for.

    Raises:
        BucketError: while it is opened or read, with the object's name.
    """

    def __init__(self, location: Location, environment: Mapping[str, str]) -> None:
        self.name = location.uri
        self._location = location
        with named(location):
            self._store = open_bucket(location, environment)
            meta = obstore.head(self._store, location.key)
        self.size = meta["size"]
        self._version = meta["e_tag"]
        self._position = 0
        self._window, self._window_start = memoryview(b""), 0
        # A thread: what waits for the network here would keep the whole process from anything else, Ctrl-C included.
        self._thread = ThreadPoolExecutor(1, "bide-object")
        self._next: tuple[int, Future[bytes]] | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        # Filled as far as the object goes: not everybody who reads a file asks again after a short count.
        target = memoryview(buffer).cast("B")
        wanted = max(0, min(len(target), self.size - self._position))
        filled = 0
        while filled < wanted:
            piece = self._at(self._position, wanted - filled)
            target[filled : filled + len(piece)] = piece
            filled += len(piece)
            self._position += len(piece)
        return filled

    def close(self) -> None:
        if not self.closed:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._window, self._next = memoryview(b""), None
        super().close()

    def _at(self, position: int, wanted: int) -> memoryview:
        """Some of the bytes at a position, at most `wanted`."""
        end = self._window_start + len(self._window)
        if not self._window_start <= position < end:
            goes_on = position == end and position > 0  # the first bytes are looked at by everybody
            data = self._fetched(position, PART if goes_on else max(wanted, SHORTEST))
            self._window, self._window_start = memoryview(data), position
            end = position + len(data)
            if goes_on and end < self.size:
                self._next = end, self._thread.submit(self._fetch, end, PART)
        start = position - self._window_start
        return self._window[start : start + wanted]

    def _fetched(self, position: int, length: int) -> bytes:
        upcoming, self._next = self._next, None
        if upcoming is not None and upcoming[0] == position:
            return upcoming[1].result()
        return self._thread.submit(self._fetch, position, length).result()

    def _fetch(self, start: int, length: int) -> bytes:
        end = min(start + length, self.size)
        with named(self._location):
            return fetch(self._store, self._location, start, end, self._version)
