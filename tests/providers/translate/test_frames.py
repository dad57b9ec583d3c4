"""AWS's frames: botocore reads what is written here, and what is written wrong is noticed."""

import struct
import zlib
from typing import Any

import botocore.eventstream
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.providers.translate.converse.frames import BrokenFrameError, Frame, Frames, frame

_botocore: Any = botocore.eventstream

names = st.text(min_size=1, max_size=20).filter(lambda name: len(name.encode()) <= 255)
headers = st.dictionaries(names, st.text(max_size=50), max_size=4)


@given(headers, st.binary(max_size=300))
def test_botocore_reads_a_frame(named: dict[str, str], payload: bytes) -> None:
    buffer = _botocore.EventStreamBuffer()
    buffer.add_data(frame(named, payload))
    [message] = list(buffer)

    assert (dict(message.headers), message.payload) == (named, payload)


@given(st.lists(st.tuples(headers, st.binary(max_size=100)), max_size=4), st.integers(1, 50))
def test_frames_come_in_pieces(sent: list[tuple[dict[str, str], bytes]], size: int) -> None:
    whole = b"".join(frame(*one) for one in sent)
    frames = Frames()
    found = [one for at in range(0, len(whole), size) for one in frames.feed(whole[at : at + size])]

    assert found == [Frame(*one) for one in sent]
    assert frames.is_between


@given(headers, st.binary(max_size=100), st.data())
def test_a_changed_byte_is_noticed(named: dict[str, str], payload: bytes, data: st.DataObject) -> None:
    whole = bytearray(frame(named, payload))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(BrokenFrameError, match="add up"):
        list(Frames().feed(bytes(whole)))


def test_headers_that_are_no_text_are_passed_over() -> None:
    kinds = b"".join(
        [
            b"\x01a\x00",
            b"\x01b\x01",
            b"\x01c\x02\x07",
            b"\x01d\x03\x00\x07",
            b"\x01e\x04\x00\x00\x00\x07",
            b"\x01f\x05" + bytes(8),
            b"\x01g\x06\x00\x03abc",
            b"\x01h\x08" + bytes(8),
            b"\x01i\x09" + bytes(16),
            b"\x01j\x07\x00\x02ok",
        ]
    )

    assert list(Frames().feed(_framed(kinds, b"x"))) == [Frame({"j": "ok"}, b"x")]


@pytest.mark.parametrize("broken", [b"\x05ab", b"\x01a\x07\x00", b"\x01a\x07\x00\x01\xff"])
def test_headers_that_cannot_be_read_are_noticed(broken: bytes) -> None:
    with pytest.raises(BrokenFrameError, match="headers"):
        list(Frames().feed(_framed(broken, b"")))


def _framed(written: bytes, payload: bytes) -> bytes:
    """A frame of these headers, whatever they are."""
    lengths = struct.pack("!II", 16 + len(written) + len(payload), len(written))
    whole = lengths + struct.pack("!I", zlib.crc32(lengths)) + written + payload
    return whole + struct.pack("!I", zlib.crc32(whole))
