"""To a gateway at a URL."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bide.client.errors import BrokenOffError, UnreachableError
from bide.client.wire import Response
from bide.core.errors import SettingError

if TYPE_CHECKING:
    import aiohttp


class RemoteWire:
    """A pool of connections to one gateway. It belongs to the event loop in which it is first used."""

    at_a_time = 64
    """Connections; submitting needs no more, and servers bound what one client may have."""
    loses = True

    def __init__(self, base_url: str, api_key: str | None) -> None:
        """`base_url` may end in ``/v1``, as the SDKs write it. Raises `SettingError` where it is no URL."""
        if not base_url.startswith(("http://", "https://")):
            raise SettingError(f"base_url is {base_url!r}; write it as in http://127.0.0.1:8080")
        self.url = base_url.rstrip("/").removesuffix("/v1")
        self._headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._session: aiohttp.ClientSession | None = None

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        import aiohttp

        try:
            async with self._opened().request(
                method, f"{self.url}{path}", headers={**self._headers, **headers}, data=body or None
            ) as response:
                found = {name.lower(): value for name, value in response.headers.items()}
                return Response(response.status, found, await response.read())
        except aiohttp.ClientConnectorError as error:
            raise UnreachableError(
                f"no gateway answers at {self.url} ({error.os_error.strerror or error}); start `bide serve`,"
                " or correct base_url"
            ) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise BrokenOffError(f"the connection to {self.url} broke ({error}); ask again") from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> "aiohttp.ClientSession":
        import aiohttp

        if self._session is None:
            # No limit on a whole exchange: a poll waits, and a long answer takes its time.
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=120)
            connector = aiohttp.TCPConnector(limit=self.at_a_time)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        return self._session
