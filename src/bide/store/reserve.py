"""Room in an account's queue, reserved in the transaction that takes it.

Nothing is written down that would have to be given back: a batch counts by its state, from its first request until it has
ended, in whatever way, so a crash or a create that nobody answered keeps exactly what may lie at the provider.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bide.core.quota import Ceiling, Resource
from bide.store import limits, queries
from bide.store.database import Row, Transaction

SQL = queries.load("limits")

UNLIMITED = 1 << 62

BATCHES = (Resource.BATCHES_PER_HOUR, Resource.LIVE_BATCHES, Resource.FILES)
"""What is counted in whole batches."""

AT_ONCE = 500
"""More transactions than reserve room at a time: a PostgreSQL server has 100 sessions unless it is told otherwise."""

MOST: Mapping[Resource, int] = {
    **dict.fromkeys(BATCHES, 1),
    Resource.ENQUEUED_REQUESTS: 100_000,
    Resource.STORED_BYTES: 1 << 30,
}
"""More than any one of them takes. Of tokens nobody can say."""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left for one more chunk of a batch; `is_alone`: nothing else of ours lies there."""

    requests: int = UNLIMITED
    size: int = UNLIMITED
    tokens: int = UNLIMITED
    is_alone: bool = True


async def has_place(
    transaction: Transaction, account: str, model: str, bucket: int, ceilings: Sequence[Ceiling], least: int, now: int
) -> bool:
    """Whether one more batch may be opened. Whoever asks holds the account's queue until the end of the transaction, unless there
    is plenty of room.

    The first request has to fit as well, unless `least` requests go anyway: a batch of none would be opened for nothing.
    """
    if not ceilings:
        return True
    usage = await _usage(transaction, account, model, ceilings, now)
    for ceiling in ceilings:
        used = usage.of(ceiling.resource, account, None if ceiling.shared else model)
        if ceiling.resource in BATCHES and used >= ceiling.limit:
            return False
        if ceiling.resource not in BATCHES and used and used >= ceiling.limit:
            return False
        if ceiling.resource is Resource.ENQUEUED_TOKENS and used and not least:
            first = await transaction.one(SQL["first_tokens"], bucket=bucket)
            if first is not None and used + first["tokens"] > ceiling.limit:
                return False
    return True


async def fits(transaction: Transaction, batch: Row, ceilings: Sequence[Ceiling], now: int) -> bool:
    """Whether one more batch just like this one may be made. Whoever asks holds the account's queue until the end of the
    transaction."""
    if not ceilings:
        return True
    await transaction.lock(SQL["lock_queue"], account=batch["account"])
    usage = await limits.usage(transaction, now)
    takes = {
        Resource.ENQUEUED_TOKENS: batch["tokens"],
        Resource.ENQUEUED_REQUESTS: batch["requests"],
        Resource.STORED_BYTES: batch["size"],
    }
    return all(
        usage.of(one.resource, batch["account"], None if one.shared else batch["model"]) + takes.get(one.resource, 1)
        <= one.limit
        for one in ceilings
    )


async def left(transaction: Transaction, batch: Row, ceilings: Sequence[Ceiling], now: int) -> Left:
    """What the queue still takes of a batch that is being filled. Whoever asks holds the account's queue, unless there is plenty
    of room."""
    growing = [ceiling for ceiling in ceilings if ceiling.resource not in BATCHES]
    if not growing:
        return Left()
    account = batch["account"]
    usage = await _usage(transaction, account, batch["model"], growing, now)
    free: dict[Resource, int] = {}
    is_alone = True
    for ceiling in growing:
        model = None if ceiling.shared else batch["model"]
        free[ceiling.resource] = max(0, ceiling.limit - usage.of(ceiling.resource, account, model))
        is_alone = is_alone and usage.of(Resource.LIVE_BATCHES, account, model) <= 1
    requests, size, tokens = (
        free.get(resource, UNLIMITED)
        for resource in (Resource.ENQUEUED_REQUESTS, Resource.STORED_BYTES, Resource.ENQUEUED_TOKENS)
    )
    return Left(requests, size, tokens, is_alone)


async def _usage(
    transaction: Transaction, account: str, model: str, ceilings: Iterable[Ceiling], now: int
) -> limits.Usage:
    """What is in use. Where not even everybody who may be asking could take the last room together, nobody waits for the others:
    many batches of one are made at a time, and each holds the queue for a whole transaction."""
    usage = await limits.usage(transaction, now)
    if all(
        is_ample(ceiling, usage.of(ceiling.resource, account, None if ceiling.shared else model))
        for ceiling in ceilings
    ):
        return usage
    await transaction.lock(SQL["lock_queue"], account=account)
    return await limits.usage(transaction, now)


def is_ample(ceiling: Ceiling, used: int) -> bool:
    """Whether there is room for all who may be reserving some at this moment."""
    most = MOST.get(ceiling.resource)
    return most is not None and used + AT_ONCE * most <= ceiling.limit
