"""Decisions in the store: each written in the transaction of its move, once a batch or a claim of calls, never once a request."""

import json
from collections.abc import Sequence

from bide.core.bucket import Bucket
from bide.core.decision import Decided, reason_of
from bide.core.job import Job
from bide.store import queries
from bide.store.database import Row, Transaction, Verbs, reads, writes

SQL = queries.load("decisions")

BATCH, CALL, HOLD, CACHE = "batch", "call", "hold", "cache"
"""What was done: a batch was made, requests were called, they were left waiting, or answered with what is kept."""

MOST_HOLDS = 50
"""Reasons for waiting that are told of one request."""


class Decisions(Verbs):
    """Verbs over decisions."""

    @writes
    async def hold(self, transaction: Transaction, bucket: Bucket, decided: Decided, now: int) -> bool:
        """Note why a bucket's requests wait; False where that is what was noted last."""
        last = await transaction.one(SQL["latest"], bucket=bucket.id)
        if last is not None and last["action"] == HOLD and reason_of(last["rule"]) == decided.reason:
            return False
        await record(transaction, bucket.owner, HOLD, decided, now, bucket=bucket.id)
        return True

    @reads
    async def of_request(
        self, transaction: Transaction, owner: str, bucket: int, request: int, calls: Sequence[int], until: int
    ) -> list[Row]:
        """What was decided for a request of a bucket, oldest first. `calls` are its attempts that are in no batch; what held it
        is told up to the instant `until`."""
        found = {row["id"]: row for row in await transaction.all(SQL["batches"], owner=owner, request=request)}
        for attempt in calls:
            row = await transaction.one(SQL["call"], owner=owner, bucket=bucket, attempt=attempt)
            if row is not None:
                found[row["id"]] = row
        for row in await transaction.all(SQL["holds"], owner=owner, bucket=bucket, until=until, count=MOST_HOLDS):
            found[row["id"]] = row
        return [found[number] for number in sorted(found)]

    @reads
    async def with_custom_id(self, transaction: Transaction, owner: str, job: Job, custom_id: str) -> Row | None:
        """The request of a job with this `custom_id`, as planning saw it; None where there is none.

        Columns: request, bucket_id, line, custom_id, state, input_tokens, output_tokens, queued_at, settled_at, account, model,
        endpoint, part, protected, longest, planned_for, job_id, job, kind, workflow, priority, priority_source, on_miss,
        gathers_until, deadline, call, urgency, asked_at, lane.
        """
        row = await transaction.one(SQL["by_custom_id"], owner=owner, job=job.id, custom_id=custom_id)
        return await transaction.one(SQL["subject"], owner=owner, request=row["id"]) if row else None

    @reads
    async def on_line(self, transaction: Transaction, owner: str, job: Job, line: int) -> Row | None:
        """The same by the line of the job's input on which it stands."""
        first, last = job.first_request or 0, job.last_request or 0
        row = await transaction.one(SQL["by_line"], owner=owner, job=job.id, first=first, last=last, line=line)
        return await transaction.one(SQL["subject"], owner=owner, request=row["id"]) if row else None

    @reads
    async def ended(self, transaction: Transaction, begun: int, since: int, count: int) -> Sequence[Row]:
        """Up to `count` batches of everybody that were begun after `begun` and have ended since, newest first.

        Columns: account, model, requests, rescued, outcome, submitted_at, ended_at, safe_until, deadline, accepted_at, numbers.
        """
        return await transaction.all(SQL["opened"], begun=begun, since=since, count=count)


async def record(
    transaction: Transaction,
    owner: str,
    action: str,
    decided: Decided,
    now: int,
    *,
    bucket: int | None,
    batch: int | None = None,
    attempts: tuple[int, int] | None = None,
) -> None:
    """Write a decision down. `attempts` are the first and the last of the calls that it led to."""
    first, last = attempts or (None, None)
    await transaction.run(
        SQL["insert"],
        owner=owner,
        bucket=bucket,
        batch=batch,
        first=first,
        last=last,
        now=now,
        action=action,
        rule=decided.rule,
        safe_until=decided.safe_until,
        numbers=json.dumps(decided.numbers, sort_keys=True),
    )
