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
