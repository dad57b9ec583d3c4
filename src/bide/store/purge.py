"""Purging: what is over and has been kept for long enough goes, in small transactions, one worker at a time.

A job goes in steps. It is taken from its owner, so that nobody finds half of it; its requests go by the chunk, with their
attempts and answers; then the job itself. Its objects lose their rows' references in those transactions and are marked; only
afterwards their files are removed, and then their rows. Whatever a crash leaves, the next purge finds: a job that was taken,
or a marked object. The ledger stays, with what its entries say themselves.

Every step names the number of the lease under which it runs; one that finds it gone raises `LeaseLostError`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.core.clock import FAR_FUTURE
from bide.core.errors import LeaseLostError
from bide.core.job import Job
from bide.lanes.outcome.retention import Horizon
from bide.store import events, jobs, queries, records
from bide.store.bodies import INLINE, READ, Bodies, name_of
from bide.store.database import Database, Transaction, Verbs, reads, writes

SQL = queries.load("purge")
CACHE = queries.load("cache")

REQUESTS = 1_000
"""Requests that go in one transaction, with their attempts and answers."""

ROWS = 5_000
"""Rows of the event log, of passages or of the ledger that are gone through in one transaction."""

OBJECTS = 100
"""Objects that are removed between two looks."""

GATHERED = "calls"
"""The kind of a job whose bodies lie in many objects, one for each group of calls."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The lease of a purge: its number, and until when each step renews it."""

    fence: int
    until: int


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a table has been gone through: behind which number to go on (None: nothing more is old), and what went."""

    after: int | None
    gone: int


class Purge(Verbs):
    """Verbs of a purge."""

    def __init__(self, database: Database, bodies: Bodies) -> None:
        super().__init__(database)
        self._bodies = bodies

    @writes
    async def claim(
        self, transaction: Transaction, holder: str, now: int, lease_until: int, *, at_once: bool = False
    ) -> int | None:
        """The number of a new lease; None where another worker holds it, or, unless `at_once`, where it is not yet due."""
        row = await transaction.one(
            SQL["claim"], holder=holder, now=now, lease_until=lease_until, due_by=FAR_FUTURE if at_once else now
        )
        return None if row is None else row["fence"]

    @writes
    async def rest(self, transaction: Transaction, fence: int, due_at: int) -> None:
        """Nothing more is to go until then."""
        await transaction.run(SQL["rest"], fence=fence, due_at=due_at)

    @reads
    async def eligible(self, transaction: Transaction, horizon: Horizon, now: int, count: int) -> list[Job]:
        """Up to `count` jobs that may go, those that were over first first."""
        rows = await transaction.all(SQL["eligible"], job=0, count=count, **_bounds(horizon, now))
        return [records.job(row) for row in rows]

    @reads
    async def taken(self, transaction: Transaction, count: int) -> list[Job]:
        """Jobs that were taken and have not gone to their end."""
        return [records.job(row) for row in await transaction.all(SQL["taken"], count=count)]

    @writes
    async def take(self, transaction: Transaction, hold: Hold, job: Job, horizon: Horizon, now: int) -> bool:
        """Take a job from its owner; False where it may not go after all. Its event tells whose it was, and its name."""
        await _hold(transaction, hold)
        await transaction.lock(jobs.SQL["lock"], job=job.id)
        row = await transaction.one(SQL["eligible"], job=job.id, count=1, **_bounds(horizon, now))
        if row is None:
            return False
        for name in ("take_files", "take_served", "take_message_batches", "take"):
            await transaction.run(SQL[name], job=job.id)
        await events.record(
            transaction, job.owner, now, "job.purged", job=job.id, id=job.external_id, requests=job.requests
        )
        return True

    @writes
    async def thin(self, transaction: Transaction, hold: Hold, job: Job, after: int) -> int | None:
        """Delete the next requests of a job that was taken; behind which to go on, None when there are no more."""
        await _hold(transaction, hold)
        first = max(after + 1, job.first_request or 0)
        row = await transaction.one(SQL["chunk"], job=job.id, first=first, last=job.last_request or 0, count=REQUESTS)
        assert row is not None
        if not row["requests"]:
            return None
        chunk = {"job": job.id, "first": row["first"], "last": row["last"]}
        objects: Sequence[int] = []
        if job.kind == GATHERED:
            objects = [one["object_id"] for one in await transaction.all(SQL["objects_of_chunk"], **chunk)]
        await transaction.run(CACHE["forget_of_job"], **chunk)
        for name in ("answers", "attempts", "served_lines", "calls", "requests"):
            await transaction.run(SQL[f"delete_{name}"], **chunk)
        if objects:
            left = {one["object_id"] for one in await transaction.all(SQL["objects_left"], job=job.id)}
            for one in objects:
                if one not in left:
                    await transaction.run(SQL["delete_content"], object=one)
                    await transaction.run(SQL["orphan_object"], object=one)
        return row["last"]

    @writes
    async def finish(self, transaction: Transaction, hold: Hold, job: Job) -> None:
        """Delete what is left of a job whose requests are gone, and mark its objects."""
        await _hold(transaction, hold)
        for name in ("tallies", "shares", "decisions", "caps"):
            await transaction.run(SQL[f"delete_{name}"], job=job.id)
        await transaction.run(SQL["free_decisions"], job=job.id)
        for name in ("buckets", "tries", "deliveries", "files", "served", "message_batches"):
            await transaction.run(SQL[f"delete_{name}"], job=job.id)
        for kind in READ:
            await transaction.run(SQL["orphan_named"], name=name_of(kind, job.external_id))
        await transaction.run(SQL["delete_job"], job=job.id)

    @reads
    async def empty_batches(self, transaction: Transaction, horizon: Horizon, count: int) -> list[tuple[int, str]]:
        """Batches all of whose jobs are gone: their numbers and tags."""
        rows = await transaction.all(SQL["empty_batches"], before=horizon.jobs, count=count)
        return [(row["id"], row["tag"]) for row in rows]

    @writes
    async def drop_batch(self, transaction: Transaction, hold: Hold, batch: int, tag: str) -> None:
        """Delete a batch, and mark the objects of its answers."""
        await _hold(transaction, hold)
        await transaction.run(SQL["delete_batch_decisions"], batch=batch)
        await transaction.run(CACHE["hold_answers"], prefix=f"answers-{tag}-")
        await transaction.run(SQL["orphan_answers"], prefix=f"answers-{tag}-")
        await transaction.run(SQL["free_copy"], batch=batch)
        await transaction.run(SQL["delete_batch"], batch=batch)

    @writes
    async def forget_kept(self, transaction: Transaction, hold: Hold, before: int, now: int) -> int:
        """Forget answers that were kept and whose time is over, and those of calls that were passed on before an instant; how many
        went, up to a few thousand."""
        await _hold(transaction, hold)
        return await transaction.run(CACHE["forget_old"], before=before, now=now, count=REQUESTS)

    @writes
    async def release(self, transaction: Transaction, hold: Hold, after: int) -> int | None:
        """Mark objects of kept answers into which nothing points any more; behind which to go on, None when there are no more."""
        await _hold(transaction, hold)
        rows = await transaction.all(CACHE["held"], after=after, count=REQUESTS)
        for row in rows:
            if not row["used"]:
                await transaction.run(SQL["delete_content"], object=row["id"])
                await transaction.run(SQL["orphan_object"], object=row["id"])
        return rows[-1]["id"] if rows else None

    async def sweep(self, hold: Hold, after: int) -> int | None:
        """Remove the files of marked objects, then their rows; behind which to go on, None when there are no more."""
        orphans = await self._orphans(after)
        for _, name in orphans:
            if not name.startswith(INLINE):
                await self._bodies.objects.delete(name)
        if not orphans:
            return None
        await self._swept(hold, [object_id for object_id, _ in orphans])
        return orphans[-1][0]

    @reads
    async def _orphans(self, transaction: Transaction, after: int) -> list[tuple[int, str]]:
        rows = await transaction.all(SQL["orphans"], after=after, count=OBJECTS)
        return [(row["id"], row["name"]) for row in rows]

    @writes
    async def _swept(self, transaction: Transaction, hold: Hold, objects: Sequence[int]) -> None:
        await _hold(transaction, hold)
        for one in objects:
            await transaction.run(SQL["delete_object"], object=one)

    @writes
    async def walk(self, transaction: Transaction, hold: Hold, table: str, before: int, after: int) -> Walk:
        """Delete what is old among the next rows of `events`, `passages` or `ledger`, whose numbers ascend with time."""
        await _hold(transaction, hold)
        row = await transaction.one(SQL[f"{table}_walk"], before=before, after=after, count=ROWS)
        assert row is not None
        if not row["old"]:
            return Walk(None, 0)
        gone = await transaction.run(SQL[f"delete_{table}"], before=before, after=after, last=row["last"])
        return Walk(row["last"] if row["seen"] == ROWS else None, gone)

    @writes
    async def forget_spending(self, transaction: Transaction, hold: Hold, month: str) -> None:
        """Forget what keys spent before a month, as in ``2026-11``."""
        await _hold(transaction, hold)
        await transaction.run(SQL["delete_spending"], month=month)

    async def forget_names(self, hold: Hold, before: int) -> int:
        """Forget where responses lived, and files that are gone, from before an instant; how many went, up to a few thousand."""
        responses, files = await self._old_names(before)
        if responses or files:
            await self._forget(hold, responses, files, before)
        return len(responses) + len(files)

    @reads
    async def _old_names(self, transaction: Transaction, before: int) -> tuple[list[tuple[str, str]], list[int]]:
        responses = await transaction.all(SQL["old_responses"], before=before, count=REQUESTS)
        files = await transaction.all(SQL["old_files"], before=before, count=REQUESTS)
        return [(row["owner"], row["external_id"]) for row in responses], [row["id"] for row in files]

    @writes
    async def _forget(
        self,
        transaction: Transaction,
        hold: Hold,
        responses: Sequence[tuple[str, str]],
        files: Sequence[int],
        before: int,
    ) -> None:
        await _hold(transaction, hold)
        for owner, external_id in responses:
            await transaction.run(SQL["delete_response"], owner=owner, external_id=external_id, before=before)
        for file in files:
            await transaction.run(SQL["delete_file"], file=file)

    @reads
    async def count(self, transaction: Transaction, table: str, before: int) -> int:
        """How many rows of `events`, `passages` or `ledger` would go."""
        row = await transaction.one(SQL[f"count_{table}"], before=before)
        assert row is not None
        return row["old"]


async def _hold(transaction: Transaction, hold: Hold) -> None:
    """Renew the lease. Raises `LeaseLostError`."""
    if not await transaction.run(SQL["hold"], fence=hold.fence, lease_until=hold.until):
        raise LeaseLostError


def _bounds(horizon: Horizon, now: int) -> dict[str, int]:
    return {"before": horizon.jobs, "month": horizon.month, "now": now}
