"""Batches before they are handed over: opened, filled from buckets, sealed; and what stands on the lines of their files."""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.core.batch import Batch
from bide.core.batchline import line_overhead
from bide.core.bucket import Bucket, Phase, Tally
from bide.core.decision import UNGROUNDED, Decided
from bide.core.quota import Ceiling
from bide.core.span import Span
from bide.core.states import BatchState, JobState
from bide.store import decisions, events, queries, records, reserve
from bide.store.attempts import newest
from bide.store.buckets import count
from bide.store.database import Transaction, Verbs, reads, writes
from bide.store.fence import Fenced, hold, moved, must

SQL = queries.load("batches")
BUCKETS = queries.load("buckets")


@dataclass(frozen=True, slots=True)
class NewBatch:
    """What a batch is before it has requests."""

    owner: str
    external_id: str
    tag: str
    account: str
    model: str
    endpoint: str
    failed_validations: int = 0
    copy_of: int | None = None
    copy_chance: int | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """What a batch may still take, or has taken: requests, bytes of its file, input tokens.

    `least` requests are taken even where they have more tokens than that.
    """

    requests: int
    size: int
    tokens: int
    least: int = 0


NOTHING_ADDED = Room(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a batch's file: the attempt it is, and where its body lies."""

    attempt: int
    body: Span


class Filling(Verbs):
    """The verbs of `Batches` over batches that are being filled."""

    @writes
    async def open(
        self,
        transaction: Transaction,
        batch: NewBatch,
        bucket: int,
        holder: str,
        lease_until: int,
        now: int,
        decided: Decided = UNGROUNDED,
        ceilings: Sequence[Ceiling] = (),
        least: int = 0,
    ) -> Batch | None:
        """Make a batch that is to be filled from a bucket, and hold it; `decided` says why.

        None when one is being filled already, when nothing more is planned for the bucket's job, or when somebody else has
        taken the last room under the `ceilings`, or the last request, since it was decided.
        """
        if not await reserve.has_place(transaction, batch.account, batch.model, bucket, ceilings, least, now):
            return None
        locked = await transaction.one(BUCKETS["plan"], bucket=bucket)
        if locked is None or locked["job_state"] != JobState.RUNNING:
            return None
        if await transaction.one(SQL["filling"], bucket=bucket) is not None:
            return None
        if await transaction.one(SQL["waits"], bucket=bucket) is None:
            return None
        opened = await open_batch(transaction, batch, now, holder, lease_until)
        await transaction.run(SQL["share"], batch=opened.id, bucket=bucket, requests=0)
        await decisions.record(transaction, batch.owner, decisions.BATCH, decided, now, bucket=bucket, batch=opened.id)
        return opened

    @writes
    async def fill(
        self,
        transaction: Transaction,
        held: Fenced,
        bucket: Bucket,
        room: Room,
        limit: int,
        ceilings: Sequence[Ceiling] = (),
        now: int = 0,
    ) -> Room:
        """Add up to `limit` waiting requests of a bucket, as far as there is room, there and under the `ceilings` that all
        batches of the account share; what was added."""
        batch = await hold(transaction, held, BatchState.OPEN)
        free = await reserve.left(transaction, batch, ceilings, now)
        least = room.least
        if not free.is_alone and free.tokens < room.tokens:
            # Others have taken room since it was decided that so many must go. A smaller batch than that is none.
            if least > 1:
                return NOTHING_ADDED
            least = 0
        locked = await transaction.one(BUCKETS["plan"], bucket=bucket.id)
        if locked is None or locked["job_state"] != JobState.RUNNING:
            return NOTHING_ADDED
        cut = await transaction.one(
            SQL["cut"],
            bucket=bucket.id,
            overhead=line_overhead(bucket.endpoint),
            count=min(limit, room.requests, free.requests),
            size=min(room.size, free.size),
            tokens=min(room.tokens, free.tokens),
            least=least,
        )
        if cut is None or cut["last"] is None:
            return NOTHING_ADDED
        since = await newest(transaction)
        await transaction.run(SQL["fill"], bucket=bucket.id, account=bucket.account, batch=held[0], last=cut["last"])
        return await add_planned(transaction, held, bucket.endpoint, since)

    @writes
    async def seal(self, transaction: Transaction, held: Fenced, now: int) -> Batch:
        """Close the batch: its file is complete."""
        return await seal_batch(transaction, held, now)

    @reads
    async def lines(self, transaction: Transaction, batch: Batch, after: int, limit: int) -> list[Line]:
        """A page of the batch's lines, in the order of its file, above the attempt `after`."""
        rows = await transaction.all(
            SQL["lines"], batch=batch.id, after=after, last=batch.last_attempt or 0, count=limit
        )
        return [Line(row[0], Span(row[1], row[2], row[3], row[4])) for row in rows]

    @reads
    async def attempt_on_line(self, transaction: Transaction, batch: Batch, line: int) -> int | None:
        """The attempt on a line of the batch's file, counted from 1."""
        row = await transaction.one(
            SQL["line"], batch=batch.id, first=batch.first_attempt, last=batch.last_attempt, offset=line - 1
        )
        return row["id"] if row else None


async def open_batch(
    transaction: Transaction, batch: NewBatch, now: int, holder: str | None = None, lease_until: int = 0
) -> Batch:
    row = await transaction.one(
        SQL["insert"],
        now=now,
        holder=holder,
        lease_until=lease_until,
        fence=1 if holder else 0,
        **{name: getattr(batch, name) for name in NewBatch.__slots__},
    )
    assert row is not None
    await events.record(transaction, batch.owner, now, "batch.open", batch=row["id"], tag=batch.tag)
    return records.batch(row)


async def seal_batch(transaction: Transaction, held: Fenced, now: int) -> Batch:
    row = await moved(transaction, "seal", held, now=now)
    await events.record(
        transaction, row["owner"], now, "batch.sealed", batch=row["id"], requests=row["requests"], size=row["size"]
    )
    return records.batch(row)


async def add_planned(transaction: Transaction, held: Fenced, endpoint: str, after: int) -> Room:
    """Account for the attempts above `after` that were just planned in a batch; what they are."""
    batch, _ = held
    total = NOTHING_ADDED
    added = await transaction.all(SQL["added"], batch=batch, after=after)
    await transaction.run(SQL["mark"], batch=batch, after=after)
    for row in added:
        requests, bound = row["requests"], int(row["bound"])
        size = int(row["length"]) + requests * line_overhead(endpoint)
        await transaction.run(SQL["share"], batch=batch, bucket=row["bucket_id"], requests=requests)
        await count(transaction, row["bucket_id"], Phase(row["phase"]), Tally(-requests, -bound))
        await count(transaction, row["bucket_id"], Phase.BATCHED, Tally(requests, bound))
        total = Room(total.requests + requests, total.size + size, total.tokens + int(row["tokens"]))
    if added:
        await must(
            transaction,
            "grow",
            held,
            requests=total.requests,
            size=total.size,
            tokens=total.tokens,
            first=min(row["first"] for row in added),
            last=max(row["last"] for row in added),
        )
    return total
