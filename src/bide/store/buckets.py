"""Buckets in the store: made while a job is read, read by planning."""

from bide.core.bucket import Bucket, Part, Phase, Tally
from bide.store import events, queries, records
from bide.store.database import Transaction, Verbs, reads, writes

SQL = queries.load("buckets")


async def count(transaction: Transaction, bucket: int, phase: Phase, change: Tally) -> None:
    """Move a tally by `change`, which may be negative."""
    if change.requests or change.tokens:
        await transaction.run(SQL["count"], bucket=bucket, phase=phase, requests=change.requests, tokens=change.tokens)


async def open_buckets(transaction: Transaction) -> tuple[list[Bucket], list[Bucket]]:
    """Every bucket of every accepted job that has unsettled requests, by deadline: those to be planned, and those that are held."""
    rows = await transaction.all(SQL["open"])
    held = [row for row in rows if row["part"] == Part.HELD]
    planned = [row for row in rows if row["part"] != Part.HELD] if held else rows
    return records.buckets(planned), records.buckets(held)


async def ensure(
    transaction: Transaction,
    owner: str,
    job: int,
    *,
    account: str,
    model: str,
    endpoint: str,
    deadline: int,
    part: Part,
    spread: bool = False,
) -> int:
    """As the verb, within a transaction."""
    row = await transaction.one(
        SQL["ensure"],
        owner=owner,
        job=job,
        account=account,
        model=model,
        endpoint=endpoint,
        deadline=deadline,
        part=part,
        protected=int(part in (Part.GUARANTEED, Part.ASSUMED)),
        spread=int(spread),
    )
    assert row is not None
    return row["id"]


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
        spread: bool = False,
    ) -> int:
        """The id of the bucket with this key; `spread`: other accounts may serve its requests as well."""
        return await ensure(
            transaction,
            owner,
            job,
            account=account,
            model=model,
            endpoint=endpoint,
            deadline=deadline,
            part=part,
            spread=spread,
        )

    @reads
    async def arrivals(self, transaction: Transaction, since: int, horizon: int) -> list[tuple[str, str, int, Tally]]:
        """(account, model, instant, how much) of the single calls that came since an instant with less time than `horizon`."""
        rows = await transaction.all(SQL["arrivals"], since=since, horizon=horizon)
        return [
            (row["account"], row["model"], row["accepted_at"], Tally(int(row["requests"]), int(row["tokens"])))
            for row in rows
        ]

    @reads
    async def spending(self, transaction: Transaction, since: int) -> list[tuple[str, str, float, float, int]]:
        """(account, model, listed, wasted, answered) of the requests of jobs that were accepted since an instant: what those that are
        answered would have cost in real time, what was paid for nothing (both in 1e-12 USD), and how many are answered; what was
        answered with what is kept among them."""
        rows = await transaction.all(SQL["spending"], since=since)
        return [
            (row["account"], row["model"], float(row["listed"]), float(row["wasted"]), int(row["answered"]))
            for row in rows
        ]

    @writes
    async def protect(self, transaction: Transaction, bucket: Bucket, now: int) -> None:
        """Take a bucket into the protected set: it fits into the real-time capacity after all."""
        if await transaction.run(SQL["protect"], bucket=bucket.id):
            await events.record(
                transaction, bucket.owner, now, "bucket.protected", job=bucket.job_id, requests=bucket.open.requests
            )
