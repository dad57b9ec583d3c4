"""What was seen of how long lanes take and of how long requests are: counts that every process adds to, and that each reads as far as they changed."""

from collections.abc import Iterable

from bide.core.batch import Batch
from bide.core.clock import SECOND
from bide.lanes.forecast.cell import Cell, Count, Kind, Lessons, Weight
from bide.store import queries
from bide.store.database import Row, Transaction, Verbs, reads, writes

SQL = queries.load("forecasts")

GRAIN = 5 * SECOND
"""How exactly the moments of a batch's rows are told."""


KINDS = frozenset(Kind)


class Forecasts(Verbs):
    """Verbs over forecasts. What a batch teaches is added by `Batches.harvested`, once, as the batch is."""

    @writes
    async def add(self, transaction: Transaction, lessons: Lessons, now: int) -> None:
        """Add what calls have taught."""
        await record(transaction, lessons, now)

    @reads
    async def changed(self, transaction: Transaction, since: int) -> Lessons:
        """The counts that changed since an instant, as they stand now."""
        return _lessons(await transaction.all(SQL["changed"], instant=since))

    @reads
    async def of_kind(self, transaction: Transaction, kind: Kind) -> Lessons:
        """All counts of a kind, as they stand now."""
        return _lessons(await transaction.all(SQL["of_kind"], kind=kind))

    @reads
    async def done(self, transaction: Transaction, batch: Batch) -> tuple[list[tuple[int, int]], int]:
        """When the requests of a batch were done, in pairs of (instant, so many); and how many were, nobody knows when."""
        rows = await transaction.all(
            SQL["ages"], batch=batch.id, first=batch.first_attempt or 0, last=batch.last_attempt or 0, grain=GRAIN
        )
        told = [(row["moment"] * GRAIN, row["requests"]) for row in rows if row["moment"] is not None]
        return told, sum(row["requests"] for row in rows if row["moment"] is None)

    @writes
    async def forget(self, transaction: Transaction, before: int) -> None:
        """Delete what began before an instant."""
        await transaction.run(SQL["forget"], instant=before)


def _lessons(rows: Iterable[Row]) -> Lessons:
    return {
        Count(
            Cell(row["account"], row["model"], row["lane"], Kind(row["kind"]), row["size"]), row["since"], row["bin"]
        ): Weight(row["ended"], row["gone"])
        for row in rows
        if row["kind"] in KINDS  # a newer bide beside this one may count more
    }


async def record(transaction: Transaction, lessons: Lessons, now: int) -> None:
    """Add lessons, as part of a move; the last rows that it locks, in the order of their keys."""
    for (cell, since, position), (ended, gone) in sorted(lessons.items()):
        await transaction.run(
            SQL["add"],
            account=cell.account,
            model=cell.model,
            lane=cell.lane,
            kind=cell.kind,
            size=cell.size,
            since=since,
            bin=position,
            ended=ended,
            gone=gone,
            now=now,
        )
