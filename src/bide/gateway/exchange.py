"""One HTTP exchange as the surfaces need it, over plain ASGI: a framework's request and response cost more than the rest."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.types import Message, Receive, Scope, Send

from bide.gateway import refusal as words
from bide.gateway.refusal import RefusalError, protocol_of

JSON = "application/json"

RETRY_COUNT = "x-stainless-retry-count"
"""How both official SDKs number their tries."""

NO_HEADERS: Mapping[str, str] = {}

OWN = "bide-"
"""How the names of bide's own headers begin."""

CONNECTION = "bide.connection"
"""In the scope of a call that came over a connection of ours: the connection."""

IN_PROCESS = "bide.in_process"
"""In the scope of a call that came over no network, but from the process that has opened bide."""


CLOSED = "the handler is closed"
"""How uvloop says that a connection was reset which nobody has been told of yet."""


class Connection(Protocol):
    """A connection that tells when it is lost."""

    def watch(self, on_lost: Callable[[], None] | None) -> bool:
        """Call `on_lost` when it is lost, and nobody else any more. False, and nobody is called: it is lost already. Only after
        the body has been read."""
        ...

    @property
    def is_lost(self) -> bool:
        """Whether it is known to be lost. Only after the body has been read."""
        ...

    def cork(self) -> None:
        """Keep what is written until `uncork`."""
        ...

    def uncork(self) -> None:
        """Write what was kept, in one piece."""
        ...


class GoneError(Exception):
    """The client is gone; there is nobody to answer."""


NOTICE = "bide-notice"
"""The header of what whoever hands in work should know of it: what it waits for, whether a blackout makes it late, which deadline it
keeps. Jobs are told so at intake."""


class Exchange:
    """A request and the place for its response. Header names are lower case."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        self.request_id = request_id
        """Ours, as in ``req_…``: in the response's headers and in bide's books."""
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[str, str] = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        self.own_headers = {name: value for name, value in self.headers.items() if name.startswith(OWN)}
        """Those that are for bide."""
        self.repeated = () if len(self.headers) == len(scope["headers"]) else _repeated(scope["headers"])
        """Names that came more than once; `headers` has what came last."""
        self.notes: dict[str, str] = {}
        """Headers that go with whatever is answered."""
        self.is_in_process = IN_PROCESS in scope
        self.is_answered = False
        """Whether the response's head has been sent."""
        self.answered_at: float | None = None
        """When that was, on the event loop's clock."""
        self.status = 0
        """With which status; 0: none yet."""
        self._scope = scope
        self._receive = receive
        self._send = send

    @property
    def parameters(self) -> Mapping[str, str]:
        """What the route's braces stand for."""
        return self._scope.get("path_params", {})

    @property
    def is_retry(self) -> bool:
        """Whether an SDK sends the same once more."""
        tries = self.headers.get(RETRY_COUNT, "0")
        return tries.isascii() and tries.isdigit() and tries.strip("0") != ""

    @property
    def raw_query(self) -> bytes:
        """The query as it was written."""
        return self._scope["query_string"]

    @property
    def query(self) -> Mapping[str, str]:
        """The query's fields; of repeated ones the last."""
        return dict(parse_qsl(self._scope["query_string"].decode("latin-1"), keep_blank_values=True))

    @property
    def scheme(self) -> str:
        """``http``, or ``https`` where the gateway itself has the certificate."""
        return self._scope.get("scheme", "http")

    @property
    def listens_at(self) -> str:
        """The address on which the call came in, as in a URL."""
        host, port = self._scope.get("server") or ("localhost", None)
        host = f"[{host}]" if ":" in host else host
        return host if port is None else f"{host}:{port}"

    @property
    def protocol(self) -> words.Protocol:
        """Whose client asks."""
        return protocol_of(self.path, "anthropic-version" in self.headers)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises `GoneError` when the client goes away before its end."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise GoneError
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body"):
                return

    async def body(self, most: int, take: Callable[[int], None] | None = None) -> bytes:
        """The whole body. Raises `RefusalError` where it has more than `most` bytes, and what `take` raises, which is told of each
        piece."""
        declared = self.headers.get("content-length")
        if declared is not None and declared.isdigit() and int(declared) > most:
            raise too_large(most)
        found: list[bytes] = []
        size, more = 0, True
        while more:  # as `chunks`, without a generator: most bodies come in one piece
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise GoneError
            chunk, more = message.get("body", b""), message.get("more_body", False)
            size += len(chunk)
            if size > most:
                raise too_large(most)
            if take is not None:
                take(len(chunk))
            found.append(chunk)
        return found[0] if len(found) == 1 else b"".join(found)

    @property
    def connection(self) -> "Connection | None":
        """The connection that it came over, where that tells when it is lost; None: only who waits for it hears of it."""
        return self._scope.get(CONNECTION)

    async def gone(self) -> None:
        """Return when the client has gone away. Only after the body has been read."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _say(self, message: Message) -> None:
        try:
            await self._send(message)
        except RuntimeError as error:
            if CLOSED in str(error):
                raise GoneError from None
            raise

    async def is_gone(self) -> bool:
        """Whether the client is known to have gone away. Only after the body has been read."""
        connection = self.connection
        if connection is not None:
            await asyncio.sleep(0)  # what has come in meanwhile is looked at
            return connection.is_lost
        leaving = asyncio.ensure_future(self.gone())
        await asyncio.sleep(0)
        leaving.cancel()
        return leaving.done()

    async def start(self, status: int, headers: Mapping[str, str] = NO_HEADERS, content_type: str = JSON) -> None:
        """Send the head."""
        if self.notes:
            headers = {**headers, **self.notes}
        request_id = self.request_id.encode()
        encoded: list[tuple[bytes, bytes]] = [
            (b"content-type", content_type.encode()),
            (b"x-request-id", request_id),
            (b"request-id", request_id),
        ]
        for name, value in headers.items():
            encoded.append((name.encode("latin-1"), value.encode("latin-1", "replace")))
        self.is_answered = True
        self.status = status
        self.answered_at = asyncio.get_running_loop().time()
        await self._say({"type": "http.response.start", "status": status, "headers": encoded})

    async def write(self, data: bytes) -> None:
        """Send a part of the body."""
        await self._say({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self, data: bytes = b"") -> None:
        """Send the last part."""
        await self._say({"type": "http.response.body", "body": data, "more_body": False})

    async def respond(
        self, status: int, body: bytes, headers: Mapping[str, str] = NO_HEADERS, content_type: str = JSON
    ) -> None:
        """Send a whole response."""
        given = dict(headers)
        given["content-length"] = str(len(body))
        connection = self.connection
        if connection is None:
            await self.start(status, given, content_type)
            await self.end(body)
            return
        connection.cork()
        try:
            await self.start(status, given, content_type)
            await self.end(body)
        finally:
            self._uncork(connection)

    def _uncork(self, connection: Connection) -> None:
        try:
            connection.uncork()
        except RuntimeError as error:
            if CLOSED in str(error):
                raise GoneError from None
            raise

    async def refuse(self, refusal: RefusalError) -> None:
        """Answer with an error, in the client's protocol."""
        protocol = self.protocol
        await self.respond(refusal.status_in(protocol), refusal.body(protocol, self.request_id), refusal.headers)


def _repeated(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, ...]:
    counts = Counter(name for name, _ in headers)
    return tuple(name.decode("latin-1") for name, count in counts.items() if count > 1)


def too_large(most: int) -> RefusalError:
    """The refusal of a body of more than `most` bytes."""
    return RefusalError(413, "request_too_large", f"the body is larger than the {most:,} bytes that bide takes here")
