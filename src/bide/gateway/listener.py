"""HTTP/1.1 as uvicorn speaks it, within bounds: heads that are no larger than they need be, clients that go on talking, targets
that are paths, and refusals that every client of ours can read.

What is read here comes from anybody; nothing of it has been looked at. A client that is silent in the middle of what it has
to say is cut off after a while; one that says nothing because it waits for us, or that we do not listen to, is not.
"""

import asyncio
import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from bide.gateway.corked import Corked
from bide.gateway.door import Door
from bide.gateway.exchange import CONNECTION
from bide.gateway.refusal import RefusalError, protocol_of

LARGEST_HEAD = 64 << 10
"""Bytes of a request's head, and of what may stand around a body that is no body: trailers, names of chunks."""

MOST_HEADERS = 200

SLOWEST = 500
"""Bytes a second that a body has to come at, as in Apache's MinRate; a modem manages ten times as many."""

LINGER = 5.0
"""Seconds in which a client that was refused may read why: closing before it has finished would take the answer from it."""

_METHOD = re.compile(rb"(?:\r\n)*[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40} ")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long clients may be silent, in seconds: `patience` in the middle of a request, `stall` before they read on."""

    patience: float
    stall: float


class _Phase(enum.Enum):
    HEAD = enum.auto()
    BODY = enum.auto()
    READ = enum.auto()
    """The request is whole, or there has been none since the last."""


HEAD, BODY, READ = _Phase.HEAD, _Phase.BODY, _Phase.READ
"""Looked up once: an enumeration takes its time."""


class Connection(HttpToolsProtocol):
    """One connection. `listening` makes a class of it that has bounds and a door."""

    bounds: Bounds
    door: Door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has come."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._corked = Corked(self.transport)
        self._phase, self._since, self._got = HEAD, self.loop.time(), 0
        self._unread = self._size = self._names = 0
        self._stalled: tuple[float, int] | None = None
        self._refused = self._heard = False
        self._fault: RefusalError | None = None
        self._on_lost: Callable[[], None] | None = None
        self._lost = False
        if not self.door.enter(self):
            busy = "too many calls are under way; come back later"
            self._refuse(RefusalError(503, "too_many_connections", busy, headers={"retry-after": "5"}), linger=0)
        self._timer = self.loop.call_later(min(self.bounds.patience, self.bounds.stall), self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        self._timer.cancel()
        self.door.leave(self)
        super().connection_lost(exc)
        self._lost = True
        if self._on_lost is not None:
            self._on_lost()

    def watch(self, on_lost: Callable[[], None] | None) -> bool:
        """Call `on_lost` when the connection is lost. What a client says meanwhile is read: or nobody would hear it leave."""
        self._on_lost = on_lost
        if on_lost is not None:
            self.flow.resume_reading()
        return not self._lost

    @property
    def is_lost(self) -> bool:
        """Whether it is known to be lost. What a client says from here on is read, as in `watch`."""
        self.flow.resume_reading()
        return self._lost

    def cork(self) -> None:
        """Keep what is written until `uncork`."""
        self._corked.cork()

    def uncork(self) -> None:
        """Write what was kept, in one piece."""
        self._corked.uncork()

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        if self._refused:
            return
        self._heard = True
        self.door.heard(self)
        if self._phase is READ:
            self._phase, self._since = HEAD, self.loop.time()
        self._got += len(data)
        self._unread += len(data)
        self._unset_keepalive_if_required()
        try:
            self._feed(data)
        except httptools.HttpParserInvalidMethodError:
            self._refuse(_unknown_method() if _METHOD.match(data) else _unreadable())
        except httptools.HttpParserError:
            self._refuse(self._fault or _unreadable())
        else:
            if self._unread > LARGEST_HEAD and not self._refused:
                self._refuse(_too_large())

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                # A client that would rather speak HTTP/2 says so and sends its request all the same: Java's does with each.
                self.parser = httptools.HttpRequestParser(self)
                lines = [
                    name + b": " + value for name, value in self.headers if name not in (b"connection", b"upgrade")
                ]
                head = b"\r\n".join([b"%b %b HTTP/1.1" % (self._method, self.url), *lines, b"\r\n"])
                data = head + data[upgrade.args[0] :]
            else:
                return

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        cast("dict[str, object]", self.scope)[CONNECTION] = self
        self._phase, self._size, self._names = HEAD, 0, 0

    def on_url(self, url: bytes) -> None:
        """A part of the target has come."""
        self._measure(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer: of those nothing is kept, or they would say what the head should have said."""
        self._names += 1
        self._size += len(name) + len(value)
        if self._size > LARGEST_HEAD or self._names > MOST_HEADERS:
            raise self._wrong(_too_large())
        if self._phase is HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head has been read. What is raised here the parser reports as a request that cannot be read.

        Only the origin form of a target (RFC 9112, 3.2.1) is taken. One in absolute form (``GET http://other/…``) names its host
        twice, and what it names there counts above its Host; we are no proxy, and no client asks us so.
        """
        method = self.parser.get_method()
        if method == b"CONNECT":
            raise self._wrong(_unknown_method())
        if not self.url.startswith(b"/"):
            raise self._wrong(_unreadable("the target is no path; this is no proxy"))
        if self.parser.should_upgrade():
            self._method = method
            return
        self._phase, self._since, self._got, self._unread = BODY, self.loop.time(), 0, 0
        super().on_headers_complete()
        self.cycle.transport = cast(asyncio.Transport, self._corked)

    def on_body(self, body: bytes) -> None:
        """A part of the body has come."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._phase is HEAD:  # it will be read once more, without its upgrade
            return
        self._phase, self._unread = READ, 0
        self.door.busy(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer has been given."""
        super().on_response_complete()
        if not self.pipeline and not self.transport.is_closing():
            self.door.wait(self)

    def pause_writing(self) -> None:
        """The client does not read what it gets."""
        self._stalled = self.loop.time(), self.transport.get_write_buffer_size()
        super().pause_writing()

    def resume_writing(self) -> None:
        """It has read on."""
        self._stalled = None
        super().resume_writing()

    @property
    def can_go(self) -> bool:
        """Whether we wait for the client, and do listen."""
        return not self.flow.read_paused

    def go(self) -> None:
        """Close at once."""
        self.transport.abort()

    def _measure(self, size: int) -> None:
        self._size += size
        if self._size > LARGEST_HEAD:
            raise self._wrong(_too_large())

    def _wrong(self, refusal: RefusalError) -> ValueError:
        """Keep why, and something to raise through the parser."""
        self._fault = refusal
        return ValueError(refusal.code)

    def _look(self) -> None:
        """Whether the client has been silent for too long."""
        now, patience = self.loop.time(), self.bounds.patience
        if self._stalled is not None:
            since, size = self._stalled
            left = self.transport.get_write_buffer_size()
            if left < size:
                self._stalled = now, left
            elif now - since >= self.bounds.stall:
                self.transport.abort()
                return
        if self._phase is READ or self._refused or self.flow.read_paused:
            self._since, self._got = now, 0
        elif now - self._since >= patience:
            if not self._is_talking(patience):
                return
            self._since, self._got = now, 0
        self._timer = self.loop.call_later(min(self._since + patience - now, self.bounds.stall), self._look)

    def _is_talking(self, patience: float) -> bool:
        """Whether the client may go on; else it has been refused."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        answered = cycle is not None and cycle.response_complete
        if self._phase is BODY and not answered and self._got >= SLOWEST * patience:
            return True
        if not self._heard or answered:
            self.transport.abort()
        else:
            part = "head" if self._phase is HEAD else "body"
            self._refuse(RefusalError(408, "request_timeout", f"the {part} of the request did not come in time"))
        return False

    def _refuse(self, refusal: RefusalError, linger: float = LINGER) -> None:
        """Answer the request that is being read, and close. Where an answer to another one is under way there is no place for
        this one."""
        self._refused = True
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is not None and not cycle.response_complete:
            if cycle.response_started or not cycle.more_body:
                self.transport.close()
                return
            cycle.disconnected = True
            cycle.message_event.set()
        self.door.busy(self)
        headers = getattr(self, "headers", None) or ()
        path = (getattr(self, "url", None) or b"").partition(b"?")[0].decode("latin-1")
        protocol = protocol_of(path, any(name == b"anthropic-version" for name, _ in headers))
        body = refusal.body(protocol, None)
        lines = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
        head = "".join(f"{name}: {value}\r\n" for name, value in {**lines, **refusal.headers}.items())
        self.transport.write(STATUS_LINE[refusal.status_in(protocol)] + head.encode("ascii") + b"\r\n" + body)
        if linger:
            self.transport.write_eof()
            self.loop.call_later(linger, self.transport.abort)
        else:
            self.transport.close()


def listening(bounds: Bounds, door: Door) -> type[Connection]:
    """The connections of one server."""
    return type("Listening", (Connection,), {"bounds": bounds, "door": door})


def _too_large() -> RefusalError:
    message = f"the head of a request has at most {LARGEST_HEAD:,} bytes and {MOST_HEADERS} headers"
    return RefusalError(431, "head_too_large", message)


def _unreadable(why: str = "it is no HTTP/1.1") -> RefusalError:
    return RefusalError(400, "unreadable_request", f"the request cannot be read: {why}")


def _unknown_method() -> RefusalError:
    return RefusalError(
        405, "method_not_allowed", "the method is none that is known here", headers={"allow": "DELETE, GET, HEAD, POST"}
    )
