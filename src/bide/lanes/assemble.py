"""Which requests form a batch: how much room there is, and whether a quota makes them wait."""

from dataclasses import dataclass

from bide.core.bucket import Bucket
from bide.core.clock import HOUR, MINUTE
from bide.providers.port import Limits

UNLIMITED = 1 << 62


@dataclass(frozen=True, slots=True)
class Quota:
    """What an account's batch lane still takes for a model. `enqueued` and `limit` in input tokens, None: no limit known."""

    limit: int | None
    enqueued: int
    batches: int
    """Live batches of the model."""
    created_this_hour: int
    refused_at: int | None = None
    """When the provider last said that the quota is full, where that was lately."""


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


@dataclass(frozen=True, slots=True)
class Held:
    """Why a bucket's requests wait."""

    bucket: Bucket
    why: str


CREATE_WINDOW = HOUR
"""Over which providers count the batches that may be created."""


PAUSE = MINUTE
"""After a refusal, before another batch is tried where nothing of ours lies in the queue."""

LONG_PAUSE = 5 * MINUTE
"""The same where not even the smallest batch was taken: the queue is full of somebody else's work, or of what we cannot
know, and every try is an upload, and one of the creates that an hour has."""


def full_until(bucket: Bucket, limits: Limits, quota: Quota) -> int:
    """Until when the queue counts as full although nothing of ours lies there; an instant that has passed where it does not.

    What lies there makes room when it ends, and is waited for (`opening`).
    """
    if quota.refused_at is None or quota.batches:
        return 0
    is_hopeless = quota.limit is not None and quota.limit < _smallest(bucket, limits)
    return quota.refused_at + (LONG_PAUSE if is_hopeless else PAUSE)


def _smallest(bucket: Bucket, limits: Limits) -> int:
    """Tokens of the smallest batch."""
    return limits.min_requests * bucket.waiting.tokens // max(1, bucket.waiting.requests)


def opening(bucket: Bucket, wanted: int, limits: Limits, quota: Quota) -> Opening | Held:
    """Room for a batch of up to `wanted` of a bucket's requests."""
    if quota.created_this_hour >= limits.batches_per_hour:
        return Held(
            bucket, f"{quota.created_this_hour:,} batches were created in the last hour, as many as the provider allows"
        )
    tokens, least = UNLIMITED, 0
    if quota.limit is not None:
        tokens = quota.limit - quota.enqueued
        if tokens < _smallest(bucket, limits) and quota.batches:
            return Held(bucket, f"{quota.enqueued:,} of {quota.limit:,} enqueued tokens are in use")
        if not quota.batches or limits.min_requests > 1:
            # Nothing lies there, so the smallest batch must go, whatever the estimate says; and a smaller one is none.
            least = limits.min_requests
    return Opening(bucket, _share(wanted, limits), limits.max_bytes, tokens, least)


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


def learned_quota(told: int | None, tokens: int, enqueued: int) -> int:
    """The enqueued-token limit to work with after a refusal of a batch of `tokens` beside `enqueued` others.

    `told` is the limit that the refusal named. A refusal below it means that our estimate runs low: count on half of what was
    tried.
    """
    tried = tokens + enqueued
    if told is not None and 0 < told < tried:
        return told
    return max(1, tried // 2)
