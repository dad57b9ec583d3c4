"""Calls that come one at a time and may wait: taken in, attached to again, and what became of them."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bide.core.bucket import Phase, Tally
from bide.core.errors import ConflictError, NotFoundError
from bide.core.states import RequestState
from bide.store import budgets, deliveries, events, jobs, queries
from bide.store.buckets import count
from bide.store.database import Row, Transaction, Verbs, reads, writes
from bide.store.taking import NewCall, Refused, Taken, take

SQL = queries.load("calls")
BUCKETS = queries.load("buckets")

GAP = 50
"""Jobs in between that are gone through rather than asked about apart."""

AGAIN = 3
"""How often calls are taken once more where another gateway has just accepted one under the same idempotency key: it is on
record now, and the others are not to fail for it."""


@dataclass(frozen=True, slots=True)
class Orphaned:
    """A call whose connection is gone, taken over by a retry."""

    external_id: str
    job: int


class Calls(Verbs):
    """Verbs over calls."""

    async def take(self, calls: Sequence[NewCall], now: int) -> list[Taken | Refused]:
        """As `taking.take`: when this returns, each of them will be answered, or tells why not."""
        for _ in range(AGAIN):
            with suppress(ConflictError):
                return await self._take(calls, now)
        return await self._take(calls, now)

    @writes
    async def _take(self, transaction: Transaction, calls: Sequence[NewCall], now: int) -> list[Taken | Refused]:
        return await take(transaction, calls, now)

    @writes
    async def attach(self, transaction: Transaction, owner: str, digest: bytes, holder: str) -> Orphaned | None:
        """Take over the oldest call of this content whose connection is gone; None where there is none."""
        row = await transaction.one(SQL["attach"], owner=owner, digest=digest, holder=holder)
        return Orphaned(row["external_id"], row["job_id"]) if row else None

    @writes
    async def hold(self, transaction: Transaction, external_id: str, holder: str) -> None:
        """A connection waits for the answer."""
        await transaction.run(SQL["hold"], external_id=external_id, holder=holder)

    @writes
    async def let_go(self, transaction: Transaction, external_ids: Sequence[str], holder: str) -> None:
        """The connections that waited are gone; the calls go on."""
        for external_id in external_ids:
            await transaction.run(SQL["let_go"], external_id=external_id, holder=holder)

    @writes
    async def delivered(self, transaction: Transaction, external_ids: Sequence[str], now: int) -> None:
        """Somebody has taken the answers: the same again is a new call."""
        for external_id in external_ids:
            await transaction.run(SQL["delivered"], external_id=external_id, now=now)

    @writes
    async def release_holder(self, transaction: Transaction, holder: str) -> None:
        """A gateway is gone, and the connections that waited on it."""
        await transaction.run(SQL["release_holder"], holder=holder)

    @reads
    async def holders(self, transaction: Transaction) -> list[str]:
        """Every gateway on which connections wait."""
        return sorted(row["holder"] for row in await transaction.all(SQL["holders"]))

    @reads
    async def outcome(self, transaction: Transaction, owner: str, external_id: str) -> Row:
        """A call with its request and whatever settled it. Raises `NotFoundError`."""
        row = await transaction.one(SQL["outcome"], owner=owner, external_id=external_id)
        if row is None:
            raise NotFoundError(f"there is no request {external_id!r}")
        return row

    @reads
    async def states(
        self, transaction: Transaction, owner: str, external_ids: Sequence[str]
    ) -> dict[str, tuple[int, RequestState]]:
        """Of each call that there is, its job and its state."""
        found: dict[str, tuple[int, RequestState]] = {}
        for external_id in external_ids:
            row = await transaction.one(SQL["state"], owner=owner, external_id=external_id)
            if row is not None:
                found[external_id] = row["job_id"], RequestState(row["state"])
        return found

    @reads
    async def settled_counts(self, transaction: Transaction, wanted: Iterable[int]) -> dict[int, int]:
        """How many requests are settled, by job: of the `wanted`, and of others between them that come with them."""
        found: dict[int, int] = {}
        for first, last in _runs(wanted):
            for row in await transaction.all(SQL["settled_counts"], first=first, last=last):
                found[row["job_id"]] = int(row["settled"])
        return found

    @reads
    async def settled_of_job(self, transaction: Transaction, job: int, since: int) -> list[str]:
        """The calls of a job that were settled at `since` or later."""
        return [row["custom_id"] for row in await transaction.all(SQL["settled_of_job"], job=job, since=since)]

    @writes
    async def cancel(self, transaction: Transaction, owner: str, external_id: str, now: int) -> bool:
        """Spend no more on a call; False where it is settled, or being called this moment. Raises `NotFoundError`."""
        row = await transaction.one(SQL["outcome"], owner=owner, external_id=external_id)
        if row is None:
            raise NotFoundError(f"there is no request {external_id!r}")
        await transaction.lock(BUCKETS["lock"], bucket=row["bucket_id"])
        moved = await transaction.one(SQL["cancel"], job=row["job_id"], external_id=external_id, now=now)
        if moved is None:
            return False
        await count(transaction, moved["bucket_id"], Phase(moved["phase"]), Tally(-1, -moved["tokens"]))
        await count(transaction, moved["bucket_id"], Phase.CANCELLED, Tally(1, moved["tokens"]))
        await events.record(
            transaction, owner, now, f"requests.{RequestState.CANCELLED}", job=row["job_id"], requests=1
        )
        await jobs.close(transaction, [row["job_id"]], now)
        await deliveries.wake_settled(transaction, row["job_id"], now)
        await budgets.release(transaction, row["job_id"], [moved])
        return True


def _runs(jobs: Iterable[int]) -> list[tuple[int, int]]:
    """Ranges in which the jobs lie: one who waits for a day must not have everything of that day gone through."""
    runs: list[tuple[int, int]] = []
    for job in sorted(jobs):
        if runs and job - runs[-1][1] <= GAP:
            runs[-1] = runs[-1][0], job
        else:
            runs.append((job, job))
    return runs
