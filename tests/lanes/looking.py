"""One look of `decide` at a few buckets, and what it decided, in short."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.lanes.given import CAPABILITIES, LIMITS, NOW, a_bucket

from bide.core.batch import Batch, LiveBatch
from bide.core.bucket import Bucket
from bide.core.clock import HOUR, SECOND
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.capacity.pressure import NO_LOAD, Load
from bide.lanes.capacity.quota import Quota
from bide.lanes.decision.decide import decide
from bide.lanes.decision.decision import Decisions
from bide.lanes.decision.outlook import Account, Key, Outlook, Rules
from bide.lanes.hours.hours import ANY_TIME, Hours
from bide.lanes.plan.flex import Tier
from bide.lanes.plan.plan import Thresholds
from bide.lanes.rescue.rescue import Margins

SIXTY = Capacity(60, None, True)

KEY: Key = ("openai", "gpt-6-luna")

RULES = Rules(Margins(head_room=1.0, safety=0), Thresholds(), promote_share=0.5)
"""The whole rate and no safety: with 60 calls a minute every sum is one of seconds. A call takes up to 12 s."""

LATENCY = 12 * SECOND

OLD: dict[str, Any] = {"accepted_at": NOW - HOUR}


def look(
    *buckets: Bucket,
    live: Sequence[tuple[Batch, Mapping[int, int]]] = (),
    quota: Quota | None = None,
    accounts: Mapping[str, Account] | None = None,
    capacity: Capacity | None = SIXTY,
    hours: Hours = ANY_TIME,
    load: Load = NO_LOAD,
    slowness: float = 1.0,
    tier: Tier | None = None,
    now: int = NOW,
) -> Decisions:
    """One look at some buckets of an account with 60 calls a minute."""
    outlook = Outlook(
        buckets,
        [LiveBatch(batch, shares) for batch, shares in live],
        {KEY: capacity} if capacity else {},
        {KEY: quota} if quota else {},
        {"openai": Account(LIMITS, CAPABILITIES)} if accounts is None else accounts,
        hours={KEY: hours},
        loads={KEY: load},
        slowness={KEY: slowness},
        flex={KEY: tier} if tier else {},
    )
    return decide(outlook, RULES, now)


def due_in(seconds: int, **fields: Any) -> Bucket:
    """A bucket whose last call must start so many seconds from now."""
    values: dict[str, Any] = {"deadline": NOW + seconds * SECOND + LATENCY}
    return a_bucket(**(values | fields))


def calls(decisions: Decisions) -> list[tuple[int, int]]:
    return [(wanted.bucket.id, wanted.calls) for wanted in decisions.wanted]


def opened(decisions: Decisions) -> list[tuple[int, int]]:
    return [(opening.bucket.id, opening.requests) for opening in decisions.openings]


def ahead(decisions: Decisions) -> int:
    """Microseconds until the next look."""
    return decisions.next_at - NOW
