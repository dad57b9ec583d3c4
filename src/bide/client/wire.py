"""How a client reaches a gateway: in this process, or at a URL."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from bide.client.inprocess import InProcess


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire(Protocol):
    """A way to a gateway."""

    at_a_time: int
    """Requests that are worth having under way together."""
    loses: bool
    """Whether a response may be lost, so that nobody can tell what came of a request."""

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """One exchange. `path` may have a query, header names are lower case.

        Raises:
            UnreachableError, BrokenOffError: there was no whole response.
            ClosedError: the way is closed.
        """
        ...

    async def close(self) -> None: ...


class InsideWire:
    """To the gateway in this process."""

    at_a_time = 256
    """As many as are accepted in one transaction."""
    loses = False

    def __init__(self, inside: InProcess) -> None:
        self._inside = inside

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        parts = urlsplit(path)
        encoded = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
        reply = await self._inside.begin(method, parts.path, parts.query.encode(), encoded, _once(body))
        try:
            found = {name.decode("latin-1"): value.decode("latin-1") for name, value in reply.headers}
            return Response(reply.status, found, await reply.body())
        finally:
            reply.close()

    async def close(self) -> None:
        """Whoever opened bide closes it."""


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body
