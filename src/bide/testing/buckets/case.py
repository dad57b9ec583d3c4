"""What every case starts from: a driver and an empty folder."""

import functools
from collections.abc import AsyncIterator

import pytest

from bide.buckets.port import Buckets

LARGE = 17 << 20
"""More than two parts of any store."""

PIECE = 700_001
"""Bytes of a chunk: no divisor of any part."""


class BucketsCase:
    """Base of the cases. A driver's suite overrides the fixtures."""

    exclusive = True
    """Whether the store keeps two writers of one small object apart."""

    @pytest.fixture
    def buckets(self) -> Buckets:
        raise NotImplementedError("override the fixture `buckets` in your subclass of BucketsConformance")

    @pytest.fixture
    def folder(self) -> str:
        raise NotImplementedError("override the fixture `folder` in your subclass of BucketsConformance")


async def pieces(data: bytes, length: int = PIECE) -> AsyncIterator[bytes]:
    """Some bytes as chunks."""
    for start in range(0, len(data), length):
        yield data[start : start + length]


async def content(buckets: Buckets, uri: str, offset: int = 0) -> bytes:
    """All of an object."""
    return b"".join([chunk async for chunk in buckets.read(uri, offset)])


async def listed(buckets: Buckets, prefix: str) -> list[str]:
    """What a folder holds, sorted."""
    return sorted([uri async for uri in buckets.list(prefix)])


@functools.lru_cache(maxsize=4)  # a large one takes a quarter of a second, and a dozen cases begin with it
def distinct(length: int) -> bytes:
    """Bytes of which no two parts are alike."""
    return b"".join(b"%015d\n" % number for number in range(length // 16 + 1))[:length]
