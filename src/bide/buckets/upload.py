"""A multipart upload: taken in as it comes, visible whole or not at all, and cleared away when it is abandoned.

obstore draws the parts out of an iterator, in a thread of ours, and removes them again when the iterator raises. So giving an
upload up means to let its iterator end in an error.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import obstore
from obstore.store import ObjectStore

PART = 8 << 20
"""Bytes of a part. S3 takes 10,000 of them, so an object may have 78 GiB."""

BLOCK = 1 << 20
"""Bytes that are handed over at a time: every handing over costs a change of threads."""

AT_A_TIME = 2
"""Parts on their way."""


class _AbandonedError(Exception):
    """What makes obstore abort the upload."""


async def beginning(chunks: AsyncIterator[bytes]) -> tuple[bytes, bool]:
    """At least the first part of some chunks, and whether that is all of them."""
    start = bytearray()
    async for chunk in chunks:
        start += chunk
        if len(start) > PART:
            return bytes(start), False
    return bytes(start), True


class Upload:
    """An object on its way. After anything but a `finish` that returns, `abandon` clears it away."""

    def __init__(self, store: ObjectStore, key: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._blocks: SimpleQueue[bytes | None] = SimpleQueue()
        self._room = asyncio.Semaphore(1)
        self._block = bytearray()
        self._size = 0
        self._abandoned = False
        # A thread of its own: in a pool uploads could wait for each other's sources.
        thread = ThreadPoolExecutor(1, "bide-upload")
        self._done = self._loop.run_in_executor(thread, self._put, store, key)
        thread.shutdown(wait=False)  # it ends with the upload

    async def add(self, chunk: bytes) -> None:
        """Take some bytes in, when there is room. Raises obstore's error where the upload has failed."""
        self._size += len(chunk)
        self._block += chunk
        if len(self._block) >= BLOCK:
            await self._hand_over()

    async def finish(self) -> int:
        """Make it visible; its size in bytes."""
        if self._block:
            await self._hand_over()
        self._blocks.put(None)
        await asyncio.shield(self._done)
        return self._size

    async def abandon(self) -> None:
        """Forget it, parts included, unless it is complete already."""
        self._abandoned = True
        self._blocks.put(None)
        await asyncio.wait([self._done])
        self._done.exception()  # looked at, or Python complains about it later

    def trouble(self) -> Exception | None:
        """Why an upload that has ended failed; None where it was only abandoned."""
        error = self._done.exception()
        return error if isinstance(error, Exception) and not isinstance(error, _AbandonedError) else None

    async def _hand_over(self) -> None:
        room = asyncio.ensure_future(self._room.acquire())
        try:
            await asyncio.wait({room, self._done}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            room.cancel()
        if self._done.done():
            await self._done  # it ended before everything was taken, so it failed
        self._blocks.put(bytes(self._block))
        self._block.clear()

    def _put(self, store: ObjectStore, key: str) -> None:
        obstore.put(store, key, self._drawn(), use_multipart=True, chunk_size=PART, max_concurrency=AT_A_TIME)

    def _drawn(self) -> Iterator[bytes]:
        """What has been handed over, in the upload's thread."""
        while (block := self._blocks.get()) is not None and not self._abandoned:
            self._loop.call_soon_threadsafe(self._room.release)
            yield block
        if self._abandoned:
            raise _AbandonedError
