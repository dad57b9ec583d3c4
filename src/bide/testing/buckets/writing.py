"""Cases about writing: whole or not at all, and removing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bide.buckets.port import Buckets, MissingObjectError, ObjectExistsError
from bide.testing.buckets.case import LARGE, BucketsCase, content, distinct, listed, pieces


class InterruptedSourceError(Exception):
    """What the chunks of a case raise."""


async def broken(data: bytes) -> AsyncIterator[bytes]:
    async for piece in pieces(data):
        yield piece
    raise InterruptedSourceError


class WritingCases(BucketsCase):
    """`put` and `delete`."""

    @pytest.mark.parametrize(
        "length",
        [
            pytest.param(0, id="nothing"),
            pytest.param(1, id="a byte"),
            pytest.param(8 << 20, id="a part"),
            pytest.param((8 << 20) + 1, id="a part and a byte"),
            pytest.param(LARGE, id="several parts"),
        ],
    )
    async def test_what_is_written_is_there(self, buckets: Buckets, folder: str, length: int) -> None:
        data = distinct(length)

        assert await buckets.put(f"{folder}/one", pieces(data)) == length

        assert await buckets.size(f"{folder}/one") == length
        assert await content(buckets, f"{folder}/one") == data

    async def test_writing_again_replaces(self, buckets: Buckets, folder: str) -> None:
        await buckets.put(f"{folder}/one", pieces(distinct(LARGE)))
        await buckets.put(f"{folder}/one", pieces(b"short"))

        assert await content(buckets, f"{folder}/one") == b"short"

    @pytest.mark.parametrize("length", [10, LARGE])
    async def test_a_source_that_breaks_writes_nothing(self, buckets: Buckets, folder: str, length: int) -> None:
        await buckets.put(f"{folder}/kept", pieces(b"before"))

        for name in ("kept", "new"):
            with pytest.raises(InterruptedSourceError):
                await buckets.put(f"{folder}/{name}", broken(distinct(length)))

        assert await content(buckets, f"{folder}/kept") == b"before"
        assert await listed(buckets, folder) == [f"{folder}/kept"]

    @pytest.mark.parametrize("length", [10, LARGE])
    async def test_a_writer_that_is_cancelled_writes_nothing(self, buckets: Buckets, folder: str, length: int) -> None:
        waiting = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            async for piece in pieces(distinct(length)):
                yield piece
            waiting.set()
            await asyncio.Event().wait()

        writing = asyncio.create_task(buckets.put(f"{folder}/one", endless()))
        await waiting.wait()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing

        assert await listed(buckets, folder) == []

    @pytest.mark.parametrize("length", [10, LARGE])
    async def test_nobody_sees_half_an_object(self, buckets: Buckets, folder: str, length: int) -> None:
        seen: list[list[str]] = []

        async def watched() -> AsyncIterator[bytes]:
            async for piece in pieces(distinct(length)):
                yield piece
            seen.append(await listed(buckets, folder))

        await buckets.put(f"{folder}/one", watched())

        assert seen == [[]]

    @pytest.mark.parametrize("length", [10, LARGE])
    async def test_an_exclusive_writer_replaces_nothing(self, buckets: Buckets, folder: str, length: int) -> None:
        await buckets.put(f"{folder}/one", pieces(b"before"), exclusive=True)
        if not self.exclusive and length == 10:
            await buckets.put(f"{folder}/one", pieces(b"after"), exclusive=True)
            assert await content(buckets, f"{folder}/one") in (b"before", b"after")
            return

        with pytest.raises(ObjectExistsError, match="one is there already"):
            await buckets.put(f"{folder}/one", pieces(distinct(length)), exclusive=True)

        assert await content(buckets, f"{folder}/one") == b"before"

    async def test_what_is_deleted_is_gone(self, buckets: Buckets, folder: str) -> None:
        await buckets.put(f"{folder}/one", pieces(b"1"))
        await buckets.put(f"{folder}/other", pieces(b"2"))

        await buckets.delete(f"{folder}/one")

        with pytest.raises(MissingObjectError):
            await buckets.size(f"{folder}/one")
        assert await listed(buckets, folder) == [f"{folder}/other"]

    async def test_what_is_gone_may_be_deleted(self, buckets: Buckets, folder: str) -> None:
        await buckets.delete(f"{folder}/never")
        await buckets.delete(f"{folder}/no/folder/either")
