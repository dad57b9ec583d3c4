"""What an account's batch lane still takes of a model: quotas as a resource.

A provider bounds what lies in its queue. What does not fit waits here; it is never an error.
"""

from dataclasses import dataclass

from bide.core.bucket import Bucket
from bide.core.clock import FAR_FUTURE, HOUR, MINUTE
from bide.providers.port import Limits

UNLIMITED = 1 << 62

CREATE_WINDOW = HOUR
"""Over which providers count the batches that may be created."""

PAUSE = MINUTE
"""After a refusal, before another batch is tried where nothing of ours lies in the queue."""

LONG_PAUSE = 5 * MINUTE
"""The same where not even the smallest batch was taken: the queue is full of somebody else's work, or of what we cannot
know, and every try is an upload, and one of the creates that an hour has."""


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
class Room:
    """What one batch may take of the quota. `least` requests go even where they have more tokens than that."""

    tokens: int = UNLIMITED
    least: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """Why a bucket's requests wait. `until` is when time alone will change that."""

    bucket: Bucket
    why: str
    until: int = FAR_FUTURE


def room(bucket: Bucket, limits: Limits, quota: Quota, now: int) -> Room | Held:
    """What a batch of a bucket's requests may take of the quota now."""
    until = full_until(bucket, limits, quota)
    if now < until:
        return Held(bucket, "the provider has just said that its queue is full", until)
    if quota.created_this_hour >= limits.batches_per_hour:
        return Held(
            bucket, f"{quota.created_this_hour:,} batches were created in the last hour, as many as the provider allows"
        )
    if quota.limit is None:
        return Room()
    tokens = quota.limit - quota.enqueued
    if tokens < smallest(bucket, limits) and quota.batches:
        return Held(bucket, f"{quota.enqueued:,} of {quota.limit:,} enqueued tokens are in use")
    # Nothing lies there, so the smallest batch must go, whatever the estimate says; and a smaller one is none.
    must_go = not quota.batches or limits.min_requests > 1
    return Room(tokens, limits.min_requests if must_go else 0)


def full_until(bucket: Bucket, limits: Limits, quota: Quota) -> int:
    """Until when the queue counts as full although nothing of ours lies there; an instant that has passed where it does not.

    What lies there makes room when it ends, and is waited for (`room`).
    """
    if quota.refused_at is None or quota.batches:
        return 0
    is_hopeless = quota.limit is not None and quota.limit < smallest(bucket, limits)
    return quota.refused_at + (LONG_PAUSE if is_hopeless else PAUSE)


def smallest(bucket: Bucket, limits: Limits) -> int:
    """Tokens of the smallest batch."""
    return limits.min_requests * bucket.waiting.tokens // max(1, bucket.waiting.requests)


def learned_quota(told: int | None, tokens: int, enqueued: int) -> int:
    """The enqueued-token limit to work with after a refusal of a batch of `tokens` beside `enqueued` others.

    `told` is the limit that the refusal named. A refusal below it means that our estimate runs low: count on half of what was
    tried.
    """
    tried = tokens + enqueued
    if told is not None and 0 < told < tried:
        return told
    return max(1, tried // 2)
