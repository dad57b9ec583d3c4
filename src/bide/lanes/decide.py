"""One look at everything that is open, and what to do about it now.

`decide` puts the rules of this folder together for one instant. The engine fetches an `Outlook`, acts on the `Decisions` and
sleeps until `next_at` or until something changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from bide.core.batch import LiveBatch
from bide.core.bucket import Bucket, Phase
from bide.core.clock import FAR_FUTURE
from bide.core.deadline import OnMiss
from bide.core.states import BatchState, JobState, Lane, RequestState
from bide.lanes import rescue
from bide.lanes.assemble import Opening, opening
from bide.lanes.cancel import LONGEST_LEAD, endings, unwanted
from bide.lanes.capacity import ASSUMED, Capacity
from bide.lanes.carrier import Carrier, rescue_order
from bide.lanes.copies import AGAIN, NO_COPIES, Efficacy, may_be_copied, worth
from bide.lanes.flex import USUAL, FlexRules, Tier, share, shifted, stage
from bide.lanes.forecast import View, nothing_seen
from bide.lanes.group import BY_DEFAULT, Grouping, singles
from bide.lanes.hours import ANY_TIME, Hours, Limit, cancelled_by_end, limited
from bide.lanes.plan import Thresholds, is_gathering, is_urgent, next_change, plan
from bide.lanes.pressure import NO_LOAD, Load, is_endangered, is_pressed, is_too_late
from bide.lanes.quota import Held, Queues, Quota
from bide.lanes.rescue import Demand, Margins, Start
from bide.providers.port import Capabilities, Limits

Key = tuple[str, str]
"""(account, model): what a rate limit and a quota are for."""


@dataclass(frozen=True, slots=True)
class Account:
    """What is fixed about a provider account."""

    limits: Limits
    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything that is open at an instant."""

    buckets: Sequence[Bucket]
    live: Sequence[LiveBatch]
    capacities: Mapping[Key, Capacity]
    quotas: Mapping[Key, Quota]
    accounts: Mapping[str, Account]
    hours: Mapping[Key, Hours] = field(default_factory=dict[Key, Hours])
    """When deferred work may be sent; at any time where nothing is said."""
    loads: Mapping[Key, Load] = field(default_factory=dict[Key, Load])
    """What came lately; nothing where nothing is said."""
    slowness: Mapping[Key, float] = field(default_factory=dict[Key, float])
    """By what calls have been seen to exceed the time that is assumed for them."""
    efficacy: Mapping[Key, Efficacy] = field(default_factory=dict[Key, Efficacy])
    """What second copies have achieved."""
    forecast: View = field(default_factory=nothing_seen)
    """How long the lanes take. It chooses lanes and copies; no safe moment rests on it."""
    flex: Mapping[Key, Tier] = field(default_factory=dict[Key, Tier])
    """The flex tiers that there are, and what is in flight there."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that decisions depend on. `promote_share`: a rest that did not fit at intake is protected
    as soon as it fits into what lies beyond this part of the time left."""

    margins: Margins
    thresholds: Thresholds
    promote_share: float
    grouping: Grouping = BY_DEFAULT
    copies: bool = False
    """Whether batches of one may get a second copy."""
    flex: FlexRules = USUAL


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many calls for a bucket now: of its `waiting` requests first, then of the batches in this order, then of what is in
    flight in the flex tier where `flexing` says so. In the lane flex they are asked for in that tier."""

    bucket: Bucket
    calls: int
    carriers: Sequence[Carrier]
    why: str
    lane: Lane = Lane.REALTIME
    waiting: bool = True
    flexing: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Requests of a bucket that get a final state without an answer."""

    bucket: Bucket
    state: RequestState
    phase: Phase


@dataclass(slots=True)
class Decisions:
    """What to do now. `next_at` is when time alone will change the answer."""

    openings: list[Opening] = field(default_factory=list[Opening])
    held: list[Held] = field(default_factory=list[Held])
    wanted: list[Wanted] = field(default_factory=list[Wanted])
    cancels: dict[int, str] = field(default_factory=dict[int, str])
    looks: dict[int, int] = field(default_factory=dict[int, int])
    """By batch, when to poll it at the latest."""
    copies: dict[int, float] = field(default_factory=dict[int, float])
    """Batches that get a second copy, with the chance that it comes back in time though the first does not."""
    given_up: list[GiveUp] = field(default_factory=list[GiveUp])
    protected: list[Bucket] = field(default_factory=list[Bucket])
    starts: dict[int, Start] = field(default_factory=dict[int, Start])
    """The last safe moment of every bucket that is rescued, on which the others rest."""
    next_at: int = FAR_FUTURE


