"""What a stream tells about its own usage, read while it passes.

Only the few events that speak of usage are decoded; all others cost a search. Where bide asked for the usage and the caller did
not, the one chunk that has nothing else in it is left out.
"""

import re

from bide.core.usage import Usage
from bide.providers.translate import Wire, stream, wire_of

USED = re.compile(rb'"usage"\s*:\s*\{')
"""Nothing that a model says looks so: quotes within a text are escaped."""

EMPTY = re.compile(rb'"choices"\s*:\s*\[\s*\]')
"""The last chunk of a chat completion, which has its usage and no choices."""

MOST = 1 << 20
"""Bytes of one event that are kept: no event is longer, and a stream without ends must not fill the memory."""

END, CR_END = b"\n\n", b"\r\n\r\n"
"""How events end. A stream keeps to one of them."""


class Meter:
    """Reads the usage of one stream that is in the format of `endpoint`."""

    def __init__(self, endpoint: str, *, hides_usage: bool = False) -> None:
        wire = wire_of(endpoint)
        self._stream = stream(wire, wire)
        self._hides = hides_usage
        self._is_named = wire is not Wire.RESPONSES
        """Whether the answer's id is of no interest (any more)."""
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """Take what comes, and give what the caller gets of it: all, unless something is to be hidden. Then nothing is
        given before its event is complete."""
        whole = self._rest + data if self._rest else data
        mark = CR_END if END not in whole and CR_END in whole else END
        end = whole.rfind(mark) + len(mark)
        if end < len(mark):
            end = len(whole) if len(whole) > MOST else 0
        self._rest = whole[end:]
        events = whole[:end]
        if self._is_named and USED.search(events) is None:
            return events if self._hides else data
        kept = [event + mark for event in events.removesuffix(mark).split(mark) if event and not self._takes(event)]
        return b"".join(kept) if self._hides else data

    def end(self) -> bytes:
        """What is left for the caller when nothing more comes."""
        return self._rest if self._hides else b""

    @property
    def id(self) -> str | None:
        """The id of the answer, where it was of interest."""
        return self._stream.id

    @property
    def usage(self) -> Usage | None:
        """What was consumed, as far as it was told."""
        return self._stream.usage

    @property
    def tier(self) -> str | None:
        """The service tier that it was answered in."""
        return self._stream.tier

    def _takes(self, event: bytes) -> bool:
        """Read an event, where it says something. True for one that is nothing but usage."""
        is_used = USED.search(event) is not None
        if is_used or not self._is_named:
            self._stream.feed(event + END)
            self._is_named = self._is_named or self._stream.id is not None
        return is_used and EMPTY.search(event) is not None
