"""Cases about reading, listing and names."""

from contextlib import aclosing
from typing import Any, cast

import pytest

from bide.buckets.port import Buckets, MissingObjectError, ObjectChangedError
from bide.buckets.uri import InvalidUriError
from bide.testing.buckets.case import LARGE, BucketsCase, content, distinct, listed, pieces

ODD_NAMES = ("a b.jsonl", "ünï.jsonl", "100%25.jsonl", "q=1&r+s.jsonl", "hash#1.jsonl", "what?.jsonl", "[x]{y}~*.jsonl")


class ReadingCases(BucketsCase):
    """`read`, `size` and `list`."""

    @pytest.mark.parametrize("offset", [1, 8 << 20, LARGE, LARGE + 1])
    async def test_reading_begins_where_it_is_told(self, buckets: Buckets, folder: str, offset: int) -> None:
        data = distinct(LARGE)
        await buckets.put(f"{folder}/one", pieces(data))

        assert await content(buckets, f"{folder}/one", offset) == data[offset:]

    async def test_chunks_are_small(self, buckets: Buckets, folder: str) -> None:
        await buckets.put(f"{folder}/one", pieces(distinct(LARGE)))

        assert max([len(chunk) async for chunk in buckets.read(f"{folder}/one")]) <= 8 << 20

    async def test_a_reader_may_leave_early(self, buckets: Buckets, folder: str) -> None:
        await buckets.put(f"{folder}/one", pieces(distinct(LARGE)))

        async with aclosing(cast(Any, buckets.read(f"{folder}/one"))) as chunks:
            assert (await anext(chunks))[:16] == b"000000000000000\n"

    async def test_an_object_that_is_replaced_meanwhile_is_not_mixed(self, buckets: Buckets, folder: str) -> None:
        await buckets.put(f"{folder}/one", pieces(distinct(LARGE)))

        chunks = buckets.read(f"{folder}/one")
        await anext(chunks)
        await buckets.put(f"{folder}/one", pieces(bytes(LARGE)))

        with pytest.raises(ObjectChangedError, match="one was replaced while it was read"):
            [chunk async for chunk in chunks]

    async def test_what_is_missing_is_told_by_name(self, buckets: Buckets, folder: str) -> None:
        with pytest.raises(MissingObjectError, match=r"there is no .*/never; check"):
            await buckets.size(f"{folder}/never")
        with pytest.raises(MissingObjectError, match=r"there is no .*/never; check"):
            await content(buckets, f"{folder}/never")

    async def test_a_folder_lists_all_below_it_and_nothing_beside_it(self, buckets: Buckets, folder: str) -> None:
        for name in ("a/1", "a/b/2", "a.1", "ab/3"):
            await buckets.put(f"{folder}/{name}", pieces(b"x"))

        assert await listed(buckets, f"{folder}/a") == [f"{folder}/a/1", f"{folder}/a/b/2"]
        assert await listed(buckets, f"{folder}/a/") == [f"{folder}/a/1", f"{folder}/a/b/2"]
        assert await listed(buckets, f"{folder}/none") == []

    async def test_long_lists_come_whole(self, buckets: Buckets, folder: str) -> None:
        for number in range(25):
            await buckets.put(f"{folder}/{number}", pieces(b"x"))

        assert len(await listed(buckets, folder)) == 25

    @pytest.mark.parametrize("name", ODD_NAMES)
    async def test_odd_names_stay_what_they_are(self, buckets: Buckets, folder: str, name: str) -> None:
        await buckets.put(f"{folder}/{name}", pieces(b"odd"))

        (uri,) = await listed(buckets, folder)
        assert await content(buckets, uri) == await content(buckets, f"{folder}/{name}") == b"odd"

    @pytest.mark.parametrize("name", ["", "a/", "a//b", "a/../b", "./a"])
    async def test_what_is_no_name_is_refused(self, buckets: Buckets, folder: str, name: str) -> None:
        with pytest.raises(InvalidUriError):
            await buckets.size(f"{folder}/{name}")
