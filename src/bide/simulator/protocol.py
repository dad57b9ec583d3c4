"""The seam: what a provider's protocol has to supply, and nothing else. The package's docstring tells how to add one."""

from collections.abc import Sequence
from typing import Protocol as Seam
from urllib.parse import unquote

from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.chance import Chance
from bide.simulator.exchange import Reply, Request
from bide.simulator.faults import Site
from bide.simulator.refusal import UNAUTHENTICATED, Refusal

Route = tuple[Site, str]
"""Where a request goes, and the id, the endpoint or whatever else its path names."""

INVALID_KEY = "invalid"
"""The one API key that is refused."""


class Protocol(Seam):
    """One provider's wire. It holds no state: that lies in the account, which each method is handed.

    `name` is also the path under which the protocol is mounted; `models` are those that exist where the script names
    none.
    """

    name: str
    models: Sequence[str] = ()

    def find_route(self, method: str, path: str) -> Route | None:
        """Where a request goes; None for what is not known."""
        ...

    def authenticate(self, request: Request) -> None:
        """Let a request pass whose key is not `INVALID_KEY`. Raises `Refusal` for others."""
        ...

    def do(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        """Do what a request asks for. Raises `Refusal` where that cannot be."""
        ...

    def refuse(self, refusal: Refusal, key: str) -> Reply:
        """The reply that a refusal is, with its headers; `key` makes the reply's id."""
        ...

    def identify(self, chance: Chance) -> str:
        """The id of a new batch, drawn from its own chance."""
        ...

    def publish(self, account: Account, batch: Batch) -> None:
        """Write the results of a batch that has ended to where they are looked for (`Account.keep_result`,
        `Account.outbox`), and name them in `Batch.files`. Called once a batch, when somebody looks."""
        ...

    def stamp(self, reply: Reply, key: str) -> None:
        """Add the headers that every reply has; `key` makes the reply's id."""

    def inputs(self, account: Account, request: Request, now: int) -> Sequence[str]:
        """URIs of the objects that the request needs from the bucket; one that ends in a slash is all below it.

        They are handed in as `Request.objects`, those that exist.
        """
        return ()


def check_key(key: str) -> None:
    """Let any key pass but none and the invalid one."""
    if not key or key == INVALID_KEY:
        raise Refusal(UNAUTHENTICATED)


def bearer(request: Request) -> str:
    """The key in ``Authorization: Bearer KEY``, empty where there is none."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key if scheme.lower() == "bearer" else ""


def segments(path: str) -> list[str]:
    """The folders of a path, each freed of its escapes; ``/v1/files/`` is ``["v1", "files"]``."""
    parts = path.strip("/").split("/")
    return [unquote(part) for part in parts] if "%" in path else parts
