"""Compressed input is recognised by its bytes and read to its very end, or refused."""

import gzip
import zlib
from collections.abc import Callable

import pytest
import zstandard
from tests.intake.reading import batch_line, read_bytes

from bide.core.errors import InputError

LINES = [batch_line(custom_id=f"r{number}").encode() + b"\n" for number in range(5_000)]
PLAIN = b"".join(LINES)
IDS = [f"r{number}" for number in range(5_000)]


def zstd(data: bytes) -> bytes:
    return zstandard.compress(data)


def zstd_without_size(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=False, write_checksum=True).compress(data)


SKIPPABLE = b"\x5a\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress(PLAIN), id="gzip"),
        pytest.param(b"".join(gzip.compress(line, 1) for line in LINES), id="gzip, a member a line"),
        pytest.param(gzip.compress(PLAIN[:1000]) + gzip.compress(b"") + gzip.compress(PLAIN[1000:]), id="gzip, cut"),
        pytest.param(gzip.compress(PLAIN) + b"\0" * 10_000, id="gzip, padded"),
        pytest.param(gzip.compress(PLAIN, 0), id="gzip, stored"),
        pytest.param(zstd(PLAIN), id="zstd"),
        pytest.param(zstd_without_size(PLAIN), id="zstd, size unknown"),
        pytest.param(b"".join(map(zstd, LINES)), id="zstd, a frame a line"),
        pytest.param(zstd(PLAIN[:1000]) + zstd(b"") + zstd(PLAIN[1000:]), id="zstd, cut"),
        pytest.param(SKIPPABLE + zstd(PLAIN) + SKIPPABLE, id="zstd, skippable frames"),
        pytest.param(gzip.compress(b"\xef\xbb\xbf" + PLAIN), id="gzip, byte order mark"),
    ],
)
def test_members_and_frames_are_read_one_after_the_other(data: bytes) -> None:
    found = read_bytes(data)
    assert [entry.custom_id for entry in found.entries] == IDS
    assert found.problems == []


@pytest.mark.parametrize("compress", [gzip.compress, zstd, zstd_without_size])
@pytest.mark.parametrize("end", [-1, -5, -100, 11, 2_000])
def test_a_cut_file_is_never_read_as_a_whole_one(compress: Callable[[bytes], bytes], end: int) -> None:
    data = compress(PLAIN)
    with pytest.raises(InputError, match="cut off inside its compressed data"):
        read_bytes(data[:end])
    with pytest.raises(InputError, match="cut off inside its compressed data"):
        read_bytes(data + data[:end])


@pytest.mark.parametrize("compress", [gzip.compress, zstd_without_size])
def test_a_damaged_file_is_an_error(compress: Callable[[bytes], bytes]) -> None:
    data = bytearray(compress(PLAIN))
    data[len(data) // 2] ^= 0xFF
    data[len(data) // 3] ^= 0xFF
    with pytest.raises(InputError, match="is damaged"):
        read_bytes(bytes(data))


@pytest.mark.parametrize("data", [gzip.compress(PLAIN) + b"rubbish", zstd(PLAIN) + b"rubbish"], ids=["gzip", "zstd"])
def test_rubbish_behind_compressed_data_is_an_error(data: bytes) -> None:
    with pytest.raises(InputError, match="is damaged"):
        read_bytes(data)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"BZh91AY&SY", "bzip2"),
        (b"\xfd7zXZ\0\0\x04", "xz"),
        (b"PK\x03\x04\x14\0\x06\0", "ZIP"),
        (b"\x04\x22\x4d\x18\x64\x40", "LZ4"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "7-Zip"),
        (b"\xff\x06\0\0sNaPpY", "Snappy"),
    ],
)
def test_other_compressions_are_named(head: bytes, name: str) -> None:
    with pytest.raises(InputError, match=f"compressed with {name}.*use gzip or zstd"):
        read_bytes(head)


def test_zlib_without_a_gzip_header_is_not_mistaken_for_gzip() -> None:
    assert read_bytes(zlib.compress(b"x" * 100)).problems