def decide(outlook: Outlook, rules: Rules, now: int) -> Decisions:
    """What to do now about everything that is open."""
    decisions = Decisions()
    groups: dict[Key, list[Bucket]] = defaultdict(list)
    for bucket in outlook.buckets:
        groups[bucket.account, bucket.model].append(bucket)
    carriers = _carriers(outlook.live)
    lined: list[tuple[tuple[int, int, int], Bucket, _Ways]] = []
    queues = Queues(outlook.quotas, _waiting(groups), partial(_chance, outlook.forecast, decisions.starts, now))
    for key, buckets in groups.items():
        _give_up(buckets, now, decisions)
        account = outlook.accounts.get(key[0])
        if account is None:
            continue  # this worker has no credentials for it; another may
        capacity = outlook.capacities.get(key, ASSUMED)
        hours = outlook.hours.get(key, ANY_TIME)
        slow = _slowed(rules, outlook.slowness.get(key, 1.0))
        found = rescue.starts(_demands(buckets), capacity, slow.margins, hours.allowed)
        decisions.starts.update(found)
        pressed = is_pressed(outlook.loads.get(key, NO_LOAD), capacity)
        tier = outlook.flex.get(key)
        ways = _Ways(slow, account, queues, hours, pressed, tier, outlook.forecast)
        lined.extend((_place(bucket, found, now), bucket, ways) for bucket in buckets)
        stages = {
            bucket.id: stage(bucket, found.get(bucket.id), tier, rules.thresholds, rules.flex, now)
            for bucket in buckets
        }
        mine = {bucket.id: carriers.get(bucket.id, []) for bucket in buckets}
        waiting = {bucket.id: bucket.idle.requests for bucket in buckets}
        what = endings(mine, waiting, shifted(found, stages), now)
        decisions.looks.update(what.looks)
        decisions.cancels.update(what.cancels)
        if rules.copies and not pressed:
            _copy(mine, found, key, outlook, now, decisions)
        decisions.cancels.update(cancelled_by_end(buckets, found, hours, carriers, rules.thresholds, now))
        decisions.next_at = min(decisions.next_at, what.next_at)
        decisions.protected.extend(_promoted(buckets, capacity, hours, slow, now))
    for _, bucket, ways in sorted(lined, key=lambda one: one[0]):
        _plan([bucket], decisions.starts, ways, carriers, ways.rules, now, decisions)
    decisions.cancels.update(unwanted(outlook.buckets, outlook.live))
    decisions.wanted.sort(key=lambda one: (one.lane is Lane.FLEX, *_order(one.bucket, rules.margins, now)))
    return decisions


def _slowed(rules: Rules, latency: float) -> Rules:
    margins = rules.margins.slowed(latency)
    return rules if margins is rules.margins else replace(rules, margins=margins)


def is_rescued(bucket: Bucket) -> bool:
    """Whether the safety net is under a bucket."""
    return bucket.protected and bucket.on_miss is OnMiss.RESCUE and bucket.job_state is JobState.RUNNING


def demand(bucket: Bucket) -> Demand:
    """What a bucket may still ask of the real-time capacity. Calls in flight have spent their part of the rate."""
    return Demand(bucket.id, bucket.deadline, bucket.longest, bucket.uncalled)


def _order(bucket: Bucket, margins: Margins, now: int) -> tuple[bool, bool, int, int]:
    """Who is called first: whatever is urgent or promised, by its last call; after it what was promised nothing. What is late
    anyway does not make others late."""
    is_promised = is_urgent(bucket) or is_rescued(bucket)
    return (
        not is_promised,
        is_too_late(bucket, now),
        rescue.last_call(bucket.deadline, bucket.longest, margins),
        bucket.id,
    )


def _demands(buckets: Iterable[Bucket]) -> list[Demand]:
    return [demand(bucket) for bucket in buckets if is_rescued(bucket)]


def _place(bucket: Bucket, found: Mapping[int, Start], now: int) -> tuple[int, int, int]:
    """Where a bucket stands in the line for what queues have left: the least slack first, what nobody rescues last."""
    start = found.get(bucket.id)
    return (start.at - now if start else FAR_FUTURE, bucket.deadline, bucket.id)


def _waiting(groups: Mapping[Key, Iterable[Bucket]]) -> dict[Key, int]:
    """Tokens that wait for a place in each queue."""
    return {key: sum(bucket.waiting.tokens for bucket in buckets) for key, buckets in groups.items()}


def _chance(forecast: View, starts: Mapping[int, Start], now: int, bucket: Bucket) -> float:
    """How probably a batch of a bucket is back before its last safe moment; 1 where it has none."""
    start = starts.get(bucket.id)
    if start is None:
        return 1.0
    turnaround = forecast.batch(bucket.account, bucket.model, max(1, bucket.waiting.requests))
    return turnaround.finished(max(0, start.at - now))


def _carriers(live: Iterable[LiveBatch]) -> dict[int, list[Carrier]]:
    carriers: dict[int, list[Carrier]] = defaultdict(list)
    for one in live:
        for bucket, requests in one.shares.items():
            carriers[bucket].append(Carrier(one.batch, requests))
    return carriers


