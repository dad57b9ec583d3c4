"""A second copy: another batch for a request whose first batch is unlikely to come back in time.

Whichever answers first is taken, the other is cancelled; if both answer, one is waste. Two copies never cost more than one call
in real time. With a batch at `price` of the real-time price, P1 the chance that the first copy still comes in time and P2 that of
the second, a copy gains ``(1 - price) x P2 x (1 - P1)`` and costs ``price x P1 x P2``, so it pays as long as P1 < 1 - price, whatever
P2 is. But bad luck is shared: where it is the provider that is slow and not the batch, the second is as slow as the first. So P2 is
scaled by what copies have achieved of what was expected of them, and a copy that gains next to nothing is not made.

What both answer is paid twice, so copies have a budget: a small part of what everything answered would have cost in real time. Every
pair of which one is under way that may yet answer for nothing counts as if it would be paid twice, so an outage, after which all of them
come back at once, exceeds it no more than a quiet night.
"""

import sys
from dataclasses import dataclass

from bide.core.batch import Batch
from bide.core.clock import DAY, SECOND
from bide.core.states import BatchState
from bide.lanes.capacity.quota import Held, Quota, Room
from bide.lanes.forecast.efficacy import Efficacy
from bide.lanes.forecast.turnaround import Turnaround
from bide.lanes.plan.group import Grouping, paced
from bide.providers.port import Limits

PRICE = 0.5
"""A batch costs half."""

LEAST_GAIN = 0.01
"""Of the real-time price of a request: what a copy must gain to be worth its calls to the provider."""

AGAIN = 15 * SECOND
"""How often it is looked whether a copy pays by now."""


BUDGET = 0.003
"""Of what the requests of the last day would have cost in real time: while less than this was paid twice, for whatever reason, copies
are made. Calls that pass batches in their cancel are paid twice too and ask nobody, so in days that were played a budget of 0.005 ended
at 0.0053 and one of 0.004 at 0.0049 (two days, slow, one seed)."""

SPENT_SINCE = DAY

NO_BOUND = 1.0
"""As a budget: copies are made as often as they pay."""

WHY = "a second copy: the first batch is unlikely to be back in time"


@dataclass(frozen=True, slots=True)
class Spending:
    """What came of the requests of the last day: what those that are answered would have cost in real time, and what was paid for
    answers that were not needed, in one unit; and how many are answered."""

    listed: float = 0.0
    wasted: float = 0.0
    answered: int = 0

    @property
    def twice(self) -> float:
        """The part of what they would have cost that was paid for nothing."""
        return self.wasted / self.listed if self.listed > 0 else 0.0


NOTHING_SPENT = Spending()


def affordable(spending: Spending, at_stake: int, budget: float) -> int:
    """How many copies may be made while so many requests may yet be paid twice, so that no more than the budget is, whatever comes back.

    Requests count with the mean price of those that are answered; where nothing is, or no price is known, none may be made.
    """
    if budget >= NO_BOUND:
        return sys.maxsize
    if not spending.answered or spending.listed <= 0:
        return 0
    each = PRICE * spending.listed / spending.answered
    return max(0, int((budget * spending.listed - spending.wasted) / each) - at_stake)


def gain(first: float, second: float, factor: float = 1.0) -> float:
    """What a second copy gains, in real-time prices of the request, by the chances of both to come back in time.

    `factor` is the efficacy of copies. Where luck is shared the second rarely comes when the first does not, but it comes all the
    same when the first does: so the factor scales the gain and not the cost.
    """
    return (1 - PRICE) * second * factor * (1 - first) - PRICE * first * second


def may_be_copied(batch: Batch) -> bool:
    """Whether a batch is one that may get a second copy at all: of one request that was not called, under way, and the only one."""
    return (
        batch.requests == 1
        and not batch.rescued
        and batch.state is BatchState.SUBMITTED
        and not batch.cancel_asked
        and batch.copy_of is None
        and not batch.copied
        and batch.submitted_at is not None
    )


def has_room(batch: Batch, left: Room | Held, quota: Quota, limits: Limits, grouping: Grouping) -> bool:
    """Whether there is room for one more batch like this one. Copies come after everything that waits, and count as batches of
    one, which may use a share of the creates of an hour."""
    if isinstance(left, Held) or paced(limits, quota, grouping) < 1:
        return False
    return left.requests >= 1 and left.batches >= 1 and left.tokens >= batch.tokens and left.size >= batch.size


def worth(batch: Batch, needed: int, fresh: Turnaround, efficacy: Efficacy, now: int) -> float | None:
    """The chance with which a second copy comes back in time that is made now; None where it does not pay.

    `needed` is when the request would be called, `fresh` what is expected of a batch of one.
    """
    assert batch.submitted_at is not None
    left = needed - now
    second = fresh.finished(max(0, left))
    if (1 - PRICE) * second * efficacy.factor < LEAST_GAIN:
        return None
    first = fresh.chance(now - batch.submitted_at, left)
    return second if gain(first, second, efficacy.factor) >= LEAST_GAIN else None
