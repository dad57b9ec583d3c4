"""How single calls are divided into batches: each in one of its own while that is cheap, else together.

A batch of one is its own progress display: it is answered or it is not, so nothing of it is paid twice when it is cancelled,
and its cancel needs no lead. Nor does it wait for others. But a provider allows only so many batches an hour, and those
for which minutes count go first.
"""

import math
from dataclasses import dataclass

from bide.core.bucket import Bucket
from bide.core.clock import HOUR
from bide.core.quota import CREATE_WINDOW, LATELY, Resource
from bide.lanes.capacity.quota import Quota
from bide.providers.port import Limits


@dataclass(frozen=True, slots=True)
class Grouping:
    """When calls get batches of their own: with less than `single_below` microseconds to their deadline, and as long as no
    more than this `share` of the batches is used that the provider allows in an hour, in its even part of that, or at a time."""

    single_below: int = 2 * HOUR
    share: float = 0.5


BY_DEFAULT = Grouping()

OF_BATCHES = frozenset({Resource.BATCHES_PER_HOUR, Resource.LIVE_BATCHES, Resource.FILES})
"""What many small batches use up as fast as many large ones."""


def singles(bucket: Bucket, limits: Limits, quota: Quota, grouping: Grouping, now: int) -> int:
    """How many of a bucket's requests may have batches of their own now."""
    if bucket.gathers_until is None or limits.min_requests > 1 or bucket.deadline - now >= grouping.single_below:
        return 0
    left = paced(limits, quota, grouping)
    for bound in quota.bounds:
        if bound.resource in OF_BATCHES:
            left = min(left, int(bound.limit * grouping.share) - bound.used)
    return max(0, left)


def paced(limits: Limits, quota: Quota, grouping: Grouping) -> int:
    """How many more of the creates of an hour batches of one may use now; negative where others used their part.

    They are used no faster than evenly, or the first minutes of dense traffic would take them all, and what comes in the rest of
    the hour would share batches of many, which cost more where minutes count (10,000 calls in half an hour: 1.06 of what somebody
    who knows the future pays, and 1.00 so).
    """
    most = limits.batches_per_hour * grouping.share
    return min(int(most) - quota.created_this_hour, math.ceil(most * LATELY / CREATE_WINDOW) - quota.created_lately)
