"""Answers into an object store: as they are written, and visible when all of them are there."""

import io
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import IO, TYPE_CHECKING, Any, cast

from bide.buckets.port import MissingObjectError, NoCredentialsError, UnauthorisedError
from bide.buckets.process import check_objects, process_buckets

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Write = Callable[[IO[bytes]], AsyncGenerator[None]]
"""Writes everything to a file, a step at a time."""


async def upload(uri: str, write: Write) -> None:
    """Put what `write` writes into an object, whole or not at all. Raises `BucketError`."""
    check_objects(uri)
    await process_buckets().put(uri, _chunks(write))


async def is_there(uri: str) -> bool:
    """Whether an object exists. Raises `BucketError` where that cannot be told."""
    check_objects(uri)
    try:
        await process_buckets().size(uri)
    except MissingObjectError:
        return False
    return True


async def check_reachable(uri: str) -> None:
    """See, before anything is spent, that there is such a bucket, and somebody it may know.

    Raises:
        SettingError: the extra is not installed.
        BucketError: nobody answers, there is no such bucket, or there are no credentials.
    """
    check_objects(uri)
    folder = uri.rpartition("/")[0]
    try:
        async with aclosing(cast(Any, process_buckets().list(folder))) as uris:
            async for _ in uris:
                break
    except NoCredentialsError:
        raise
    except UnauthorisedError:
        pass  # who may write need not be allowed to look


async def _chunks(write: Write) -> AsyncIterator[bytes]:
    taken = _Taken()
    async with aclosing(write(cast(Any, taken))) as steps:
        async for _ in steps:
            if data := taken.take():
                yield data
    if data := taken.take():  # what closing adds: a footer, a checksum
        yield data


class _Taken(io.RawIOBase):
    """A file whose content is taken away as it comes."""

    def __init__(self) -> None:
        self._data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        view = memoryview(data)
        self._data += view
        return view.nbytes

    def take(self) -> bytes:
        data = bytes(self._data)
        self._data.clear()
        return data
