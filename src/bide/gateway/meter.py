"""What a stream tells about its own usage, read while it passes.

Only the few events that speak of usage are decoded; all others cost a search for a word.
"""

from bide.core.usage import Usage
from bide.providers.translate import stream, wire_of

WORD, NULL = b'"usage"', b'"usage":null'

MOST = 1 << 20
"""Bytes of one event that are kept: no event is longer, and a stream without ends must not fill the memory."""

END = b"\n\n"


class Meter:
    """Reads the usage of one stream that is in the format of `endpoint`."""

    def __init__(self, endpoint: str) -> None:
        wire = wire_of(endpoint)
        self._stream = stream(wire, wire)
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take what passes."""
        whole = self._rest + data if self._rest else data
        end = whole.rfind(END) + len(END)
        if end < len(END):
            self._rest = whole[-MOST:]
            return
        self._rest = whole[end:][-MOST:]
        if WORD not in whole:
            return
        for event in whole[:end].split(END):
            if WORD in event and NULL not in event:
                self._stream.feed(event + END)

    @property
    def usage(self) -> Usage | None:
        """What was consumed, as far as it was told."""
        return self._stream.usage

    @property
    def tier(self) -> str | None:
        """The service tier that it was answered in."""
        return self._stream.tier
