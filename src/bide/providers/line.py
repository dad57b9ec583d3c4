"""The line to one account: every request of an adapter goes through it, with the account's headers."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from bide import __version__
from bide.providers.port import Call
from bide.providers.setup import Authority
from bide.providers.transport import Reply, Transport, Upload

HOP_HEADER = "Bide-Hop"
"""Marks a request that bide sends. bide refuses one that carries it, so that it can never call itself."""


class Line:
    """Opens exchanges with one account. `headers` go with every request; `authority` signs each one where it is needed."""

    def __init__(
        self, transport: Transport, base_url: str, headers: Mapping[str, str], authority: Authority | None = None
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._transport = transport
        self._authority = authority
        self._headers = {"User-Agent": f"bide/{__version__}", HOP_HEADER: "1", **headers}

    def exchange(
        self,
        method: str,
        path: str,
        *,
        body: bytes | Upload | None = None,
        headers: Mapping[str, str] | None = None,
        idle_timeout: float | None = None,
    ) -> AbstractAsyncContextManager[Reply]:
        """One request to a path of the account's protocol, or to a whole URL that the provider named, and its reply.

        A body of bytes is JSON unless the headers say otherwise. Raises what `Transport.exchange` raises.
        """
        sent = {**self._headers, **(headers or {})}
        if isinstance(body, bytes) and body:
            sent.setdefault("Content-Type", "application/json")
        url = path if path.startswith(("http://", "https://")) else self.base_url + path
        limits: Mapping[str, Any] = {} if idle_timeout is None else {"idle_timeout": idle_timeout}
        if self._authority is None:
            return self._transport.exchange(method, url, headers=sent, body=body, **limits)
        return self._signed(self._authority, method, url, sent, body, limits)

    @asynccontextmanager
    async def _signed(
        self,
        authority: Authority,
        method: str,
        url: str,
        sent: dict[str, str],
        body: bytes | Upload | None,
        limits: Mapping[str, Any],
    ) -> AsyncGenerator[Reply]:
        sent |= await authority.headers(method, url, sent, body if isinstance(body, bytes) else b"")
        async with self._transport.exchange(method, url, headers=sent, body=body, **limits) as reply:
            yield reply


def named(call: Call, *known: str) -> Mapping[str, str]:
    """The header that carries our id of a call, for the provider's support desk and for rehearsals; and those of the
    caller's headers that are `known` here."""
    headers = {name: call.headers[name] for name in known if name in call.headers} if call.headers else {}
    headers["X-Client-Request-Id"] = call.attempt
    return headers
