"""One webhook over the network: a POST to a checked address, with bounds on everything that comes back."""

import email.utils
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from bide import __version__
from bide.core.clock import SECOND, from_datetime
from bide.delivery.resolver import ForbiddenAddressError, GuardedResolver, Lookup, system_lookup
from bide.delivery.target import Policy, WebhookUrlError, target

MOST_READ = 1 << 16
"""Bytes of an answer that are read, so that the connection can be used again; nothing of it is kept."""

LONGEST_WAIT = 60.0
"""Seconds that an answer may take at most, whatever the settings say: a lease is held meanwhile."""

CONNECTIONS, CONNECTIONS_A_HOST = 64, 16
KEEP_ALIVE = 15.0


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of it. `status` is None where nobody answered, `error` where it was taken; `retry_after` in microseconds."""

    status: int | None
    error: str | None
    retry_after: int | None = None


class Poster:
    """Sends webhooks. No proxy is asked: it would look the host up for itself."""

    def __init__(self, policy: Policy, timeout: float, lookup: Lookup = system_lookup) -> None:
        """`timeout` in seconds."""
        self._policy = policy
        self._timeout = aiohttp.ClientTimeout(total=min(timeout, LONGEST_WAIT))
        self._lookup = lookup
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, now: int) -> Posted:
        """Send a webhook once. Whatever goes wrong is told, not raised."""
        try:
            found = target(url, self._policy)  # again: the settings may have changed since it was taken
        except WebhookUrlError as error:
            return Posted(None, str(error))
        sent = {"Content-Type": "application/json", "User-Agent": f"bide/{__version__}", **headers}
        try:
            async with self._open().post(
                found.url, data=body, headers=sent, timeout=self._timeout, allow_redirects=False
            ) as response:
                await _read(response)
                return _posted(response, now)
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, ForbiddenAddressError):
                return Posted(None, str(error.os_error))
            return Posted(None, f"nobody answers there: {error}")
        except TimeoutError:
            return Posted(None, f"no answer within {self._timeout.total:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Posted(None, f"no answer: {error or type(error).__name__}")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=GuardedResolver(self._policy, self._lookup),
                use_dns_cache=False,
                limit=CONNECTIONS,
                limit_per_host=CONNECTIONS_A_HOST,
                keepalive_timeout=KEEP_ALIVE,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _read(response: aiohttp.ClientResponse) -> None:
    """Read on to the answer's end, so that its connection can be used again; the status is known already."""
    left = MOST_READ
    try:
        async for chunk in response.content.iter_any():
            left -= len(chunk)
            if left < 0:
                response.close()
                return
    except (aiohttp.ClientError, TimeoutError):
        response.close()


def _posted(response: aiohttp.ClientResponse, now: int) -> Posted:
    status = response.status
    if 200 <= status < 300:
        return Posted(status, None)
    wait = _retry_after(response.headers.get("Retry-After"), now)
    if 300 <= status < 400:
        return Posted(status, f"answered {status}; redirects are not followed, name the address itself", wait)
    return Posted(status, f"answered {status}", wait)


def _retry_after(text: str | None, now: int) -> int | None:
    """Seconds or a date, in microseconds from now; None where it says nothing that can be read."""
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) < 9:
        return int(text) * SECOND
    try:
        return max(0, from_datetime(email.utils.parsedate_to_datetime(text)) - now)
    except ValueError:
        return None
