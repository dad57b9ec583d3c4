"""Batches that have something to be read: their rows settle attempts, what no row mentions is written off or sent again."""

from collections.abc import Collection, Sequence

from bide.core.batch import Batch
from bide.core.decision import Decided
from bide.core.states import AttemptState, BatchState
from bide.lanes.forecast.cell import Lessons
from bide.store import decisions, events, forecasts, jobs, queries, records
from bide.store.attempts import newest, settle
from bide.store.bodies import NewObject, record_object
from bide.store.database import Transaction, Verbs, reads, writes
from bide.store.fence import Fenced, hold, moved, must
from bide.store.filling import NewBatch, add_planned, open_batch, seal_batch
from bide.store.reports import Report

SQL = queries.load("batches")
ATTEMPTS = queries.load("attempts")

WRITE_OFF_CHUNK = 10_000

AFTER_FAILURE = Decided("the batch before it failed validation, and these requests are not to blame", None, {})


class Landing(Verbs):
    """The verbs of `Batches` over batches whose answers come in."""

    @writes
    async def land(
        self,
        transaction: Transaction,
        held: Fenced,
        reports: Collection[Report],
        answers: Sequence[NewObject],
        *,
        output_rows: int,
        error_rows: int,
        unknown: int,
        now: int,
    ) -> int:
        """Settle a chunk of a result file, and note how far the files have been read. The batch stays in its state.

        `answers` are the objects that hold the responses (`new_object`); `unknown` rows named nothing of ours. Gives how
        many attempts moved.
        """
        batch = await hold(transaction, held)
        await must(transaction, "progress", held, output_rows=output_rows, error_rows=error_rows)
        objects = [await record_object(transaction, batch["owner"], new, now) for new in answers]
        moved = await settle(transaction, reports, now, batch=batch["id"], objects=objects)
        await events.record(
            transaction,
            batch["owner"],
            now,
            "batch.landed",
            batch=batch["id"],
            rows=len(reports),
            moved=moved,
            unknown=unknown,
        )
        return moved

    @reads
    async def missing(self, transaction: Transaction, batch: Batch) -> frozenset[int]:
        """The attempts of a batch about which nothing has been reported."""
        first, last = batch.first_attempt or 0, batch.last_attempt or 0
        rows = await transaction.all(
            ATTEMPTS["unlanded"], batch=batch.id, after=first - 1, last=last, count=max(1, batch.requests)
        )
        return frozenset(row["id"] for row in rows)

    @writes
    async def write_off(
        self, transaction: Transaction, held: Fenced, verdict: AttemptState, after: int, limit: int, now: int
    ) -> int | None:
        """Give every attempt that no row mentioned its end: `refused` where it cannot have run, `lost` where it may have.

        Works through up to `limit` attempts above `after`; gives the last of them, None when there are no more.
        """
        batch = await hold(transaction, held, BatchState.ENDED)
        rows = await transaction.all(
            ATTEMPTS["unlanded"], batch=batch["id"], after=after, last=batch["last_attempt"] or 0, count=limit
        )
        if not rows:
            return None
        reports = [Report(row["id"], verdict, finished_at=now) for row in rows]
        await settle(transaction, reports, now, batch=batch["id"])
        await events.record(
            transaction, batch["owner"], now, "batch.written_off", batch=batch["id"], rows=len(rows), verdict=verdict
        )
        return rows[-1]["id"]

    @writes
    async def divide(
        self,
        transaction: Transaction,
        held: Fenced,
        ejected: Sequence[Report],
        successors: Sequence[tuple[NewBatch, int, int]],
        now: int,
    ) -> list[Batch]:
        """A batch failed before anything of it ran: settle the ejected, and put the others into sealed successors.

        A successor comes with the range of the failed batch's attempts that it takes over. One transaction, so that nobody
        plans the requests in between.
        """
        batch = await hold(transaction, held, BatchState.ENDED)
        await settle(transaction, ejected, now, batch=batch["id"])
        after = (batch["first_attempt"] or 0) - 1
        while rows := await transaction.all(
            ATTEMPTS["unlanded"], batch=batch["id"], after=after, last=batch["last_attempt"] or 0, count=WRITE_OFF_CHUNK
        ):
            refused = [Report(row["id"], AttemptState.REFUSED, finished_at=now) for row in rows]
            await settle(transaction, refused, now, batch=batch["id"])
            after = rows[-1]["id"]
        sealed: list[Batch] = []
        for new, first, last in successors:
            ours = {"source": batch["id"], "first": first, "last": last}
            if await transaction.one(SQL["left"], **ours) is None:
                continue
            successor = await open_batch(transaction, new, now)
            since = await newest(transaction)
            await transaction.run(SQL["regroup"], batch=successor.id, **ours)
            await add_planned(transaction, (successor.id, successor.fence), new.endpoint, since)
            await decisions.record(
                transaction, new.owner, decisions.BATCH, AFTER_FAILURE, now, bucket=None, batch=successor.id
            )
            sealed.append(await seal_batch(transaction, (successor.id, successor.fence), now))
        await events.record(
            transaction,
            batch["owner"],
            now,
            "batch.divided",
            batch=batch["id"],
            ejected=len(ejected),
            successors=[successor.id for successor in sealed],
        )
        return sealed

    @writes
    async def harvested(
        self, transaction: Transaction, held: Fenced, now: int, lessons: Lessons | None = None
    ) -> Batch:
        """Nothing more will come from it. What it teaches the forecast is added with the move, so once."""
        row = await moved(transaction, "harvested", held, now=now)
        await events.record(transaction, row["owner"], now, "batch.harvested", batch=row["id"])
        await _close_jobs(transaction, row["id"], now)
        await forecasts.record(transaction, lessons or {}, now)
        return records.batch(row)

    @writes
    async def cleaned(self, transaction: Transaction, held: Fenced, kept: int, now: int) -> None:
        """Its files at the provider are deleted, but for `kept` that expire by themselves."""
        await must(transaction, "cleaned", held, kept=kept, now=now)


async def _close_jobs(transaction: Transaction, batch: int, now: int) -> None:
    rows = await transaction.all(SQL["jobs"], batch=batch)
    await jobs.close(transaction, [row["job_id"] for row in rows], now)
