"""Who asks: Google's application default credentials, through google-auth.

They are a service account's key, a person's login, a workload's identity or the machine's own. google-auth is an extra and
is loaded when the first request goes out. Tokens are fetched in a thread, over the transport of everything else.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from bide.core.errors import SettingError
from bide.providers.failures import UnauthorisedError
from bide.providers.transport import NotSentError, ReplyLostError, Transport

SCOPE = "https://www.googleapis.com/auth/cloud-platform"

REMEDY = "set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`"


class ApplicationDefault:
    """Implements `bide.providers.setup.Authority`."""

    def __init__(self, transport: Transport, credentials: Any = None) -> None:
        """`credentials` of google-auth; those of the environment where there are none."""
        self._transport = transport
        self._credentials = credentials
        self._lock = asyncio.Lock()

    async def headers(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        async with self._lock:
            if self._credentials is None:
                self._credentials = await asyncio.to_thread(default_credentials)
            if not self._credentials.valid:
                await self._refresh()
        signed: dict[str, str] = {}
        self._credentials.apply(signed)  # the token, and the project that pays where it is another
        return signed

    async def _refresh(self) -> None:
        from google.auth.exceptions import GoogleAuthError, TransportError

        ask = _Request(self._transport, asyncio.get_running_loop())
        try:
            await asyncio.to_thread(self._credentials.refresh, ask)
        except TransportError as error:
            raise NotSentError(f"no token could be fetched: {error}; nothing was sent: check the network") from error
        except GoogleAuthError as error:
            raise UnauthorisedError(f"Google refuses the credentials: {error}; {REMEDY}") from error


def check_google_auth(account: str) -> None:
    """See that the extra is installed. Raises `SettingError`."""
    try:
        found = find_spec("google.auth")
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise SettingError(
            f"the account {account} needs an extra for Google's credentials: pip install 'bide[gcp]'; or set"
            " GOOGLE_OAUTH_ACCESS_TOKEN"
        )


def default_credentials() -> Any:
    """The credentials of the environment. Raises `UnauthorisedError` where there are none."""
    import google.auth
    from google.auth.exceptions import GoogleAuthError

    auth: Any = google.auth  # its types are partial
    try:
        credentials, _ = auth.default(scopes=[SCOPE])
    except GoogleAuthError as error:
        raise UnauthorisedError(f"there are no credentials for Google's cloud ({error}); {REMEDY}") from error
    return credentials


@dataclass(frozen=True)
class _Response:
    """What google-auth reads of a reply."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class _Request:
    """google-auth's way to ask: called in a thread, it waits for the loop."""

    def __init__(self, transport: Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_: Any,
    ) -> _Response:
        from google.auth.exceptions import TransportError

        sent = body.encode() if isinstance(body, str) else body
        try:
            return asyncio.run_coroutine_threadsafe(self._ask(url, method, sent, headers or {}), self._loop).result()
        except (NotSentError, ReplyLostError) as error:
            raise TransportError(str(error)) from error

    async def _ask(self, url: str, method: str, body: bytes | None, headers: Mapping[str, str]) -> _Response:
        async with self._transport.exchange(method, url, headers=headers, body=body, idle_timeout=60.0) as reply:
            return _Response(reply.status, reply.headers, await reply.read())
