"""Caps: what a job may cost at most. What does not fit is held back, in buckets that nobody plans, until answers turn out cheaper
than they might have been (`bide.store.held`).

Kept is nothing but what a bucket's tokens may cost. What is reserved follows from what is open, and what is spent from the buckets'
money, so that no crash loses any of it or keeps it for ever. Bounds are rounded up to 1e-9 USD.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bide.core.bucket import Part, Phase, Tally
from bide.core.decision import Decided
from bide.core.money import Ceiling
from bide.store import buckets, decisions, events, queries
from bide.store.database import Row, Transaction

SQL = queries.load("caps")
BUCKETS = queries.load("buckets")

UNIT = 1_000
"""1e-12 USD in the unit of bounds."""

LAST = 2**63 - 1

HELD = "the job's cap does not hold what these may cost"
"""Why requests wait that are held back."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How much of a job fits under its cap: so many requests, the last of them `last`. All of the job may cost `bound` (1e-12 USD)."""

    requests: int
    guaranteed: int
    last: int
    bound: int


async def measure(
    transaction: Transaction, job: int, ceilings: Mapping[int, Ceiling], cap: int, first: int, last: int
) -> Fit:
    """Note what the buckets of a job that is not accepted yet may cost, and tell how much of it fits."""
    for bucket, ceiling in sorted(ceilings.items()):
        await transaction.run(SQL["set"], bucket=bucket, job=job, input=ceiling.input, output=ceiling.output)
    found = await transaction.one(SQL["fit"], job=job, first=first, last=last, room=cap // UNIT)
    bound = await transaction.one(SQL["bound"], job=job, first=first, last=last)
    assert found is not None
    assert bound is not None
    return Fit(found["requests"], int(found["guaranteed"]), found["last"] or 0, int(bound["bound"]) * UNIT)


async def hold(transaction: Transaction, owner: str, job: int, after: int, why: str, now: int) -> int:
    """Hold back the requests of a job above an id, for the transaction that accepts it; how many they are."""
    held = 0
    for bucket in await transaction.all(SQL["buckets"], job=job):
        target = await move(transaction, bucket, Part.HELD, after + 1, LAST)
        if target is not None:
            number, requests = target
            held += requests
            await decisions.record(transaction, owner, decisions.HOLD, Decided(why, None, {}), now, bucket=number)
    if held:
        await events.record(transaction, owner, now, "requests.held", job=job, requests=held)
    return held


async def move(transaction: Transaction, bucket: Row, part: Part, first: int, last: int) -> tuple[int, int] | None:
    """Move a bucket's waiting requests between two ids to the bucket that is like it but for its part: its row, and how many
    requests; None where there are none."""
    between = {"bucket": bucket["id"], "first": first, "last": last}
    moving = await transaction.one(SQL["moving"], **between)
    if moving is None or not moving["requests"]:
        return None
    target = await buckets.ensure(
        transaction,
        bucket["owner"],
        bucket["job_id"],
        account=bucket["account"],
        model=bucket["model"],
        endpoint=bucket["endpoint"],
        deadline=bucket["deadline"],
        part=part,
        spread=bool(bucket["spread"]),
    )
    await transaction.run(
        SQL["set"], bucket=target, job=bucket["job_id"], input=bucket["input"], output=bucket["output"]
    )
    await transaction.run(BUCKETS["lengthen"], bucket=target, longest=moving["longest"])
    await transaction.run(SQL["move"], **between, target=target)
    change = Tally(moving["requests"], int(moving["tokens"]))
    await buckets.count(transaction, bucket["id"], Phase.WAITING, Tally(-change.requests, -change.tokens))
    await buckets.count(transaction, target, Phase.WAITING, change)
    return target, change.requests
