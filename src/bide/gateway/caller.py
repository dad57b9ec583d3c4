"""Who calls, and whether they may."""

from collections.abc import Mapping
from dataclasses import dataclass

from bide.core.key import Key
from bide.embedded import LOCAL_OWNER
from bide.gateway.refusal import RefusalError
from bide.providers.line import HOP_HEADER

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose work it is, and the key they came with; None where nobody needs one."""

    owner: str
    key: Key | None = None
    workflow: str | None = None

    @property
    def key_id(self) -> int | None:
        return None if self.key is None else self.key.id


LOCAL = Caller(LOCAL_OWNER)


def check_local(headers: Mapping[str, str]) -> None:
    """See that a call without a key comes from this machine, and from no page of elsewhere (DNS rebinding).

    Raises:
        RefusalError: its Host or its Origin is foreign.
    """
    host = host_of(headers.get("host", ""))
    if host not in LOOPBACK:
        raise RefusalError(
            403,
            "foreign_host",
            f"without keys bide serves this machine alone, and Host is {host!r}; make a key with `bide keys create`",
        )
    origin = headers.get("origin")
    if origin is not None and host_of(origin.partition("://")[2]) not in LOOPBACK:
        raise RefusalError(403, "foreign_origin", f"without keys bide answers no page of {origin!r}")


def check_hop(headers: Mapping[str, str]) -> None:
    """See that the call is not bide's own. Raises `RefusalError`."""
    if HOP_HEADER.lower() in headers:
        raise RefusalError(
            508, "loop_detected", "bide is calling itself: point the provider's base_url at the provider, not at bide"
        )


def host_of(authority: str) -> str:
    """The host of ``host:port``, ``[::1]:port`` or ``host``."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0].lower()
    return authority.partition("/")[0].partition(":")[0].lower()


def secret_of(headers: Mapping[str, str]) -> str | None:
    """The key that a call carries: as a bearer token, or as Anthropic's clients send it."""
    authorisation = headers.get("authorization", "")
    kind, _, token = authorisation.partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return token.strip()
    return headers.get("x-api-key") or None
