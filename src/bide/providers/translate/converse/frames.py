"""AWS's event stream (`application/vnd.amazon.eventstream`): frames of headers and a payload, as bytes cut anywhere.

A frame: its length, the length of its headers, a CRC of these two, headers, payload, a CRC of all before it; numbers are
four bytes, the greatest first.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

PRELUDE = 12
LEAST = PRELUDE + 4
MOST = 24 * 1024 * 1024
"""Bytes of a frame: a longer one is no frame, but a stream of something else."""

SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of a header's value by its kind; kinds 6 (bytes) and 7 (text) tell their length."""

_prelude = struct.Struct("!III")
_number = struct.Struct("!I")
_length = struct.Struct("!H")
_short = struct.Struct("!B")


class BrokenFrameError(ValueError):
    """The bytes are no frame."""


class Frame(NamedTuple):
    """One message. Only headers of text are kept."""

    headers: Mapping[str, str]
    payload: bytes


class Frames:
    """Bytes into frames."""

    def __init__(self) -> None:
        self._rest = bytearray()

    @property
    def is_between(self) -> bool:
        """Whether no frame is half read."""
        return not self._rest

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that these bytes complete, one after another: those before broken bytes are whole.

        Raises:
            BrokenFrameError: they are none.
        """
        self._rest += data
        while len(self._rest) >= PRELUDE:
            total, headers, crc = _prelude.unpack_from(self._rest)
            if zlib.crc32(self._rest[:8]) != crc or not LEAST + headers <= total <= MOST:
                raise BrokenFrameError("its beginning does not add up")
            if len(self._rest) < total:
                break
            whole = bytes(self._rest[:total])
            del self._rest[:total]
            if zlib.crc32(whole[:-4]) != _number.unpack_from(whole, total - 4)[0]:
                raise BrokenFrameError("its bytes do not add up")
            yield Frame(_headers(whole[PRELUDE : PRELUDE + headers]), whole[PRELUDE + headers : -4])


def _headers(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    try:
        while at < len(data):
            end = at + 1 + data[at]
            name, kind = data[at + 1 : end].decode(), data[end]
            at = end + 1
            size = SIZES.get(kind)
            if size is None:
                (size,) = _length.unpack_from(data, at)
                at += 2
            if kind == 7:
                found[name] = data[at : at + size].decode()
            at += size
    except (IndexError, struct.error, UnicodeDecodeError):
        raise BrokenFrameError("its headers cannot be read") from None
    return found


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One frame. Its headers are text."""
    written = b"".join([_text(name, _short) + b"\x07" + _text(value, _length) for name, value in headers.items()])
    lengths = struct.pack("!II", LEAST + len(written) + len(payload), len(written))
    whole = lengths + _number.pack(zlib.crc32(lengths)) + written + payload
    return whole + _number.pack(zlib.crc32(whole))


def _text(text: str, length: struct.Struct) -> bytes:
    encoded = text.encode()
    return length.pack(len(encoded)) + encoded
