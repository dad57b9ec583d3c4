"""Transports for the HTTP clients of the official SDKs, so that these run on a bide in this process::

    openai.AsyncOpenAI(api_key="any", http_client=httpx2.AsyncClient(transport=bide.transport(opened)))

The SDKs bring `httpx2`, older ones `httpx`; the transports are made of whichever a request belongs to, and bide needs neither.
Responses come part by part as they are sent, and a response that is closed early is a client that went away. Of the SDK's
`base_url` only the path counts, of its key nothing.
"""

import asyncio
import functools
import sys
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, Self, overload

from bide.client.errors import BrokenOffError, ClosedError
from bide.client.inprocess import InProcess, Reply

if TYPE_CHECKING:
    from httpx2 import AsyncBaseTransport, BaseTransport, Request, Response

    from bide.client.asynchronous import AsyncClient
    from bide.client.opening import Opened
    from bide.client.synchronous import Client
    from bide.client.thread import LoopThread
else:
    AsyncBaseTransport = BaseTransport = object


@overload
def transport(bide: "Opened | AsyncClient") -> "AsyncTransport": ...
@overload
def transport(bide: "Client") -> "SyncTransport": ...
def transport(bide: "Opened | AsyncClient | Client") -> "AsyncTransport | SyncTransport":
    """A transport to a bide in this process.

    For `httpx2.AsyncClient` from what `bide.open()` gives or from an `AsyncClient`, for `httpx2.Client` from a `Client`.
    It may be used for as long as these are open.

    Raises:
        ClosedError: the client is not open.
        SettingError: it belongs to a gateway with a URL, which SDKs reach by their `base_url`.
    """
    from bide.client.synchronous import Client

    if isinstance(bide, Client):
        return SyncTransport(bide.inside, bide.thread)
    return AsyncTransport(bide.inside)


class AsyncTransport(AsyncBaseTransport):
    """For `httpx2.AsyncClient`, in the event loop in which bide is open."""

    def __init__(self, inside: InProcess) -> None:
        self._inside = inside

    async def handle_async_request(self, request: "Request") -> "Response":
        """Send one request; its errors are those of the request's own library."""
        errors = _Errors(request)
        reply = await errors.timed(_begin(self._inside, request, _async_body(request)))
        return _response(request, reply, errors)

    async def aclose(self) -> None:
        """Nothing is open but bide."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None


class SyncTransport(BaseTransport):
    """For `httpx2.Client`, from any thread; bide is open in another one."""

    def __init__(self, inside: InProcess, thread: "LoopThread") -> None:
        self._inside = inside
        self._thread = thread

    def handle_request(self, request: "Request") -> "Response":
        """Send one request; its errors are those of the request's own library."""
        errors = _Errors(request)
        reply = self._thread.run(errors.timed(_begin(self._inside, request, _sync_body(request))))
        return _response(request, reply, errors, self._thread)

    def close(self) -> None:
        """Nothing is open but bide."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return None


class _Errors:
    """Errors as the library of a request has them, which the SDKs know how to retry."""

    def __init__(self, request: "Request") -> None:
        self._request = request
        self._patience: float | None = request.extensions.get("timeout", {}).get("read")

    async def timed(self, work: Any) -> Any:
        """The result of `work`, unless the read timeout is over first."""
        library = _library(self._request)
        try:
            async with asyncio.timeout(self._patience):
                return await work
        except TimeoutError:
            raise library.ReadTimeout(
                f"bide sent nothing for {self._patience:g} seconds", request=self._request
            ) from None
        except BrokenOffError as error:
            raise library.RemoteProtocolError(str(error), request=self._request) from None
        except ClosedError as error:
            raise library.ConnectError(str(error), request=self._request) from None


class _AsyncParts:
    def __init__(self, reply: Reply, errors: _Errors) -> None:
        self._reply = reply
        self._errors = errors

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (part := await self._errors.timed(self._reply.part())) is not None:
            yield part

    async def aclose(self) -> None:
        self._reply.close()


class _SyncParts:
    def __init__(self, reply: Reply, errors: _Errors, thread: "LoopThread") -> None:
        self._reply = reply
        self._errors = errors
        self._thread = thread

    def __iter__(self) -> Iterator[bytes]:
        while (part := self._thread.run(self._errors.timed(self._reply.part()))) is not None:
            yield part

    def close(self) -> None:
        self._thread.call(self._reply.close)


async def _begin(inside: InProcess, request: "Request", body: AsyncIterator[bytes]) -> Reply:
    url = request.url
    headers = [(name.lower(), value) for name, value in request.headers.raw]
    return await inside.begin(request.method, url.path, url.query, headers, body)


async def _async_body(request: "Request") -> AsyncIterator[bytes]:
    stream: Any = request.stream
    async for piece in stream:
        yield piece


async def _sync_body(request: "Request") -> AsyncIterator[bytes]:
    """Read beside the event loop: a file may be slow."""
    stream: Any = request.stream
    pieces = iter(stream)
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


def _library(request: "Request") -> Any:
    """The package that a request is of: `httpx2` or `httpx`."""
    return sys.modules[type(request).__module__.partition(".")[0]]


def _response(request: "Request", reply: Reply, errors: _Errors, thread: "LoopThread | None" = None) -> "Response":
    library = _library(request)
    if thread is None:
        stream = _of_kind(_AsyncParts, library.AsyncByteStream)(reply, errors)
    else:
        stream = _of_kind(_SyncParts, library.SyncByteStream)(reply, errors, thread)
    response: Response = library.Response(
        reply.status, headers=reply.headers, stream=stream, extensions={"http_version": b"HTTP/1.1"}
    )
    return response


@functools.cache
def _of_kind(parts: type, base: type) -> Any:
    """The parts as a byte stream of the library's own, which it insists on."""
    return type("ByteStream", (parts, base), {})