def _give_up(buckets: Iterable[Bucket], now: int, decisions: Decisions) -> None:
    for bucket in buckets:
        if bucket.job_state is JobState.CANCELLING:
            if bucket.idle.requests:
                decisions.given_up.append(GiveUp(bucket, RequestState.CANCELLED, Phase.WAITING))
        elif bucket.on_miss is OnMiss.EXPIRE:
            if now < bucket.deadline:
                decisions.next_at = min(decisions.next_at, bucket.deadline)
                continue
            if bucket.idle.requests:
                decisions.given_up.append(GiveUp(bucket, RequestState.EXPIRED, Phase.WAITING))
            if bucket.tally(Phase.BATCHED).requests:
                decisions.given_up.append(GiveUp(bucket, RequestState.EXPIRED, Phase.BATCHED))


@dataclass(frozen=True, slots=True)
class _Ways:
    """What holds for everything of an (account, model)."""

    rules: Rules
    account: Account
    queues: Queues
    hours: Hours
    pressed: bool
    flex: Tier | None
    forecast: View

    def ahead(self, rules: Rules) -> int:
        """How long before its last safe moment a bucket that lies in batches is looked at: for the flex tier's sake before the
        cancels that make way for it."""
        return rules.flex.last_stage + LONGEST_LEAD if self.flex is not None else 0


def _plan(
    buckets: Iterable[Bucket],
    found: Mapping[int, Start],
    ways: _Ways,
    carriers: Mapping[int, Sequence[Carrier]],
    rules: Rules,
    now: int,
    decisions: Decisions,
) -> None:
    account, queues, hours = ways.account, ways.queues, ways.hours
    is_plain = hours is ANY_TIME and not ways.pressed
    for bucket in buckets:
        start = found.get(bucket.id)
        quiet_until = None if start is None else start.at - ways.ahead(rules)
        if not bucket.idle.requests and is_plain and (quiet_until is None or now < quiet_until):
            if quiet_until is not None and bucket.uncalled.requests:  # all of it lies in batches, and nothing is due
                decisions.next_at = min(decisions.next_at, quiet_until)
            continue
        alone = singles(bucket, account.limits, queues.quota(bucket), rules.grouping, now)
        planned = plan(bucket, start, account.capabilities, rules.thresholds, now, account.limits.min_requests, alone)
        batches = account.capabilities.batches(bucket.endpoint) and bucket.batchable
        limit = limited(bucket, planned, start, hours, rules.thresholds, batches, now)
        limit = _flex(bucket, limit, start, ways, carriers.get(bucket.id, ()), rules, now, decisions)
        planned = limit.plan
        if bucket.uncalled.requests:
            decisions.next_at = min(decisions.next_at, limit.until)
        mine = carriers.get(bucket.id, ())
        if planned.batch and not any(carrier.batch.state is BatchState.OPEN for carrier in mine):
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
        _want(bucket, start, limit, mine, ways.pressed, now, decisions)
        if start is not None and bucket.waiting.requests:
            decisions.next_at = min(decisions.next_at, next_change(bucket, start, rules.thresholds, now))


def _flex(
    bucket: Bucket,
    limit: Limit,
    start: Start | None,
    ways: _Ways,
    carriers: Sequence[Carrier],
    rules: Rules,
    now: int,
    decisions: Decisions,
) -> Limit:
    """Ask for what is short of time in the flex tier; what is left of the plan."""
    if ways.flex is None or limit.plan.waits or not limit.rescues:
        return limit
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


def _copy(
    carriers: Mapping[int, Sequence[Carrier]],
    found: Mapping[int, Start],
    key: Key,
    outlook: Outlook,
    now: int,
    decisions: Decisions,
) -> None:
    """Second copies of batches that are unlikely to come back in time."""
    efficacy = outlook.efficacy.get(key, NO_COPIES)
    for bucket, batches in carriers.items():
        start = found.get(bucket)
        if start is None:
            continue
        for carrier in batches:
            if not may_be_copied(carrier.batch) or start.at <= now:
                continue
            fresh = outlook.forecast.batch(*key)
            chance = worth(carrier.batch, start.at, fresh, efficacy, now)
            if chance is not None:
                decisions.copies[carrier.batch.id] = chance
            decisions.next_at = min(decisions.next_at, max(now + AGAIN, now + (start.at - now) // 20))


def _promoted(buckets: Sequence[Bucket], capacity: Capacity, hours: Hours, rules: Rules, now: int) -> list[Bucket]:
    """Buckets that were beyond the real-time capacity at intake and fit now, with time to spare for their batches."""
    promoted: list[Bucket] = []
    beyond = [
        bucket
        for bucket in buckets
        if not bucket.protected
        and bucket.on_miss is OnMiss.RESCUE
        and bucket.job_state is JobState.RUNNING
        and bucket.open.requests
        and now < bucket.deadline
    ]
    demands = _demands(buckets) if beyond else []
    for bucket in beyond:
        trial = [*demands, demand(bucket)]
        first = min(start.at for start in rescue.starts(trial, capacity, rules.margins, hours.allowed).values())
        if first >= now + (bucket.deadline - now) * rules.promote_share:
            promoted.append(bucket)
            demands = trial
    return promoted
