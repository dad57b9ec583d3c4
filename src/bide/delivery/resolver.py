"""From a host to the addresses that are connected to: looked up once, checked, and then connected to as they are.

Between a check and a connection nobody looks the name up again, so a name that changes its address meanwhile (DNS rebinding)
changes nothing. Where a name has several addresses, all of them have to be public.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

from bide.delivery.address import is_public
from bide.delivery.target import Policy

Lookup = Callable[[str, int], Awaitable[list[str]]]
"""The addresses of a host, as texts. Raises OSError."""


class ForbiddenAddressError(OSError):
    """The name leads to an address that webhooks may not go to."""


async def system_lookup(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(info[4][0]) for info in infos]


class GuardedResolver(AbstractResolver):
    """aiohttp's resolver, with the check in it."""

    def __init__(self, policy: Policy, lookup: Lookup = system_lookup) -> None:
        self._policy = policy
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = list(dict.fromkeys(await self._lookup(host, port)))
        if not found:
            raise OSError(f"{host} has no address")
        if not self._policy.allows(host.rstrip("."), port):
            for text in found:
                if not is_public(ip_address(text)):
                    raise ForbiddenAddressError(
                        f"{host} leads to {text}, which is no public address; if it is of your own network, put {host}"
                        " into webhooks.allow"
                    )
        return [
            ResolveResult(
                hostname=host,
                host=text,
                port=port,
                family=socket.AF_INET6 if ":" in text else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for text in found
        ]

    async def close(self) -> None:
        """Nothing is kept."""
