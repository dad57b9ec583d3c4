"""InvokeModel for models of Anthropic's: bodies, answers and streams in Anthropic's own format, in which nothing is lost.

AWS's user guide, "Anthropic Claude Messages API", and botocore 1.44.5, as read in November 2026: the body is that of the
Messages API without `model` and `stream`, which the path tells, and with a version of its own; the tier is in a header.
"""

import base64
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from msgspec import Raw

from bide.providers.decoding import UNREADABLE
from bide.providers.translate import SPOKES, UntranslatableError, Wire
from bide.providers.translate.answer import Failure
from bide.providers.translate.converse.failed_frame import failure_in
from bide.providers.translate.converse.frames import BrokenFrameError, Frame, Frames
from bide.providers.translate.failing import CUT_SHORT
from bide.providers.translate.sse import kind_of
from bide.providers.transport import Reply

ENDPOINT = "/v1/messages"

HERE = "AWS Bedrock's InvokeModel"

VERSION = "bedrock-2023-05-31"

TIER = "x-amzn-bedrock-service-tier"
"""The header of requests that asks for a tier, and of replies that tells which it was."""

TIERS = {"auto": None, "standard_only": "default", "default": "default", "flex": "flex", "priority": "priority"}
"""What goes into the header: Anthropic's two words, and those that are AWS's."""

UNSENT = ("model", "stream", "service_tier")
"""Fields that the path or a header has in the place of the body."""

LAST = frozenset({"message_stop", "error"})

_encode = msgspec.json.Encoder().encode
_fields = msgspec.json.Decoder(dict[str, Raw]).decode


class _Payload(msgspec.Struct):
    bytes: str = ""


_payload = msgspec.json.Decoder(_Payload).decode


def is_claude(*names: str) -> bool:
    """Whether a model, by any of its names, is Anthropic's: a profile's ARN need not tell."""
    return any("anthropic." in name or "claude" in name for name in names)


def is_spoken(endpoint: str, *names: str) -> bool:
    """Whether callers of an endpoint speak the own format of a model."""
    return endpoint == ENDPOINT and is_claude(*names)


def native_body(body: bytes, most_tokens: int | None = None) -> bytes:
    """A body of Messages as InvokeModel takes it; `most_tokens` is the output limit where it names none.

    Values stay as they are written. Raises `UntranslatableError` where it is no JSON object.
    """
    fields = _read(body)
    for name in UNSENT:
        fields.pop(name, None)
    limit = {} if most_tokens is None or "max_tokens" in fields else {"max_tokens": most_tokens}
    return _encode({"anthropic_version": VERSION, **fields, **limit})


def native_tier(body: bytes) -> str | None:
    """The tier that a body of Messages asks for, in AWS's words; None where it leaves that open.

    Raises:
        UntranslatableError: it is none that AWS has.
    """
    if b"service_tier" not in body:
        return None
    try:
        tier: Any = msgspec.json.decode(_read(body).get("service_tier", Raw(b"null")))
    except UNREADABLE:
        tier = ""
    if tier is None:
        return None
    if not isinstance(tier, str) or tier not in TIERS:
        raise UntranslatableError("service_tier", HERE, f"there are {', '.join(TIERS)}")
    return TIERS[tier]


def _read(body: bytes) -> dict[str, Raw]:
    try:
        return _fields(body)
    except UNREADABLE:
        raise UntranslatableError("body", HERE, "write a JSON object") from None


async def relay(reply: Reply) -> AsyncIterator[bytes]:
    """The stream of InvokeModelWithResponseStream as Anthropic's events, while it comes. One cut short ends in an error."""
    events = Events()
    async for chunk in reply.chunks():
        if written := events.feed(chunk):
            yield written
    if written := events.end():
        yield written


class Events:
    """Frames of AWS's event stream, each with one event of Anthropic's in it, into server-sent events."""

    def __init__(self) -> None:
        self._frames = Frames()
        self._is_over = False

    def feed(self, data: bytes) -> bytes:
        """The events that these bytes complete."""
        written = bytearray()
        try:
            for frame in self._frames.feed(data):
                if not self._is_over:
                    written += self._event(frame)
        except BrokenFrameError as error:
            written += self._fail(Failure(502, f"a frame of the stream cannot be read: {error}"))
        return bytes(written)

    def end(self) -> bytes:
        """No more bytes come."""
        return self._fail(CUT_SHORT)

    def _event(self, frame: Frame) -> bytes:
        failure = failure_in(frame)
        if failure is not None:
            return self._fail(failure)
        if frame.headers.get(":event-type") != "chunk":
            return b""  # AWS may add events; those of Anthropic are in chunks
        try:
            data = base64.b64decode(_payload(frame.payload).bytes, validate=True)
            kind = kind_of(data)
            data = msgspec.json.format(data, indent=-1) if b"\n" in data else data
        except (*UNREADABLE, ValueError) as error:
            return self._fail(Failure(502, f"a chunk of the stream cannot be read: {error}"))
        if kind is None:
            return self._fail(Failure(502, "a chunk of the stream is no event"))
        self._is_over = kind in LAST
        return _sent(kind, data)

    def _fail(self, failure: Failure) -> bytes:
        if self._is_over:
            return b""
        self._is_over = True
        return _sent("error", SPOKES[Wire.MESSAGES].write_error(failure))


def _sent(kind: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)
