"""Who calls, and whether they may."""

import re
from collections.abc import Collection, Mapping

import msgspec

from bide.core.key import Key
from bide.embedded import LOCAL_OWNER
from bide.gateway.refusal import RefusalError
from bide.intake.problem import did_you_mean
from bide.providers.line import HOP_HEADER

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_LOCAL = r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?"
_LOCAL_AUTHORITY = re.compile(_LOCAL, re.IGNORECASE | re.ASCII)
_LOCAL_ORIGIN = re.compile(rf"https?://{_LOCAL}", re.IGNORECASE | re.ASCII)
"""This machine in so many words: whatever else may mean it (a dot at the end, a user before it, other digits) may also mean
something else to somebody."""

ONCE = frozenset({"host", "origin", "authorization", "x-api-key", "idempotency-key", "bide-hop"})
"""Headers that must not come twice."""

SHORT, LONGEST = ("idempotency-key", "bide-workflow"), 255
"""Headers that are kept, and how many characters they may have."""

OWN, ANSWERED = "bide-", frozenset({"bide-request-id", "bide-lane"})
"""How the names of bide's own headers begin; those of answers mean nothing in a call, and a proxy may repeat them."""

HOP = HOP_HEADER.lower()

KNOWN = (
    "bide-within",
    "bide-by",
    "bide-priority",
    "bide-on-miss",
    "bide-workflow",
    "bide-webhook",
    "bide-cache",
    "bide-max-cost",
)
"""What a call may say in headers."""


class Caller(msgspec.Struct, frozen=True, gc=False):
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
    host = headers.get("host", "")
    if _LOCAL_AUTHORITY.fullmatch(host) is None:
        raise RefusalError(
            403,
            "foreign_host",
            f"without keys bide serves this machine alone, and Host is {host!r}; make a key with `bide keys create`",
        )
    origin = headers.get("origin")
    if origin is not None and _LOCAL_ORIGIN.fullmatch(origin) is None:
        raise RefusalError(403, "foreign_origin", f"without keys bide answers no page of {origin!r}")


def check_repeated(names: Collection[str]) -> None:
    """See that what says who calls is said once: proxies and servers differ in which of two they believe.

    Raises:
        RefusalError: one of these headers came twice.
    """
    for name in names:
        if name in ONCE:
            raise RefusalError(400, "repeated_header", f"{name} came more than once; send it once")


def check_short(headers: Mapping[str, str]) -> None:
    """See that what is kept beside a call is short: calls of several callers are written together, and a database that takes
    one of them ill takes none. Raises `RefusalError`."""
    for name in SHORT:
        if name in headers and not 0 < len(headers[name]) <= LONGEST:
            raise RefusalError(400, "invalid_request", f"{name} must have 1 to {LONGEST} characters", param=name)


def check_known(headers: Mapping[str, str]) -> None:
    """See that bide understands what is only for bide: a deadline that is misspelt would be paid in full. Raises `RefusalError`."""
    for name in headers:
        if name not in KNOWN and name.startswith(OWN) and name not in ANSWERED and name != HOP:
            message = f"bide knows no header {name}{did_you_mean(name, KNOWN)}; it knows {', '.join(KNOWN)}"
            raise RefusalError(400, "unknown_header", message, param=name)


def check_hop(headers: Mapping[str, str]) -> None:
    """See that the call is not bide's own. Raises `RefusalError`."""
    if HOP in headers:
        raise RefusalError(
            508, "loop_detected", "bide is calling itself: point the provider's base_url at the provider, not at bide"
        )


def secret_of(headers: Mapping[str, str]) -> str | None:
    """The key that a call carries: as a bearer token, or as Anthropic's clients send it."""
    authorisation = headers.get("authorization", "")
    kind, _, token = authorisation.partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return token.strip()
    return headers.get("x-api-key") or None
