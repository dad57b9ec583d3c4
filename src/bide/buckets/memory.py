"""Objects in memory, for tests and simulated days: no threads, no input or output, the same order every time."""

from collections.abc import AsyncIterator

from bide.buckets.port import MissingObjectError, ObjectChangedError, ObjectExistsError
from bide.buckets.uri import parse_uri

CHUNK = 1 << 20
"""Bytes that are read at a time."""


class MemoryBuckets:
    """Every bucket there may be, empty at first. `objects` are the contents by URI, for a test to look at."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    async def put(self, uri: str, chunks: AsyncIterator[bytes], *, exclusive: bool = False) -> int:
        name = parse_uri(uri).uri
        data = b"".join([chunk async for chunk in chunks])
        if exclusive and name in self.objects:
            raise ObjectExistsError(f"{uri} is there already; choose another name, or delete it first")
        self.objects[name] = data
        return len(data)

    async def read(self, uri: str, offset: int = 0) -> AsyncIterator[bytes]:
        name = parse_uri(uri).uri
        data = self._content(name)
        for start in range(offset, len(data), CHUNK):
            if self.objects.get(name) is not data:
                raise ObjectChangedError(
                    f"{uri} was replaced while it was read; read it again when nobody writes to it"
                )
            yield data[start : start + CHUNK]

    async def size(self, uri: str) -> int:
        return len(self._content(parse_uri(uri).uri))

    async def list(self, prefix: str) -> AsyncIterator[str]:
        location = parse_uri(prefix, folder=True)
        folder = f"{location.uri}/" if location.key else location.root
        for name in sorted(self.objects):
            if name.startswith(folder):
                yield name

    async def delete(self, uri: str) -> None:
        self.objects.pop(parse_uri(uri).uri, None)

    def _content(self, name: str) -> bytes:
        try:
            return self.objects[name]
        except KeyError:
            raise MissingObjectError(f"there is no {name}; check the bucket and the path") from None
