"""Object storage, as far as protocols need it whose batches read from and write to buckets."""

from collections.abc import AsyncIterator
from typing import Protocol

from bide.buckets.port import Buckets, MissingObjectError


class Bucket(Protocol):
    """Where objects lie, by their whole URI (``gs://bucket/name``, ``s3://bucket/name``)."""

    async def read(self, uri: str) -> bytes | None:
        """An object, or None where there is none."""
        ...

    async def list(self, prefix: str) -> list[str]:
        """The URIs that begin so, in order."""
        ...

    async def write(self, uri: str, data: bytes) -> None:
        """Put an object, in the place of any that is there."""
        ...

    async def delete(self, uri: str) -> None:
        """Forget an object, whether or not it is there."""
        ...


class MemoryBucket:
    """A bucket that is a dictionary, which may be looked into and changed. Nothing yields to the event loop."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    async def read(self, uri: str) -> bytes | None:
        return self.objects.get(uri)

    async def list(self, prefix: str) -> list[str]:
        return sorted(uri for uri in self.objects if uri.startswith(prefix))

    async def write(self, uri: str, data: bytes) -> None:
        self.objects[uri] = bytes(data)

    async def delete(self, uri: str) -> None:
        self.objects.pop(uri, None)


class SharedBucket:
    """The buckets of a store that others use as well: adapters in the same process, or anybody in a real one."""

    def __init__(self, buckets: Buckets) -> None:
        self._buckets = buckets

    async def read(self, uri: str) -> bytes | None:
        try:
            return b"".join([chunk async for chunk in self._buckets.read(uri)])
        except MissingObjectError:
            return None

    async def list(self, prefix: str) -> list[str]:
        folder, _, _ = prefix.rpartition("/")
        return sorted([uri async for uri in self._buckets.list(folder) if uri.startswith(prefix)])

    async def write(self, uri: str, data: bytes) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            yield data

        await self._buckets.put(uri, chunks())

    async def delete(self, uri: str) -> None:
        await self._buckets.delete(uri)
