"""The provider's books: an account, and the protocol in which it is spoken to."""

from collections.abc import Iterable

from bide.simulator.account import Account
from bide.simulator.faults import Fault, Site
from bide.simulator.openai.protocol import OPENAI
from bide.simulator.protocol import Protocol
from bide.simulator.script import Script


class Books(Account):
    """One account at one simulated provider. See `Account`."""

    def __init__(
        self,
        script: Script,
        seed: int,
        started_at: int,
        faults: Iterable[Fault] | None = None,
        protocol: Protocol = OPENAI,
    ) -> None:
        super().__init__(script, seed, started_at, faults, protocol.identify, protocol.publish)
        self.protocol = protocol

    def site_of(self, method: str, url: str) -> Site | None:
        """Where a request with this URL goes; None for what the protocol does not know."""
        path = "/" + url.partition("?")[0].split("/", 3)[3]
        route = self.protocol.find_route(method, path.removeprefix(f"/{self.protocol.name}"))
        return route and route[0]
