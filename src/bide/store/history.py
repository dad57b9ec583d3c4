"""What an owner has asked for so far, newest first, and what was done for one request: for lists and receipts."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge
from typing import Any

from bide.core.clock import FAR_FUTURE
from bide.core.job import Job
from bide.store import queries, records
from bide.store.database import Row, Transaction, Verbs, reads

SQL = queries.load("history")

LAST_JOB = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which requests to list; None fits all. `lane` is where the answer came from."""

    state: str | None = None
    lane: str | None = None
    job: str | None = None
    workflow: str | None = None
    model: str | None = None

    @property
    def may_be_passed(self) -> bool:
        """Whether a call that could not wait could be among them: it has no job, and real time or the cache is its lane."""
        return self.job is None and self.lane in (None, "realtime", "cache")


@dataclass(frozen=True, slots=True)
class Tried:
    """Everything that was tried for a request, and what it was charged: rows of attempts and of the ledger, oldest first."""

    attempts: Sequence[Row]
    entries: Sequence[Row]


class History(Verbs):
    """Verbs over what was asked for."""

    @reads
    async def requests(
        self, transaction: Transaction, owner: str, wanted: Wanted, after: str | None, count: int
    ) -> list[Row] | None:
        """Up to `count` calls, deferred and passed on, after the one with the id `after`; None where there is none of it.

        Columns: external_id, at, path, model, urgency, key_id, state, settled_at, workflow, account, amount, lane; of deferred
        ones also deadline, job.
        """
        at = FAR_FUTURE
        if after is not None:
            row = await transaction.one(SQL["deferred_at"], owner=owner, external_id=after)
            row = row or await transaction.one(SQL["passed_at"], owner=owner, external_id=after)
            if row is None:
                return None
            at = row["at"]
        where: dict[str, Any] = {"owner": owner, "at": at, "external_id": after or "", "count": count}
        common = {"state": wanted.state, "model": wanted.model, "workflow": wanted.workflow}
        found = [await transaction.all(SQL["deferred"], **where, **common, job=wanted.job, lane=wanted.lane)]
        if wanted.may_be_passed:
            found.append(await transaction.all(SQL["passed"], **where, **common, lane=wanted.lane))
        both = merge(*found, key=lambda row: (row["at"], row["external_id"]), reverse=True)
        return [row for row, _ in zip(both, range(count), strict=False)]

    @reads
    async def tried(self, transaction: Transaction, owner: str, job: int, request: int) -> Tried:
        """What was done for a request."""
        return Tried(
            await transaction.all(SQL["attempts"], owner=owner, request=request),
            await transaction.all(SQL["entries"], owner=owner, job=job, request=request),
        )

    @reads
    async def card(self, transaction: Transaction, card: int) -> str | None:
        """A rate card by its id, encoded."""
        row = await transaction.one(SQL["card"], card=card)
        return row["card"] if row else None

    @reads
    async def jobs(
        self, transaction: Transaction, owner: str, before: int, state: str | None, kind: str | None, count: int
    ) -> list[Job]:
        """Up to `count` accepted jobs with ids below `before`, newest first."""
        rows = await transaction.all(SQL["jobs"], owner=owner, before=before, state=state, kind=kind, count=count)
        return [records.job(row) for row in rows]

    @reads
    async def workload(self, transaction: Transaction, since: int, count: int) -> Sequence[Row]:
        """The first `count` requests of everybody that came from an instant on, oldest first, as a log for `bide whatif`.

        Columns: at, deadline (None: at once), workflow, input_tokens, output_tokens (None: no answer), output_limit.
        """
        return await transaction.all(SQL["workload"], since=since, count=count)

    @reads
    async def reasoned(self, transaction: Transaction, count: int, owner: str | None = None) -> Sequence[Row]:
        """How much of their output models spent on reasoning in the latest answers of everybody: `count` deferred ones, and as many that
        were passed on. With an `owner` only theirs among these.

        Columns: account, model, answers, output, reasoning (a part of output).
        """
        return await transaction.all(SQL["reasoned"], count=count, owner=owner)
