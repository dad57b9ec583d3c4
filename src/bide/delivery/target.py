"""Where a webhook goes: which URLs may be one, and what they say.

``https`` only, unless a setting allows ``http``; no user and no password in it (that is what the signature is for), no
fragment, and no port below 1024 but 443 and 80, which belong to services that are not to be talked to in HTTP. A host of
one's own network, named in `webhooks.allow`, may have any port and need not be public.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from yarl import URL

from bide.core.errors import BideError
from bide.delivery.address import is_public, literal

LONGEST = 2_048
"""Characters."""

PORTS = frozenset({80, 443})
FIRST_FREE_PORT = 1_024


class WebhookUrlError(BideError):
    """The webhook's URL cannot be used; write one as in https://example.com/hooks/bide."""

    code = "invalid_webhook_url"


@dataclass(frozen=True, slots=True)
class Policy:
    """Which URLs are taken: `allow` are hosts of one's own network, as ``name`` or ``name:port``."""

    allow: Sequence[str] = ()
    http: bool = False

    def allows(self, host: str, port: int) -> bool:
        """Whether a host is of one's own network."""
        own = {name.lower() for name in self.allow}
        named = f"[{host}]" if ":" in host else host
        return bool(own & {named.lower(), f"{named}:{port}".lower(), host.lower()})


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be told. `endpoint` is all of it up to the ``?``: what is behind may differ from event to event."""

    url: URL
    endpoint: str
    is_own: bool
    """Whether it is of one's own network, and need not be public."""


def target(text: str, policy: Policy) -> Target:
    """Read a webhook's URL.

    Raises:
        WebhookUrlError: it is none, or not one that is taken.
    """
    if len(text) > LONGEST or not text.isascii() or not text.isprintable() or any(c in text for c in ' \\"<>'):
        raise WebhookUrlError(
            f"a webhook's URL has at most {LONGEST:,} characters of ASCII, and no spaces; escape others as %XX"
        )
    try:
        url = URL(text, encoded=True)
        host, port = url.host or "", url.port
    except ValueError as error:
        raise WebhookUrlError from error
    host = host.lower().rstrip(".")
    if url.scheme not in ("http", "https") or not host or not port:
        raise WebhookUrlError
    is_own = policy.allows(host, port)
    if url.user is not None or url.password is not None or "@" in url.raw_authority:
        raise WebhookUrlError(
            "a webhook's URL may not have a user or a password in it; check the signature of what arrives instead"
        )
    if "#" in text:
        raise WebhookUrlError("a webhook's URL may not have a # in it: what is behind it is never sent")
    if url.scheme == "http" and not (policy.http or is_own):
        raise WebhookUrlError(
            "a webhook's URL has to begin with https://; the setting webhooks.http allows http:// too, and webhooks.allow "
            "a host of your own network"
        )
    if not is_own:
        _check_public(host, port)
    endpoint = str(url.with_query(None))
    return Target(url, endpoint if endpoint.count("/") > 2 else f"{endpoint}/", is_own)


def _check_public(host: str, port: int) -> None:
    try:
        address = literal(host)
    except ValueError as error:
        raise WebhookUrlError(f"the webhook's host {error}") from None
    if address is not None and not is_public(address):
        raise WebhookUrlError(
            f"the webhook's host {host} is no public address; if it is of your own network, put it into webhooks.allow"
        )
    if port not in PORTS and port < FIRST_FREE_PORT:
        raise WebhookUrlError(
            f"webhooks do not go to port {port}; take 443, or one from {FIRST_FREE_PORT} on, or put the host into webhooks.allow"
        )
