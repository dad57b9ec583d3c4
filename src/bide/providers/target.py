"""Where a call goes, worked out once for each URL: the host to connect to, and the first lines of what is sent there."""

import functools
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from yarl import URL

TARGETS = 1_024
"""URLs whose parts are remembered."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads. `origin` as in ``https://host:port``, `name` what errors call it.

    `line` is the first of a request, `own` are the headers that it has unless it says something else, `head` is all of that.
    """

    origin: str
    host: str
    port: int
    is_secret: bool
    name: str
    line: str
    own: Mapping[str, str]
    head: str


@functools.lru_cache(maxsize=TARGETS)
def target_of(text: str) -> Target | None:
    """Where a URL leads; None where aiohttp knows better: a proxy, a name and a password, no URL at all."""
    try:
        url = URL(text, encoded="%" in text)
        host, port = url.host, url.port
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not host or port is None or url.raw_user or url.raw_password:
        return None
    if proxy_of(url.scheme, host) is not None:
        return None
    own = {"host": url.host_port_subcomponent or host, "accept": "*/*", "accept-encoding": "identity"}
    line = f"POST {url.raw_path_qs} HTTP/1.1\r\n"
    head = line + "".join([f"{name}: {value}\r\n" for name, value in own.items()])
    if head.count("\n") != 1 + len(own) or not head.isascii() or " " in url.raw_path_qs:
        return None
    return Target(
        f"{url.scheme}://{host}:{port}",
        url.raw_host or host,
        port,
        url.scheme == "https",
        host_of(text),
        line,
        own,
        head,
    )


def head_of(target: Target, headers: Mapping[str, str], length: int) -> bytes:
    """The head of a request. Raises ValueError for a header that would be two."""
    head, said = target.head, [f"{name}: {value}\r\n" for name, value in headers.items()]
    count = 1 + len(target.own) + len(said)
    if not target.own.keys().isdisjoint(map(str.lower, headers)):
        names = set(map(str.lower, headers))
        kept = [f"{name}: {value}\r\n" for name, value in target.own.items() if name not in names]
        head, count = target.line + "".join(kept), 1 + len(kept) + len(said)
    head = f"{head}{''.join(said)}content-length: {length}\r\n\r\n"
    if not head.count("\n") == head.count("\r") == count + 2 or "\0" in head:
        raise ValueError("a header contains a line break")
    return head.encode("utf-8", "surrogateescape")


def proxy_of(scheme: str, host: str) -> str | None:
    """The proxy that the environment names for a host (HTTPS_PROXY, NO_PROXY, …)."""
    return None if urllib.request.proxy_bypass(host) else urllib.request.getproxies().get(scheme)


def host_of(url: str) -> str:
    """The host and port of a URL; a password in front of them is nobody's business, wherever it ends."""
    return url.split("//", 1)[-1].rpartition("@")[2].split("/", 1)[0]
