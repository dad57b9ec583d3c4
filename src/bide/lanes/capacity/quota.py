"""What an account's batch lane still takes of a model: quotas as a resource.

A provider bounds what lies in its queue. What does not fit waits here; it is never an error. The least slack goes first, but
not work so short of time that a batch would hardly be back: it would take the room from work that a batch makes cheaper.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bide.core.bucket import Bucket
from bide.core.clock import FAR_FUTURE, MINUTE
from bide.core.quota import (
    HELD_FOR,
    OF_ACCOUNT,
    REFUSALS,
    WORDS,
    Ceiling,
    Documented,
    Resource,
    Source,
    period,
    remembered,
)
from bide.providers.port import Limits

UNLIMITED = 1 << 62

PAUSE = MINUTE
"""After a refusal, before another batch is tried where nothing of ours lies in the queue."""

LONG_PAUSE = 5 * MINUTE
"""The same where not even the smallest batch was taken: the queue is full of somebody else's work, or of what we cannot
know, and every try is an upload, and one of the creates that an hour has."""

LEAST_CHANCE = 0.03
"""A batch that will be back in time with less than this chance takes no room that others want (policy.md)."""

SLIVER = 20
"""Room in storage below this part of the largest file counts as none: it would make batches of a few lines."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A quota of an account's queue besides its enqueued tokens. `shared`: over all models of the account."""

    resource: Resource
    limit: int
    used: int
    shared: bool = False
    source: Source = Source.CONFIGURED


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
    bounds: tuple[Bound, ...] = ()
    frees_at: int = FAR_FUTURE
    """When the oldest create of this hour is an hour old."""
    changes_at: int = FAR_FUTURE
    """When a limit that was learned is next tried at twice its size."""
    created_lately: int = 0
    """Of `created_this_hour`, those of the last 15 minutes (`LATELY`)."""


