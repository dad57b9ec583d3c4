"""Compressed input, recognised by its first bytes and unpacked as it is read."""

import io
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import zstandard

from bide.core.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FEED = 1024
"""Compressed bytes unpacked at a time. A kilobyte of zstd can hold 32 MiB and often holds 10, so more would not be flat."""

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
ZSTD_SKIPPABLE = b"\x2a\x4d\x18"
"""Bytes 2 to 4 of a frame that carries no data; parallel compressors write one first."""

FOREIGN = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"PK\x03\x04": "ZIP (or is an Excel workbook)",
    b"\x04\x22\x4d\x18": "LZ4",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"\xff\x06\0\0sNaPpY": "Snappy",
}
"""What people also hand in, so that the error can name it."""

HEAD_LENGTH = 10
"""Bytes that tell every format here from the others."""


class Decompressor(Protocol):
    """What `zlib` and `zstandard` have in common: unpacks one member (gzip) or frame (zstd)."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _gunzip() -> Decompressor:
    return zlib.decompressobj(wbits=31)


def _unzstd() -> Decompressor:
    return zstandard.ZstdDecompressor().decompressobj()


def decompressor_for(head: bytes, name: str) -> Callable[[], Decompressor] | None:
    """What unpacks a file that begins with `head`; None for one that is not compressed.

    Raises:
        InputError: the file is compressed in a way that is not supported.
    """
    if head.startswith(GZIP):
        return _gunzip
    if head.startswith(ZSTD) or (head[1:4] == ZSTD_SKIPPABLE and 0x50 <= head[0] <= 0x5F):
        return _unzstd
    for magic, kind in FOREIGN.items():
        if head.startswith(magic):
            raise InputError(f"{name} is compressed with {kind}; unpack it first, or use gzip or zstd")
    return None


class Unpacked(io.RawIOBase):
    """The unpacked bytes of a compressed file, all members or frames of it one after the other.

    Raises:
        InputError: while reading, the file turns out damaged or cut off.
    """

    def __init__(self, packed: io.RawIOBase, new: Callable[[], Decompressor], name: str) -> None:
        self._packed = packed
        self._new = new
        self._name = name
        self._current: Decompressor | None = None
        self._input = b""
        self._output = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while not self._output:
            if not self._input:
                self._input = self._packed.read(FEED) or b""
            if not self._input:
                if self._current:
                    raise InputError(f"{self._name} is cut off inside its compressed data; copy or compress it again")
                return 0
            self._output = memoryview(self._unpack())
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._output))
        target[:count] = self._output[:count]
        self._output = self._output[count:]
        return count

    def _unpack(self) -> bytes:
        """What the bytes at hand unpack to; nothing where they only begin something."""
        packed, self._input = self._input, b""
        if self._current is None:
            packed = packed.lstrip(b"\0") if self._new is _gunzip else packed  # tapes pad with zeros
            if not packed:
                return b""
            self._current = self._new()
        try:
            output = self._current.decompress(packed)
        except (zlib.error, zstandard.ZstdError) as error:
            raise InputError(f"{self._name} is damaged ({error}); copy or compress it again") from error
        if self._current.eof:
            self._input, self._current = self._current.unused_data, None
        return output
