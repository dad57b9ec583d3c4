"""A multipart upload: taken in as it comes, visible whole or not at all, and cleared away when it is abandoned.

obstore draws the parts out of an iterator, and goes on drawing when its caller is cancelled. So the iterator is ours: it ends
with an error where the upload is not wanted any more, and obstore then removes the parts.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import obstore
from obstore.store import ObjectStore

PART = 8 << 20
"""Bytes of a part. S3 takes 10,000 of them, so an object may have 78 GiB."""

BLOCK = 1 << 20
"""Bytes that are handed over at a time: every handing over costs a change of threads."""

AT_A_TIME = 2


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
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(1)
        self._block = bytearray()
        self._size = 0
        self._abandoned = False
        self._task = asyncio.ensure_future(self._put(store, key))

    async def add(self, chunk: bytes) -> None:
        """Take some bytes in, when there is room. Raises obstore's error where the upload has failed."""
        self._size += len(chunk)
        self._block += chunk
        if len(self._block) >= BLOCK:
            await self._hand_over(bytes(self._block))
            self._block.clear()

    async def finish(self) -> int:
        """Make it visible; its size in bytes."""
        if self._block:
            await self._hand_over(bytes(self._block))
        await self._hand_over(None)
        await asyncio.shield(self._task)
        return self._size

    async def abandon(self) -> None:
        """Forget it, parts included, unless it is complete already."""
        self._abandoned = True
        with suppress(asyncio.QueueFull):
            self._queue.put_nowait(None)
        await asyncio.wait([self._task])
        self._task.exception()  # looked at, or Python complains about it later

    def trouble(self) -> Exception | None:
        """Why an upload that has ended failed; None where it was only abandoned."""
        error = self._task.exception()
        return error if isinstance(error, Exception) and not isinstance(error, _AbandonedError) else None

    async def _put(self, store: ObjectStore, key: str) -> None:
        await obstore.put_async(
            store, key, self._blocks(), use_multipart=True, chunk_size=PART, max_concurrency=AT_A_TIME
        )

    async def _blocks(self) -> AsyncIterator[bytes]:
        while (block := await self._queue.get()) is not None:
            if self._abandoned:
                break
            yield block
        if self._abandoned:
            raise _AbandonedError

    async def _hand_over(self, block: bytes | None) -> None:
        if self._queue.full() or self._task.done():
            handing = asyncio.ensure_future(self._queue.put(block))
            try:
                await asyncio.wait({handing, self._task}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                handing.cancel()
            if not handing.done() or handing.cancelled():
                await self._task  # it ended before everything was taken, so it failed
        else:
            self._queue.put_nowait(block)
