"""The transport over real sockets: aiohttp, one connection pool a process."""

import functools
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any

import aiohttp
from yarl import URL

from bide.providers.target import host_of, proxy_of
from bide.providers.transport import (
    CHECK,
    CONNECT_TIMEOUT,
    CONNECTIONS,
    CORRECT,
    IDLE_TIMEOUT,
    KEEP_ALIVE,
    NotSentError,
    Reply,
    ReplyLostError,
    Upload,
)

CHUNK = 1 << 18


class AiohttpTransport:
    """Implements `bide.providers.transport.Transport`."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[tuple[str, str], str | None] = {}

    def _proxy(self, url: URL) -> str | None:
        """The host's proxy, asked for once: aiohttp would ask a thread before every request."""
        key = url.scheme, url.host or ""
        if key not in self._proxies:
            self._proxies[key] = proxy_of(*key)
        return self._proxies[key]

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE)
            self._session = aiohttp.ClientSession(
                connector=connector,
                auto_decompress=True,
                read_bufsize=CHUNK,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers={"User-Agent"},
            )
        return self._session

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | Upload | None = None,
        idle_timeout: float = IDLE_TIMEOUT,
    ) -> AbstractAsyncContextManager[Reply]:
        return _Exchange(self._begin(method, url, headers, body, idle_timeout))

    async def _begin(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Upload | None, idle_timeout: float
    ) -> aiohttp.ClientResponse:
        sent = dict(headers)
        data: Any = body
        if isinstance(body, Upload):
            sent |= {"Content-Type": body.content_type, "Content-Length": str(body.length)}
            data = body.chunks()
        try:
            target = _url(url)
            return await self._open().request(
                method,
                target,
                headers=sent,
                data=data,
                timeout=_timeout(idle_timeout),
                allow_redirects=False,
                proxy=self._proxy(target),
            )
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
            raise NotSentError(f"{host_of(url)} cannot be reached: its URL cannot be used; {CORRECT}") from error
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSentError(f"{host_of(url)} cannot be reached: {error}; {CHECK}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ReplyLostError(f"no reply from {host_of(url)}: {error or type(error).__name__}") from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class _Exchange:
    """One exchange; a class, because a generator in its place costs a call of a model measurable time."""

    def __init__(self, beginning: Coroutine[Any, Any, aiohttp.ClientResponse]) -> None:
        self._beginning = beginning

    async def __aenter__(self) -> Reply:
        self._response = await self._beginning
        return _Reply(self._response)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._response.__aexit__(kind, error, trace)


@functools.lru_cache(maxsize=64)
def _timeout(idle: float) -> aiohttp.ClientTimeout:
    """No limit for the whole; `idle` in seconds without a byte."""
    return aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT, sock_read=idle)


class _Reply(Reply):
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.headers.items()}

    async def read(self) -> bytes:
        try:
            return await self._response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ReplyLostError(f"the reply was cut: {error or type(error).__name__}") from error

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.content.iter_chunked(CHUNK):
                yield chunk
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ReplyLostError(f"the reply was cut: {error or type(error).__name__}") from error


def _url(text: str) -> URL:
    """An address. What is escaped in it stays so: it may be signed like this, or be part of a name."""
    try:
        return URL(text, encoded="%" in text)
    except ValueError as error:
        raise aiohttp.InvalidURL(text) from error
