"""Which batches get a second copy now: those for which it pays (`bide.lanes.plan.copies`), the least slack first, as far as the budget allows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bide.core.batch import LiveBatch
from bide.core.bucket import Bucket
from bide.lanes.decision.attend import Ways
from bide.lanes.decision.decision import Decisions
from bide.lanes.decision.outlook import Key, Outlook
from bide.lanes.forecast.efficacy import NO_COPIES
from bide.lanes.plan.copies import AGAIN, NOTHING_SPENT, affordable, has_room, may_be_copied, worth
from bide.lanes.rescue.carrier import Carrier


def copy(
    lined: Iterable[tuple[Bucket, Ways]],
    carriers: Mapping[int, Sequence[Carrier]],
    outlook: Outlook,
    budget: float,
    now: int,
    decisions: Decisions,
) -> None:
    """Add the second copies to what was decided about these buckets and their batches."""
    left: dict[Key, int] = {}
    at_stake = _at_stake(outlook.live)
    for bucket, ways in lined:
        key = bucket.account, bucket.model
        if _may_copy(bucket, ways, outlook, now, decisions):
            if key not in left:
                left[key] = affordable(outlook.spending.get(key, NOTHING_SPENT), at_stake[key], budget)
            left[key] -= _copies(bucket, ways, carriers.get(bucket.id, ()), left[key], outlook, now, decisions)


def _at_stake(live: Iterable[LiveBatch]) -> Counter[Key]:
    """How many requests may yet be paid twice for the sake of a copy, by account and model: those of copies that are under way, and
    of batches that are cancelled, or soon will be, because their copy or a call has answered: until they have ended they may as well."""
    pairs = {
        (one.batch.account, one.batch.model, one.batch.copy_of or one.batch.id)
        for one in live
        if one.batch.copy_of is not None or (one.batch.copied and (one.batch.cancel_asked or not one.is_needed))
    }
    return Counter((account, model) for account, model, _ in pairs)


def _may_copy(bucket: Bucket, ways: Ways, outlook: Outlook, now: int, decisions: Decisions) -> bool:
    """What may be asked for in flex needs no copies: that costs the same, and is likelier to be answered."""
    start = decisions.starts.get(bucket.id)
    return (
        start is not None
        and start.at > now
        and bucket.batchable
        and not ways.pressed
        and (bucket.account, bucket.model) not in outlook.flex
        and ways.hours.is_open(now)
    )


def _copies(
    bucket: Bucket, ways: Ways, carriers: Iterable[Carrier], most: int, outlook: Outlook, now: int, decisions: Decisions
) -> int:
    """Copies of batches of a bucket that are unlikely to come back in time, up to `most`; how many."""
    start, key = decisions.starts[bucket.id], (bucket.account, bucket.model)
    limits, queues, grouping = ways.account.limits, ways.queues, ways.rules.grouping
    efficacy, made = outlook.efficacy.get(key, NO_COPIES), 0
    for batch in (one.batch for one in carriers if one.batch.account == bucket.account and may_be_copied(one.batch)):
        decisions.next_at = min(decisions.next_at, max(now + AGAIN, now + (start.at - now) // 20))
        if made >= most:
            break  # looked at again, for a copy that ends makes room
        chance = worth(batch, start.at, outlook.forecast.batch(*key), efficacy, now)
        if chance is not None and batch.id not in decisions.cancels:
            left = queues.room(bucket, limits, now)
            if has_room(batch, left, queues.quota(bucket), limits, grouping):
                decisions.copies[batch.id] = chance
                queues.take(bucket, 1, batch.tokens)
                made += 1
    return made
