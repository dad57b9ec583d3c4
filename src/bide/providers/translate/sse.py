"""Server-sent events, as bytes that may be cut anywhere."""

from typing import NamedTuple

import msgspec

from bide.providers.decoding import UNREADABLE

_encode = msgspec.json.Encoder().encode


class Sent(NamedTuple):
    """One event: its name (empty where it has none) and its data."""

    name: str
    data: bytes


class SentEvents:
    """Bytes into events. Comments, `id` and `retry` are passed over; lines may end in CR, LF or both."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[bytes] = []

    def feed(self, data: bytes) -> list[Sent]:
        """The events that these bytes complete."""
        self._rest += data
        # A CR at the very end may be half of a CRLF, so it waits.
        whole = self._rest[:-1] if self._rest.endswith(b"\r") else self._rest
        end = max(whole.rfind(b"\n"), whole.rfind(b"\r")) + 1
        if not end:
            return []
        lines = self._rest[:end].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:-1]
        self._rest = self._rest[end:]
        return [sent for line in lines if (sent := self._line(line)) is not None]

    def end(self) -> list[Sent]:
        """What is left when no more bytes come: some servers leave out the last empty line."""
        found = self.feed(b"\n") if self._rest else []
        last = self._line(b"")
        return [*found, last] if last is not None else found

    def _line(self, line: bytes) -> Sent | None:
        if line:
            field, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if field == b"data":
                self._data.append(value)
            elif field == b"event":
                self._name = value.decode("utf-8", "replace")
            return None
        sent = Sent(self._name, _text(b"\n".join(self._data))) if self._data else None
        self._name, self._data = "", []
        return sent


def _text(data: bytes) -> bytes:
    """The same as UTF-8: decoders do not look at what is passed on as it is."""
    return data if data.isascii() else data.decode("utf-8", "replace").encode()


class _Kind(msgspec.Struct, gc=False):
    type: str


_kind = msgspec.json.Decoder(_Kind)


def kind_of(data: bytes) -> str | None:
    """The type that an event's data names, or None where it is no event. Types that are new may have any shape."""
    try:
        return _kind.decode(data).type
    except UNREADABLE:
        return None


def event(data: object, name: str = "") -> bytes:
    """One event of JSON."""
    return (b"event: %b\ndata: " % name.encode() if name else b"data: ") + _encode(data) + b"\n\n"
