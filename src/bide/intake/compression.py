"""Compressed input, recognised by its first bytes and unpacked as it is read."""

import io
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import zstandard

from bide.core.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

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


@dataclass(frozen=True, slots=True)
class Packing:
    """A way to compress, recognised by the first bytes that match `magic`.

    `feed` is how many compressed bytes are unpacked at a time: there is no other way to bound what comes out of them.
    """

    magic: re.Pattern[bytes]
    new: Callable[[], Decompressor]
    feed: int
    padding: bytes = b""
    """What may stand between and behind its members."""


PACKINGS = (
    # 4 KiB hold at most 4 MiB. Tapes pad with zeros.
    Packing(re.compile(rb"\x1f\x8b"), lambda: zlib.decompressobj(wbits=31), 4096, b"\0"),
    # Half a kilobyte holds 5 MB of a repetitive file, 16 MiB of a hostile one. The second magic is that of a frame
    # without data, which parallel compressors write first.
    Packing(
        re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
        lambda: zstandard.ZstdDecompressor().decompressobj(),
        512,
    ),
)


def packing_of(head: bytes, name: str) -> Packing | None:
    """How a file that begins with `head` is compressed; None for one that is not.

    Raises:
        InputError: it is compressed in a way that is not supported.
    """
    for packing in PACKINGS:
        if packing.magic.match(head):
            return packing
    for magic, kind in FOREIGN.items():
        if head.startswith(magic):
            raise InputError(f"{name} is compressed with {kind}; unpack it first, or use gzip or zstd")
    return None


class Unpacked(io.RawIOBase):
    """The unpacked bytes of a compressed file, all members or frames of it one after the other.

    Raises:
        InputError: while reading, the file turns out damaged or cut off.
    """

    def __init__(self, packed: io.RawIOBase, packing: Packing, name: str) -> None:
        self._packed = packed
        self._packing = packing
        self._name = name
        self._current: Decompressor | None = None
        self._input = b""
        self._output = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while not self._output:
            if not self._input:
                self._input = self._packed.read(self._packing.feed) or b""
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
            packed = packed.lstrip(self._packing.padding)
            if not packed:
                return b""
            self._current = self._packing.new()
        try:
            output = self._current.decompress(packed)
        except (zlib.error, zstandard.ZstdError) as error:
            raise InputError(f"{self._name} is damaged ({error}); copy or compress it again") from error
        if self._current.eof:
            self._input, self._current = self._current.unused_data, None
        return output
