"""Which buckets the safety net is under, and which come under it later."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from bide.core.bucket import Bucket
from bide.core.clock import FAR_FUTURE
from bide.core.deadline import OnMiss
from bide.core.states import JobState
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.hours.hours import Hours
from bide.lanes.hours.window import Window
from bide.lanes.rescue.rescue import Demand, Margins, starts, work_of


def is_rescued(bucket: Bucket) -> bool:
    """Whether the safety net is under a bucket."""
    return bucket.protected and bucket.on_miss is OnMiss.RESCUE and bucket.job_state is JobState.RUNNING


def demand(bucket: Bucket) -> Demand:
    """What a bucket may still ask of the real-time capacity. Calls in flight have spent their part of the rate."""
    return Demand(bucket.id, bucket.deadline, bucket.longest, bucket.uncalled)


def demands(buckets: Iterable[Bucket]) -> list[Demand]:
    """Those of all buckets that are rescued."""
    return [demand(bucket) for bucket in buckets if is_rescued(bucket)]


def promoted(
    buckets: Sequence[Bucket], capacity: Capacity, hours: Hours, margins: Margins, share: float, now: int
) -> list[Bucket]:
    """Buckets that were beyond the real-time capacity at intake and fit now, with time to spare for their batches: into what lies
    beyond this `share` of the time left."""
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
    line = Line(demands(buckets) if beyond else (), capacity, margins, hours.allowed)
    for bucket in beyond:
        if line.first_with(demand(bucket)) >= now + (bucket.deadline - now) * share:
            found.append(bucket)
            line = Line([*line.demands, demand(bucket)], capacity, margins, hours.allowed)
    return found


class Line:
    """When the first call of everything that is protected must start, if one more demand were: asked for thousands of them.

    With demands in the order of their last calls, the first start is the least of ``last call(k) - work of all up to k``. So what
    one more does to it follows from sums and least values that are reckoned once. Around a strict blackout all is laid out anew.
    """

    def __init__(
        self, demands: Sequence[Demand], capacity: Capacity, margins: Margins, allowed: Window | None = None
    ) -> None:
        self.demands = demands
        self._capacity, self._margins, self._allowed = capacity, margins, allowed
        ordered = sorted((one.last_call(margins), work_of(one, capacity, margins)) for one in demands)
        self._lasts = [last for last, _ in ordered]
        self._works = [0, *accumulate(work for _, work in ordered)]
        spare = [last - work for last, work in zip(self._lasts, self._works[1:], strict=True)]
        self._before = [FAR_FUTURE, *accumulate(spare, min)]
        self._from = [FAR_FUTURE, *accumulate(reversed(spare), min)][::-1]

    def first_with(self, demand: Demand) -> int:
        """The earliest start of all of them and of this one."""
        if self._allowed is not None:
            laid_out = starts([*self.demands, demand], self._capacity, self._margins, self._allowed)
            return min(start.at for start in laid_out.values())
        last, work = demand.last_call(self._margins), work_of(demand, self._capacity, self._margins)
        place = bisect_right(self._lasts, last)
        return min(self._before[place], last - self._works[place] - work, self._from[place] - work)
