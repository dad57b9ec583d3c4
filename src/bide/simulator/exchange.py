"""What crosses between a protocol and whatever carries it: a request, and a reply or its loss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

Content = bytes | bytearray

encode = msgspec.json.Encoder().encode
"""JSON of any object. Text is not escaped: a U+2028 in an answer stands raw in the bytes."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that has arrived whole. `path` is without the query and the mount, header names are lower case.

    `base` is what a URL of this provider begins with, scheme, host and mount; `objects` are those that the protocol
    asked to have read from the bucket, by URI.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Content = b""
    base: str = "http://simulator"
    objects: Mapping[str, Content] = field(default_factory=dict[str, Content])


@dataclass(slots=True)
class Reply:
    """A reply. Its head comes after `delay` microseconds.

    The body is one piece, or `events` that follow one another after `pace` microseconds each. `cut` ends it after so
    many bytes.
    """

    status: int
    body: Content = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    delay: int = 0
    events: Sequence[bytes] = ()
    pace: int = 0
    cut: int | None = None

    @property
    def size(self) -> int:
        """Bytes of the whole body."""
        return sum(map(len, self.events)) if self.events else len(self.body)


@dataclass(frozen=True, slots=True)
class Lost:
    """No reply: the connection is cut after `after` microseconds. Without `sent` it was never made."""

    sent: bool = True
    after: int = 0


def show(value: object, status: int = 200) -> Reply:
    """A reply of JSON."""
    return Reply(status, encode(value))
