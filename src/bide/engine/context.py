"""What every step needs, handed in once: store, providers, clock, chance, prices, settings."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bide.core.clock import Clock
from bide.core.entropy import Entropy
from bide.core.job import Job
from bide.delivery.herald import Herald
from bide.engine.memory import Memory
from bide.engine.pricing import Pricing
from bide.engine.pulse import Pulse
from bide.engine.purse import Purse
from bide.lanes.decision.outlook import Rules
from bide.providers.port import Provider
from bide.settings import Settings
from bide.store.schedules import Schedule
from bide.store.store import Store

Deliver = Callable[[Store, Job, str], Awaitable[None]]
"""Hands a job's answers to the destination that the store keeps as text. Raises `BideError` or OSError; anything else is a fault, and counts as a failed delivery too."""

HandIn = Callable[["Context", Schedule, int, int], Awaitable[Job]]
"""Hands a schedule's file in for an instant; the last argument is what its deadline is reckoned from. Raises `BideError` or
OSError."""

Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""Runs something beside the loop of a worker, which looks again when it has ended."""

HARVESTS = 2

log = logging.getLogger("bide.engine")


def log_fault(error: BaseException) -> None:
    """What to do about an error that nobody foresaw: say so, and let the lease run out and the step be tried again."""
    log.error("a step failed unexpectedly and will be tried again", exc_info=error)


def nobody_waits() -> None:
    """Where nobody waits in this process."""


@dataclass(frozen=True, slots=True)
class Context:
    """The engine's world. `holder` names this worker in leases, `host` the machine it runs on, `tag` this installation
    in the ids that providers see of single calls."""

    store: Store
    providers: Mapping[str, Provider]
    clock: Clock
    entropy: Entropy
    pricing: Pricing
    settings: Settings
    holder: str
    host: str
    tag: str
    deliver: Deliver
    herald: Herald | None = None
    """Tells others what happens; where there is none, nobody is told."""
    listening: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """By account, the secrets that its provider's webhooks are signed with."""
    hand_in: HandIn | None = None
    """Hands in what schedules ask for; where there is none, schedules wait for another worker."""
    on_fault: Callable[[BaseException], None] = log_fault
    on_settled: Callable[[], None] = nobody_waits
    """Told when answers have been settled here, for those who wait for one in this process."""
    memory: Memory = field(default_factory=Memory)
    """How long lanes take, as far as this worker knows."""
    pulse: Pulse = field(default_factory=Pulse)
    """How large bursts are."""
    purse: Purse = field(default_factory=Purse)
    """What was spent lately; read where second copies are made."""
    harvesting: defaultdict[str, asyncio.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: asyncio.Semaphore(HARVESTS))
    )
    """Bounds how many batches of an account are read at a time: each keeps a chunk of responses in memory."""
    troubles: dict[str, str] = field(default_factory=dict[str, str])
    """By account or by part of the store, what keeps us from working: for the progress view."""
    rules: Rules = field(init=False)
    """What decisions depend on, of the settings: made once, since every call is decided about."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", self.settings.rules)
