"""What a caller asks for: an order, before anything of it has been read."""

from dataclasses import dataclass

from bide.core.deadline import OnMiss
from bide.core.states import Lane


@dataclass(frozen=True, slots=True)
class Words:
    """What a cap, and keeping to batches, are called where an order is given: for errors that say what to change."""

    max_cost: str
    late: str


OPTIONS = Words("--max-cost", "--on-miss late")
HEADERS = Words("Bide-Max-Cost", "Bide-On-Miss: late")
METADATA = Words("bide_max_cost", "bide_on_miss: late")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A job to be. `destination` is the encoded place of its answers, None where the caller collects them."""

    owner: str
    name: str
    deadline: int
    on_miss: OnMiss
    priority: str | None
    priority_source: str
    parameters: str
    """What was asked, as JSON with sorted keys: part of the job's identity."""
    destination: str | None = None
    everywhere: bool = False
    """Whether any machine can reach that place."""
    workflow: str | None = None
    max_cost: int | None = None
    """The most that it may cost, in 1e-12 USD; None: no cap."""
    words: Words = OPTIONS
    idempotency_key: str | None = None
    key_id: int | None = None
    """The key it is handed in with, whose budgets it spends."""
    lanes: frozenset[Lane] | None = None
    """Those that this key allows: the dearest of them is reserved at. None: every one."""
    webhook: str | None = None
    """Where its end is told; None for the webhook of the settings."""
    strict: bool = False
    """Refuse the whole job unless every request of it is guaranteed."""
    new: bool = False
    """Whether it is a job of its own even where the same has been handed in before."""
    skip_bad_lines: bool = False
    kept_for: int | None = None
    """How long answers stand for exact repeats, in microseconds; 0: not at all, None: as the settings say."""
