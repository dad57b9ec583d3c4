"""Which requests form a batch: how many, and how large its file may be. What a quota leaves of it is `lanes.capacity.quota`'s."""

from dataclasses import dataclass, field

from bide.core.bucket import Bucket
from bide.core.quota import Ceiling
from bide.lanes.capacity.quota import Room
from bide.providers.port import Limits

MOST_AT_ONCE = 8
"""Batches that calls which come together are divided into: their luck differs, and a burst does not use up the hour's."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A batch to be opened for a bucket, with what it may take: requests, bytes of its file, input tokens.

    `least` requests go even where they have more tokens than that.
    """

    bucket: Bucket
    requests: int
    size: int
    tokens: int
    least: int = 0
    batches: int = 1
    """So many batches like this one may be opened, one after the other."""
    why: str = ""
    ceilings: tuple[Ceiling, ...] = field(default=(), compare=False)
    """What the store reserves its room by."""


def opening(bucket: Bucket, wanted: int, limits: Limits, room: Room, alone: int = 0) -> Opening:
    """A batch of up to `wanted` of a bucket's requests; of one, where up to `alone` of them may have batches of their own."""
    wanted, size = min(wanted, room.requests), min(limits.max_bytes, room.size)
    if alone:
        batches = min(wanted, alone, room.batches, MOST_AT_ONCE)
        requests = -(-wanted // batches)
        return Opening(bucket, requests, size, room.tokens, room.least, batches, ceilings=room.ceilings)
    return Opening(bucket, _share(wanted, limits), size, room.tokens, room.least, ceilings=room.ceilings)


def _share(wanted: int, limits: Limits) -> int:
    """How many of the `wanted` this batch takes: as many as it may, and never so many that what is left over is too few for
    a batch of its own, where a few less avoid that. Spread like this nothing has to be called at twice the price; where
    it cannot be avoided (the two limits lie too close) the rest is the plan's: it waits for returns, or is called.
    """
    most = min(wanted, limits.max_requests)
    left = wanted - most
    if 0 < left < limits.min_requests and wanted >= 2 * limits.min_requests:
        return wanted - limits.min_requests
    return most
