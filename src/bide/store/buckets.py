"""Buckets in the store: made while a job is read, read by planning."""

from dataclasses import dataclass

from bide.core.bucket import Bucket, Part, Phase, Tally
from bide.store import events, queries, records
from bide.store.database import Transaction, Verbs, reads, writes

SQL = queries.load("buckets")


async def count(transaction: Transaction, bucket: int, phase: Phase, change: Tally) -> None:
    """Move a tally by `change`, which may be negative."""
    if change.requests or change.tokens:
        await transaction.run(SQL["count"], bucket=bucket, phase=phase, requests=change.requests, tokens=change.tokens)


async def open_buckets(transaction: Transaction) -> list[Bucket]:
    """Every bucket of every accepted job that has unsettled requests, by deadline."""
    return records.buckets(await transaction.all(SQL["open"]))


@dataclass(frozen=True, slots=True)
class FailedBucket:
    """A bucket of which some requests failed."""

    id: int
    account: str
    model: str
    endpoint: str


class Buckets(Verbs):
    """Verbs over buckets."""

    @writes
    async def ensure(
        self,
        transaction: Transaction,
        owner: str,
        job: int,
        *,
        account: str,
        model: str,
        endpoint: str,
        deadline: int,
        part: Part,
    ) -> int:
        """The id of the bucket with this key."""
        row = await transaction.one(
            SQL["ensure"],
            owner=owner,
            job=job,
            account=account,
            model=model,
            endpoint=endpoint,
            deadline=deadline,
            part=part,
            protected=int(part is not Part.REST),
        )
        assert row is not None
        return row["id"]

    @reads
    async def failed(self, transaction: Transaction, owner: str, job: int) -> list[FailedBucket]:
        """The buckets of a job that have failed requests."""
        rows = await transaction.all(SQL["failed"], owner=owner, job=job)
        return [FailedBucket(row["id"], row["account"], row["model"], row["endpoint"]) for row in rows]

    @writes
    async def protect(self, transaction: Transaction, bucket: Bucket, now: int) -> None:
        """Take a bucket into the protected set: it fits into the real-time capacity after all."""
        if await transaction.run(SQL["protect"], bucket=bucket.id):
            await events.record(
                transaction, bucket.owner, now, "bucket.protected", job=bucket.job_id, requests=bucket.open.requests
            )
