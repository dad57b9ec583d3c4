"""Requests in the store: added while a job is read, read back as results, given up in bulk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from bide.core.bucket import Bucket, Phase, Tally
from bide.core.job import Job
from bide.core.states import RequestState
from bide.store import budgets, deliveries, events, jobs, queries
from bide.store.buckets import count
from bide.store.database import Row, Transaction, Verbs, reads, writes

SQL = queries.load("requests")
BUCKETS = queries.load("buckets")
CACHE = queries.load("cache")

NewRequest = tuple[int, int, str, int, int, int, int, int]
"""(bucket, line, custom_id, start, length, checksum, input tokens, output tokens), in the order of the query `insert`."""

Alike = tuple[bytes | None, int | None]
"""(likeness, how old an answer may be in microseconds), both None for a request that is to have an answer of its own."""

BUCKET, LINE, CUSTOM_ID, INPUT_TOKENS, OUTPUT_TOKENS = 0, 1, 2, 6, 7


@dataclass(frozen=True, slots=True)
class NewRequests:
    """Requests of a job whose bodies lie in one object."""

    owner: str
    job: int
    object_id: int
    queued_at: int
    rows: Sequence[NewRequest]
    alike: Sequence[Alike] | None = None
    """Of each row, how its exact repeats are known; None: nothing of the job is answered from what is kept, or kept."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A request whose `custom_id` the job already has; `first_line` is where."""

    line: int
    custom_id: str
    first_line: int


class Requests(Verbs):
    """Verbs over requests."""

    @writes
    async def add(self, transaction: Transaction, new: NewRequests) -> list[Repeat]:
        """Add requests to a job that is being read; those that repeat a `custom_id` are left out and returned."""
        rows, repeats = new.rows, list[Repeat]()
        shared = {"owner": new.owner, "job": new.job, "object": new.object_id, "now": new.queued_at}
        added = await insert(transaction, rows, new.alike, shared)
        if added != len(rows):
            repeats = await self._repeats(transaction, new)
        left_out = {repeat.line for repeat in repeats}
        kept = [row for row in rows if row[LINE] not in left_out] if left_out else rows
        buckets = sorted(set(map(itemgetter(BUCKET), kept)))
        for bucket in buckets:
            mine = kept if len(buckets) == 1 else [row for row in kept if row[BUCKET] == bucket]
            outputs = list(map(itemgetter(OUTPUT_TOKENS), mine))
            tokens = sum(outputs) + sum(map(itemgetter(INPUT_TOKENS), mine))
            await count(transaction, bucket, Phase.WAITING, Tally(len(mine), tokens))
            await transaction.run(BUCKETS["lengthen"], bucket=bucket, longest=max(outputs))
            if new.alike is not None:
                await transaction.run(CACHE["seek"], bucket=bucket, after=0)
        return repeats

    async def _repeats(self, transaction: Transaction, new: NewRequests) -> list[Repeat]:
        repeats: list[Repeat] = []
        for row in new.rows:
            found = await transaction.one(SQL["find_custom_id"], owner=new.owner, job=new.job, custom_id=row[CUSTOM_ID])
            if found is not None and found["line"] != row[LINE]:
                repeats.append(Repeat(row[LINE], row[CUSTOM_ID], found["line"]))
        return repeats

    @reads
    async def newest(self, transaction: Transaction) -> int:
        """The highest id there is; a job that is read from now on lies above it."""
        return await newest(transaction)

    @reads
    async def extent(self, transaction: Transaction, job: int, after: int) -> tuple[int | None, int | None]:
        """The first and the last id of a job's requests above `after`; their ids ascend in the order of its input."""
        return await extent(transaction, job, after)

    @reads
    async def results(self, transaction: Transaction, owner: str, job: Job, after: int, limit: int) -> Sequence[Row]:
        """A page of a job's requests in the order of its input, with the attempt that settled each.

        Columns: id, line, custom_id, state, lane, status, code, message, object_id, start, length, checksum, amount, attempt,
        response, deadline, settled_at.
        """
        return await transaction.all(
            SQL["results"], owner=owner, job=job.id, after=after, last=job.last_request or 0, count=limit
        )

    @writes
    async def give_up(
        self, transaction: Transaction, bucket: Bucket, state: RequestState, phase: Phase, limit: int, now: int
    ) -> int:
        """Settle up to `limit` of a bucket's requests without an answer, as `cancelled` or `expired`.

        `phase` is where to take them from: `waiting` (the stubborn ones too), or `batched` (then an answer that still comes is a late one).
        Gives how many there were.
        """
        if await transaction.one(BUCKETS["lock"], bucket=bucket.id) is None:
            return 0
        if phase is Phase.WAITING:
            rows = await transaction.all(SQL["settle_waiting"], bucket=bucket.id, state=state, now=now, count=limit)
        else:
            rows = await transaction.all(
                SQL["settle_batched"], job=bucket.job_id, bucket=bucket.id, state=state, now=now, count=limit
            )
        if rows:
            moved = Tally(len(rows), sum(row["tokens"] for row in rows))
            for left in (Phase.WAITING, Phase.STUBBORN, Phase.BATCHED):
                tokens = [row["tokens"] for row in rows if row["phase"] == left]
                await count(transaction, bucket.id, left, Tally(-len(tokens), -sum(tokens)))
            await count(transaction, bucket.id, Phase(state), moved)
            await events.record(
                transaction, bucket.owner, now, f"requests.{state}", job=bucket.job_id, requests=moved.requests
            )
            await jobs.close(transaction, [bucket.job_id], now)
            await budgets.release(transaction, bucket.job_id, rows)
            await deliveries.wake_settled(transaction, bucket.job_id, now)
        return len(rows)


async def insert(
    transaction: Transaction, rows: Sequence[NewRequest], alike: Sequence[Alike] | None, shared: Mapping[str, object]
) -> int:
    """Add requests, `shared` being what they have in common; how many were no repeats."""
    if alike is None:
        return await transaction.many(SQL["insert"], rows, **shared)
    both = [(*row, *like) for row, like in zip(rows, alike, strict=True)]
    return await transaction.many(SQL["insert_alike"], both, **shared)


async def newest(transaction: Transaction) -> int:
    """As the verb, within a transaction."""
    row = await transaction.one(SQL["newest"])
    assert row is not None
    return row["id"]


async def extent(transaction: Transaction, job: int, after: int) -> tuple[int | None, int | None]:
    """As the verb, within a transaction."""
    first = await transaction.one(SQL["first"], job=job, after=after)
    last = await transaction.one(SQL["last"], job=job, after=after)
    return (first["id"] if first else None), (last["id"] if last else None)
