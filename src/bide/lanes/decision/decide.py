"""One look at everything that is open, and what to do about it now.

`decide` puts the rules of all rooms together for one instant. The engine fetches an `Outlook`, acts on the `Decisions` and
sleeps until `next_at` or until something changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial

from bide.core.batch import LiveBatch
from bide.core.bucket import Bucket, Phase
from bide.core.clock import FAR_FUTURE
from bide.core.deadline import OnMiss
from bide.core.states import JobState, Lane, RequestState
from bide.lanes.arrival.cache import seeks
from bide.lanes.capacity.capacity import ASSUMED
from bide.lanes.capacity.pressure import NO_LOAD, is_pressed, is_too_late
from bide.lanes.capacity.quota import Queues
from bide.lanes.decision.attend import Ways, attend
from bide.lanes.decision.copying import copy
from bide.lanes.decision.decision import Decisions, GiveUp
from bide.lanes.decision.outlook import Key, Outlook, Rules
from bide.lanes.forecast.forecast import View
from bide.lanes.hours.hours import ANY_TIME
from bide.lanes.plan.flex import shifted, stage
from bide.lanes.plan.plan import is_urgent
from bide.lanes.plan.waiting import cancelled_by_end
from bide.lanes.rescue import rescue
from bide.lanes.rescue.cancel import endings, unwanted
from bide.lanes.rescue.carrier import Carrier
from bide.lanes.rescue.protection import demands, is_rescued, promoted
from bide.lanes.rescue.rescue import Margins, Start


def decide(outlook: Outlook, rules: Rules, now: int) -> Decisions:
    """What to do now about everything that is open."""
    decisions = Decisions()
    groups: dict[Key, list[Bucket]] = defaultdict(list)
    for bucket in outlook.buckets:
        groups[bucket.account, bucket.model].append(bucket)
    carriers = _carriers(outlook.live)
    lined: list[tuple[tuple[int, int, int], Bucket, Ways]] = []
    queues = Queues(outlook.quotas, _waiting(groups), partial(_chance, outlook.forecast, decisions.starts, now))
    for key, buckets in groups.items():
        _give_up(buckets, now, decisions)
        sought = {bucket.id: bucket for bucket in buckets if seeks(bucket, now)}
        decisions.sought.extend(sought.values())
        account = outlook.accounts.get(key[0])
        if account is None:
            continue  # this worker has no credentials for it; another may
        capacity = outlook.capacities.get(key, ASSUMED)
        hours = outlook.hours.get(key, ANY_TIME)
        slow = rules.slowed(outlook.slowness.get(key, 1.0))
        found = rescue.starts(demands(buckets), capacity, slow.margins, hours.allowed)
        decisions.starts.update(found)
        is_barred = now < hours.barred_until(now)  # then nothing is sent ahead of its last safe moment
        pressed = not is_barred and is_pressed(outlook.loads.get(key, NO_LOAD), capacity)
        tier = None if is_barred else outlook.flex.get(key)
        ways = Ways(slow, account, queues, hours, pressed, tier, outlook.forecast)
        lined.extend((_place(bucket, found, now), bucket, ways) for bucket in buckets if bucket.id not in sought)
        stages = {
            bucket.id: stage(bucket, found.get(bucket.id), tier, rules.thresholds, rules.flex, now)
            for bucket in buckets
        }
        mine = {bucket.id: carriers.get(bucket.id, []) for bucket in buckets}
        waiting = {bucket.id: bucket.idle.requests for bucket in buckets}
        what = endings(mine, waiting, shifted(found, stages), now)
        decisions.looks.update(what.looks)
        decisions.cancels.update(what.cancels)
        decisions.cancels.update(cancelled_by_end(buckets, found, hours, carriers, rules.thresholds, now))
        decisions.next_at = min(decisions.next_at, what.next_at)
        decisions.protected.extend(promoted(buckets, capacity, hours, slow.margins, slow.promote_share, now))
    lined.sort(key=lambda one: one[0])
    for _, bucket, ways in lined:
        attend(bucket, decisions.starts.get(bucket.id), ways, carriers.get(bucket.id, ()), now, decisions)
    decisions.cancels.update(unwanted(outlook.buckets, outlook.live))
    if rules.copies:
        copy([(bucket, ways) for _, bucket, ways in lined], carriers, outlook, rules.copy_budget, now, decisions)
    decisions.wanted.sort(key=lambda one: (one.lane is Lane.FLEX, *_order(one.bucket, rules.margins, now)))
    return decisions


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
