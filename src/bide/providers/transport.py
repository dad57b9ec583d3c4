"""HTTP as an adapter needs it: one exchange, bodies that stream both ways, and an honest account of failure.

The distinction that money hangs on is drawn here: `NotSentError` means that the provider cannot have seen the request;
`ReplyLostError` means that nobody can tell.
"""

import abc
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bide.core.errors import BideError

IDLE_TIMEOUT = 15 * 60.0
"""Seconds without a byte before a reply counts as lost. There is no total timeout: a slow answer is an answer, and
the flex tier's documentation asks for 15 minutes."""

CONNECT_TIMEOUT = 30.0
"""Seconds for a connection to be made."""

KEEP_ALIVE = 15.0
"""Seconds an idle connection is kept: below the idle timeouts of common proxies, since a request sent into a connection that
the other side is closing is a lost reply, and a lost reply to a create costs minutes of reconciliation."""

CONNECTIONS = 512

CORRECT = "correct the account's base_url, which `bide providers` shows"
CHECK = f"nothing was sent: check the network, or {CORRECT}"
"""What to do where nobody is reached."""


class NotSentError(BideError):
    """The provider could not be reached; nothing was sent. Check the network and the base URL."""

    code = "provider_unreachable"


class ReplyLostError(BideError):
    """The request was sent and the reply did not arrive; it may have been acted on."""

    code = "reply_lost"


@dataclass(frozen=True)
class Upload:
    """A request body that is produced while it is sent.

    `chunks` makes a new iterator each time; all of them yield exactly `length` bytes.
    """

    length: int
    content_type: str
    chunks: Callable[[], AsyncIterator[bytes]]


class Reply(abc.ABC):
    """A reply whose head has arrived. Header names are lower case."""

    status: int
    headers: Mapping[str, str]

    @abc.abstractmethod
    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises `ReplyLostError` when it is cut."""

    async def read(self) -> bytes:
        """The whole body."""
        return b"".join([chunk async for chunk in self.chunks()])


class Transport(Protocol):
    """One connection pool to the world."""

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | Upload | None = None,
        idle_timeout: float = IDLE_TIMEOUT,
    ) -> AbstractAsyncContextManager[Reply]:
        """Send one request, once, and give its reply.

        Nothing is retried and no redirect is followed. `idle_timeout` is in seconds without a byte.

        Raises:
            NotSentError: no connection; the request never left.
            ReplyLostError: it left, and the reply or its body did not arrive whole.
        """
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...
