"""What a job was promised at intake, kept with it: guaranteed N of M, what it should cost, how long it should take."""

import msgspec

from bide.core.clock import MINUTE
from bide.ledger.estimate import Estimate

TYPICAL_TURNAROUND = 7 * MINUTE
"""Half of 230,000 batches of many providers were done within this (OpenRouter, 2026)."""

SLOW_TURNAROUND = 60 * MINUTE
"""And nine in ten of them within this."""


class Admitted(msgspec.Struct, frozen=True):
    """What was promised for one (account, model), as the store keeps it."""

    account: str
    model: str
    requests: int
    guaranteed: int
    known: bool
    arithmetic: str
    notice: str = ""
    """What is to be known about the account's hours; empty where they make no difference."""


class Forecast(msgspec.Struct, frozen=True):
    """What a job is expected to cost at intake, in 1e-12 USD; None where a price is unknown."""

    batch: Estimate | None
    realtime: Estimate | None


class Predicted(msgspec.Struct, frozen=True):
    """How long a job should take, in microseconds: before its batches are at the provider, there, and, should they never
    come back, in real time."""

    queue: int
    provider: int
    rescue: int
    queue_p95: int | None = None
    provider_p95: int | None = None
    """By which 19 of 20 should be through; None: told by an older bide."""


class Capped(msgspec.Struct, frozen=True):
    """How much of a job its cap holds at intake: so many requests, and of these so many guaranteed. `cap`, and `bound` for all of
    the job, in 1e-12 USD."""

    cap: int
    requests: int
    guaranteed: int
    bound: int


class Promise(msgspec.Struct, frozen=True):
    """The `admission` of a job: guaranteed N of M by (account, model), what it should cost and how long it should take.

    `bytes` are those of the requests' bodies. `capped` is there where the job has a cap that does not hold all of it.
    """

    admitted: list[Admitted]
    forecast: Forecast
    predicted: Predicted
    bytes: int
    capped: Capped | None = None

    @property
    def requests(self) -> int:
        return sum(one.requests for one in self.admitted)

    @property
    def guaranteed(self) -> int:
        return self.capped.guaranteed if self.capped else sum(one.guaranteed for one in self.admitted)

    @property
    def held(self) -> int:
        """Requests that wait until the cap holds them."""
        return self.requests - self.capped.requests if self.capped else 0

    def encode(self) -> str:
        """As the store keeps it."""
        return msgspec.json.encode(self).decode()


def decode_promise(text: str) -> Promise:
    """What `Promise.encode` wrote."""
    return msgspec.json.decode(text, type=Promise)
