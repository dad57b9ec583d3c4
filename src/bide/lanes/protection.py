"""Which buckets the safety net is under, and which come under it later."""

from collections.abc import Iterable, Sequence

from bide.core.bucket import Bucket
from bide.core.deadline import OnMiss
from bide.core.states import JobState
from bide.lanes import rescue
from bide.lanes.capacity import Capacity
from bide.lanes.hours import Hours
from bide.lanes.outlook import Rules
from bide.lanes.rescue import Demand


def is_rescued(bucket: Bucket) -> bool:
    """Whether the safety net is under a bucket."""
    return bucket.protected and bucket.on_miss is OnMiss.RESCUE and bucket.job_state is JobState.RUNNING


def demand(bucket: Bucket) -> Demand:
    """What a bucket may still ask of the real-time capacity. Calls in flight have spent their part of the rate."""
    return Demand(bucket.id, bucket.deadline, bucket.longest, bucket.uncalled)


def demands(buckets: Iterable[Bucket]) -> list[Demand]:
    """Those of all buckets that are rescued."""
    return [demand(bucket) for bucket in buckets if is_rescued(bucket)]


def promoted(buckets: Sequence[Bucket], capacity: Capacity, hours: Hours, rules: Rules, now: int) -> list[Bucket]:
    """Buckets that were beyond the real-time capacity at intake and fit now, with time to spare for their batches."""
    found: list[Bucket] = []
    beyond = [
        bucket
        for bucket in buckets
        if not bucket.protected
        and bucket.on_miss is OnMiss.RESCUE
        and bucket.job_state is JobState.RUNNING
        and bucket.open.requests
        and now < bucket.deadline
    ]
    known = demands(buckets) if beyond else []
    for bucket in beyond:
        trial = [*known, demand(bucket)]
        first = min(start.at for start in rescue.starts(trial, capacity, rules.margins, hours.allowed).values())
        if first >= now + (bucket.deadline - now) * rules.promote_share:
            found.append(bucket)
            known = trial
    return found
