"""The event log: every move, written in the transaction that makes it."""

import json
from typing import Any

from bide.store import queries
from bide.store.database import Row, Transaction, Verbs, reads

SQL = queries.load("events")


async def record(
    transaction: Transaction,
    owner: str,
    now: int,
    kind: str,
    *,
    job: int | None = None,
    batch: int | None = None,
    **detail: Any,
) -> None:
    """Add an event, as in ``batch.submitted``; `detail` must be JSON."""
    await transaction.run(
        SQL["insert"], owner=owner, at=now, kind=kind, job=job, batch=batch, detail=json.dumps(detail, sort_keys=True)
    )


class Events(Verbs):
    """Reading the log."""

    @reads
    async def of_job(self, transaction: Transaction, owner: str, job: int) -> list[Row]:
        """A job's history, oldest first."""
        return list(await transaction.all(SQL["of_job"], owner=owner, job=job))

    @reads
    async def page(self, transaction: Transaction, owner: str, after: int, last: int, count: int) -> list[Row]:
        """Up to `count` of an owner's events above `after`, up to `last`, oldest first; with the ids of job and batch."""
        return list(await transaction.all(SQL["page"], owner=owner, after=after, last=last, count=count))

    @reads
    async def newest(self, transaction: Transaction) -> int:
        """The highest number there is; 0: none."""
        row = await transaction.one(SQL["newest"])
        assert row is not None
        return row["id"]

    @reads
    async def numbers(self, transaction: Transaction, after: int, count: int) -> list[int]:
        """The numbers above one, of everybody's events. What is missing between them was given up, or is yet to come."""
        return [row["id"] for row in await transaction.all(SQL["numbers"], after=after, count=count)]
