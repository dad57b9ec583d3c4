"""The provider without sockets: a `Transport` that answers straight from the books, on a clock that is handed in."""

from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from urllib.parse import parse_qsl

from bide.core.clock import SECOND, Clock
from bide.providers.transport import IDLE_TIMEOUT, NotSentError, Reply, ReplyLostError, Upload
from bide.simulator import exchange
from bide.simulator.books import Books
from bide.simulator.bucket import Bucket
from bide.simulator.house import House


class InProcessTransport:
    """A connection to a simulated provider, or to a house of them; any number of them may share its books.

    Nothing yields to the event loop unless the script asks for a delay, or the bucket does. The bucket of a house is
    its own; one provider's is in memory unless another is handed in.
    """

    def __init__(self, books: Books | House, clock: Clock, bucket: Bucket | None = None) -> None:
        self._house = books if isinstance(books, House) else House.of(books, bucket)
        self._clock = clock

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | Upload | None = None,
        idle_timeout: float = IDLE_TIMEOUT,
    ) -> "_Exchange":
        """One request and its reply; the host in `url` does not matter, its first folder may name the provider. See `Transport`."""
        return _Exchange(self._house, self._clock, method, url, headers, body, round(idle_timeout * SECOND))

    async def close(self) -> None:
        """Nothing is open."""


class _Exchange:
    def __init__(
        self,
        house: House,
        clock: Clock,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Upload | None,
        idle: int,
    ) -> None:
        self._house = house
        self._clock = clock
        self._method = method
        self._url = url
        self._headers = headers
        self._body = body
        self._idle = idle

    async def __aenter__(self) -> Reply:
        headers = {name.lower(): value for name, value in self._headers.items()}
        body = self._body or b""
        if isinstance(body, Upload):
            headers["content-type"] = body.content_type
            body = await _collect(body)
        path, _, query = self._url.partition("?")
        scheme, _, host, path = path.split("/", 3)
        request = exchange.Request(
            self._method,
            "/" + path,
            dict(parse_qsl(query, keep_blank_values=True)) if query else {},
            headers,
            body,
            f"{scheme}//{host}",
        )
        outcome = await self._house.handle(request, self._clock)
        if isinstance(outcome, exchange.Lost):
            if not outcome.sent:
                raise NotSentError("the simulator's script lets nothing be sent")
            await _wait(self._clock, outcome.after, self._idle)
            raise ReplyLostError("the simulator's script cuts the connection")
        await _wait(self._clock, outcome.delay, self._idle)
        return _InProcessReply(outcome, self._clock, self._idle)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None


class _InProcessReply(Reply):
    def __init__(self, reply: exchange.Reply, clock: Clock, idle: int) -> None:
        self.status = reply.status
        self.headers = {**reply.headers, "content-type": reply.content_type}
        self._reply = reply
        self._clock = clock
        self._idle = idle

    async def chunks(self) -> AsyncIterator[bytes]:
        left = self._reply.size if self._reply.cut is None else self._reply.cut
        for number, piece in enumerate(self._reply.events or (self._reply.body,)):
            if number:
                await _wait(self._clock, self._reply.pace, self._idle)
            if piece and left:
                yield bytes(piece[:left])
            left -= min(left, len(piece))
        if self._reply.cut is not None:
            raise ReplyLostError("the simulator's script cuts the reply")


async def _wait(clock: Clock, duration: int, idle: int) -> None:
    """Let time pass. Raises `ReplyLostError` when the client's patience ends first."""
    if not duration:
        return
    now = clock.now()
    await clock.sleep_until(now + min(duration, idle))
    if duration > idle:
        raise ReplyLostError(f"no byte came for {idle / SECOND:g} seconds")


async def _collect(upload: Upload) -> bytearray:
    body = bytearray()
    async for chunk in upload.chunks():
        body += chunk
    if len(body) != upload.length:
        raise ValueError(f"an upload of {upload.length} bytes has {len(body)}")
    return body
