"""What happens to one bucket now: a batch, calls, the flex tier, or waiting."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bide.core.bucket import Bucket
from bide.core.states import BatchState, Lane
from bide.lanes.capacity.pressure import HORIZON, is_endangered
from bide.lanes.capacity.quota import Held, Queues
from bide.lanes.decision.decision import Decisions, Wanted
from bide.lanes.decision.outlook import Account, Rules
from bide.lanes.forecast.forecast import View
from bide.lanes.hours.hours import ANY_TIME, Hours
from bide.lanes.plan.assemble import opening
from bide.lanes.plan.flex import Tier, share
from bide.lanes.plan.group import singles
from bide.lanes.plan.plan import is_gathering, next_change, plan
from bide.lanes.plan.waiting import Limit, limited
from bide.lanes.rescue.cancel import LONGEST_LEAD
from bide.lanes.rescue.carrier import Carrier, rescue_order
from bide.lanes.rescue.rescue import Start


@dataclass(frozen=True, slots=True)
class Ways:
    """What holds for everything of an (account, model)."""

    rules: Rules
    account: Account
    queues: Queues
    hours: Hours
    pressed: bool
    flex: Tier | None
    forecast: View

    def ahead(self) -> int:
        """How long before its last safe moment a bucket that lies in batches is looked at: for the flex tier's sake before the
        cancels that make way for it."""
        return self.rules.flex.last_stage + LONGEST_LEAD if self.flex is not None else 0


def attend(
    bucket: Bucket, start: Start | None, ways: Ways, carriers: Sequence[Carrier], now: int, decisions: Decisions
) -> None:
    """Add what happens to a bucket whose latest safe start is `start`, and whose requests lie in `carriers`."""
    rules, account, queues, hours = ways.rules, ways.account, ways.queues, ways.hours
    is_plain = hours is ANY_TIME and not ways.pressed
    quiet_until = None if start is None else start.at - ways.ahead()
    if not bucket.idle.requests and is_plain and (quiet_until is None or now < quiet_until):
        if quiet_until is not None and bucket.uncalled.requests:  # all of it lies in batches, and nothing is due
            decisions.next_at = min(decisions.next_at, quiet_until)
        return
    alone = singles(bucket, account.limits, queues.quota(bucket), rules.grouping, now)
    planned = plan(bucket, start, account.capabilities, rules.thresholds, now, account.limits.min_requests, alone)
    batches = account.capabilities.batches(bucket.endpoint) and bucket.batchable
    limit = limited(bucket, planned, start, hours, rules.thresholds, batches, now)
    limit = _flex(bucket, limit, start, ways, carriers, now, decisions)
    planned = limit.plan
    if bucket.uncalled.requests:
        decisions.next_at = min(decisions.next_at, limit.until)
    if planned.batch and not any(carrier.batch.state is BatchState.OPEN for carrier in carriers):
        left = queues.room(bucket, account.limits, now)
        if isinstance(left, Held):
            decisions.held.append(left)
            decisions.next_at = min(decisions.next_at, left.until)
        else:
            made = opening(bucket, planned.batch, account.limits, left, alone)
            decisions.openings.append(replace(made, why=planned.why))
            queues.take(bucket, made.requests, made.tokens, made.batches)
    elif planned.waits:
        decisions.held.append(Held(bucket, planned.why))
    if bucket.gathers_until is not None and not alone and is_gathering(bucket, rules.thresholds, now):
        decisions.next_at = min(decisions.next_at, bucket.gathers_until)
    _want(bucket, start, limit, carriers, ways.pressed, now, decisions)
    if start is not None and bucket.waiting.requests:
        decisions.next_at = min(decisions.next_at, next_change(bucket, start, rules.thresholds, now))


def _flex(
    bucket: Bucket,
    limit: Limit,
    start: Start | None,
    ways: Ways,
    carriers: Sequence[Carrier],
    now: int,
    decisions: Decisions,
) -> Limit:
    """Ask for what is short of time in the flex tier; what is left of the plan."""
    if ways.flex is None or limit.plan.waits or not limit.rescues:
        return limit
    rules = ways.rules
    turnaround = ways.forecast.batch(bucket.account, bucket.model, max(1, bucket.waiting.requests))
    mine = share(
        bucket, limit.plan, start, ways.flex, turnaround.finished, rules.thresholds, rules.margins, rules.flex, now
    )
    if mine.waiting:
        decisions.wanted.append(Wanted(bucket, mine.waiting, (), mine.why, Lane.FLEX))
    if mine.batched:
        beside = rescue_order(carriers)
        decisions.wanted.append(Wanted(bucket, mine.batched, beside, mine.why, Lane.FLEX, waiting=False))
    decisions.next_at = min(decisions.next_at, mine.next_at)
    return replace(limit, plan=mine.plan)


def _want(
    bucket: Bucket,
    start: Start | None,
    limit: Limit,
    carriers: Sequence[Carrier],
    pressed: bool,
    now: int,
    decisions: Decisions,
) -> None:
    planned, outstanding = limit.plan, bucket.uncalled.requests
    due = min(start.due(now), outstanding) if start and limit.rescues else 0
    early = outstanding if pressed and start and limit.rescues and is_endangered(bucket, now) else 0
    calls = max(due, planned.realtime, early)
    if calls:
        why = "the last safe moment has come" if due >= planned.realtime else planned.why
        why = "bursts exceed the rate limit: it is used ahead of them" if early > max(due, planned.realtime) else why
        decisions.wanted.append(Wanted(bucket, calls, rescue_order(carriers), why, flexing=max(due, early) > 0))
    if start is not None and outstanding > due:
        decisions.next_at = min(decisions.next_at, start.next_due(now))
        if pressed and bucket.gathers_until is not None and not early:
            decisions.next_at = min(decisions.next_at, max(now + 1, bucket.deadline - HORIZON + 1))
