"""How single calls are divided into batches: each in one of its own while that is cheap, else together.

A batch of one is its own progress display: it is answered or it is not, so nothing of it is paid twice when it is cancelled,
and its cancel needs no lead. Nor does it wait for others. But a provider allows only so many batches an hour, and those
for which minutes count go first.
"""

from dataclasses import dataclass

from bide.core.bucket import Bucket
from bide.core.clock import HOUR
from bide.lanes.quota import Quota
from bide.providers.port import Limits


@dataclass(frozen=True, slots=True)
class Grouping:
    """When calls get batches of their own: with less than `single_below` microseconds to their deadline, and as long as no
    more than this `share` of the batches that the provider allows in an hour is used."""

    single_below: int = 2 * HOUR
    share: float = 0.5


BY_DEFAULT = Grouping()


def singles(bucket: Bucket, limits: Limits, quota: Quota, grouping: Grouping, now: int) -> int:
    """How many of a bucket's requests may have batches of their own now."""
    if bucket.gathers_until is None or limits.min_requests > 1 or bucket.deadline - now >= grouping.single_below:
        return 0
    return max(0, int(limits.batches_per_hour * grouping.share) - quota.created_this_hour)