@dataclass(frozen=True, slots=True)
class Room:
    """What one batch may take of the quota: requests, bytes of its file, input tokens. `least` requests go even where they
    have more tokens than that. `ceilings` are what the store reserves it by."""

    tokens: int = UNLIMITED
    least: int = 0
    requests: int = UNLIMITED
    size: int = UNLIMITED
    batches: int = UNLIMITED
    """How many like it."""
    ceilings: tuple[Ceiling, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Held:
    """Why a bucket's requests wait. `until` is when time alone will change that."""

    bucket: Bucket
    why: str
    until: int = FAR_FUTURE


@dataclass(frozen=True, slots=True)
class Known:
    """A limit, how it is known, and since when where it was learned."""

    limit: int
    source: Source
    learned_at: int | None = None


def limit_of(documented: Documented | None, configured: int | None, learned: Known | None, now: int) -> Known | None:
    """The limit of a quota that counts now: configured first, learned second, documented last. None: there is none, or
    nobody knows it.

    A refusal shows that less is taken than is configured or documented for every account, and is believed until it is
    forgotten; what is documented for the lowest tier counts for nobody.
    """
    most = configured
    if configured is None and documented is not None and not documented.varies:
        most = documented.limit
    if learned is not None and learned.learned_at is not None and (configured is None or learned.source in REFUSALS):
        value = remembered(learned.limit, learned.source, now - learned.learned_at)
        if value is not None and (most is None or value < most):
            return replace(learned, limit=value)
    if most is None:
        return None
    return Known(most, Source.DOCUMENTED if configured is None else Source.CONFIGURED)


def is_shared(resource: Resource, documented: Documented | None) -> bool:
    """Whether all models of an account count together."""
    return resource in OF_ACCOUNT or (documented is not None and documented.shared)


def next_try(learned: Known, now: int) -> int:
    """When a learned limit is next tried at twice its size."""
    if learned.learned_at is None:
        return FAR_FUTURE
    length = period(learned.source)
    return learned.learned_at + (max(0, now - learned.learned_at) // length + 1) * length


def refused_at(learned: Known | None, now: int) -> int | None:
    """When a refusal taught a limit, where that was lately."""
    if learned is None or learned.learned_at is None or learned.source not in REFUSALS:
        return None
    return learned.learned_at if now < learned.learned_at + HELD_FOR else None


def room(bucket: Bucket, limits: Limits, quota: Quota, now: int) -> Room | Held:
    """What a batch of a bucket's requests may take of the quota now."""
    until = full_until(bucket, limits, quota)
    if now < until:
        return Held(bucket, "the provider has just said that its queue is full", until)
    if quota.created_this_hour >= limits.batches_per_hour:
        why = f"{quota.created_this_hour:,} batches were created in the last hour, as many as the provider allows"
        return Held(bucket, why, quota.frees_at)
    found = Room(batches=limits.batches_per_hour - quota.created_this_hour, ceilings=ceilings(limits, quota))
    for bound in quota.bounds:
        left = bound.limit - bound.used
        if left < _smallest_share(bound, limits) and (bound.used or bound.limit < 1):
            why = f"{bound.used:,} of {bound.limit:,} {WORDS[bound.resource]} are in use"
            return Held(bucket, why, quota.changes_at)
        if bound.resource is Resource.ENQUEUED_REQUESTS:
            found = replace(found, requests=max(left, limits.min_requests))
        elif bound.resource is Resource.STORED_BYTES:
            found = replace(found, size=max(left, 1))
        else:
            found = replace(found, batches=min(found.batches, left))
    if quota.limit is None:
        return found
    tokens = quota.limit - quota.enqueued
    if tokens < smallest(bucket, limits) and quota.batches:
        return Held(bucket, f"{quota.enqueued:,} of {quota.limit:,} enqueued tokens are in use", quota.changes_at)
    # Nothing lies there, so the smallest batch must go, whatever the estimate says; and a smaller one is none.
    must_go = not quota.batches or limits.min_requests > 1
    return replace(found, tokens=tokens, least=limits.min_requests if must_go else 0)


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


def _smallest_share(bound: Bound, limits: Limits) -> int:
    """The least that a batch takes of a quota."""
    if bound.resource is Resource.ENQUEUED_REQUESTS:
        return limits.min_requests
    if bound.resource is Resource.STORED_BYTES:
        return max(1, min(limits.max_bytes, bound.limit) // SLIVER)
    return 1


def ceilings(limits: Limits, quota: Quota) -> tuple[Ceiling, ...]:
    """The limits that a reservation of room for a batch keeps to."""
    found = [Ceiling(Resource.BATCHES_PER_HOUR, limits.batches_per_hour, shared=True)]
    if quota.limit is not None:
        found.append(Ceiling(Resource.ENQUEUED_TOKENS, quota.limit))
    return (*found, *(Ceiling(bound.resource, bound.limit, bound.shared) for bound in quota.bounds))


class Queues:
    """What is left of every account's queue while one look shares it out, by (account, model).

    `wanted` is how many tokens wait for a place in each; `chance` tells how probably a batch of a bucket is back in time.
    """

    def __init__(
        self,
        quotas: Mapping[tuple[str, str], Quota],
        wanted: Mapping[tuple[str, str], int],
        chance: Callable[[Bucket], float],
    ) -> None:
        self._quotas = dict(quotas)
        self._wanted = wanted
        self._chance = chance

    def quota(self, bucket: Bucket) -> Quota:
        """What is left for a bucket's model."""
        return self._quotas.get((bucket.account, bucket.model), NO_QUOTA)

    def room(self, bucket: Bucket, limits: Limits, now: int) -> Room | Held:
        """As the function, of what others have left."""
        quota = self.quota(bucket)
        found = room(bucket, limits, quota, now)
        if isinstance(found, Room) and self._is_scarce(bucket, found) and self._chance(bucket) < LEAST_CHANCE:
            return Held(bucket, "a batch would hardly be back in time, and others want its room in the queue")
        return found

    def take(self, bucket: Bucket, requests: int, tokens: int, batches: int = 1) -> None:
        """Count what a batch that is opened now will take, as far as it can be told: the store reserves it to the token."""
        mean = -(-bucket.waiting.tokens // max(1, bucket.waiting.requests))
        amounts = {
            Resource.ENQUEUED_REQUESTS: requests * batches,
            Resource.LIVE_BATCHES: batches,
            Resource.FILES: batches,
        }
        for key, quota in self._quotas.items():
            if key[0] != bucket.account:
                continue
            ours = key[1] == bucket.model
            self._quotas[key] = replace(
                quota,
                enqueued=quota.enqueued + (min(tokens, requests * mean) * batches if ours else 0),
                batches=quota.batches + (batches if ours else 0),
                created_this_hour=quota.created_this_hour + batches,
                created_lately=quota.created_lately + batches,
                bounds=tuple(
                    replace(bound, used=bound.used + amounts.get(bound.resource, 0)) if ours or bound.shared else bound
                    for bound in quota.bounds
                ),
            )

    def _is_scarce(self, bucket: Bucket, left: Room) -> bool:
        """Whether others want what a bucket would take."""
        others = self._wanted.get((bucket.account, bucket.model), 0) - bucket.waiting.tokens
        return left.tokens < UNLIMITED and others > 0 and left.tokens < others + bucket.waiting.tokens


NO_QUOTA = Quota(None, 0, 0, 0)
