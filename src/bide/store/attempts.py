"""Attempts in the store: calls that are claimed, and the one place where whatever came back is settled.

Every outcome of every lane passes through `land`: the rows are staged, `resolve` works out what each means for its
request (the first answer wins), and attempts, requests, ledger and tallies move together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from bide.core.batch import Batch
from bide.core.bucket import Bucket, Phase, Tally
from bide.core.decision import UNGROUNDED, Decided
from bide.core.span import Span
from bide.core.states import AttemptState, JobState, Lane, RequestState
from bide.core.usage import Usage
from bide.store import budgets, decisions, deliveries, events, jobs, queries
from bide.store.buckets import count
from bide.store.database import Row, Transaction, Verbs, reads, writes
from bide.store.kept import keep_landed
from bide.store.reports import Report

SQL = queries.load("attempts")
BUCKETS = queries.load("buckets")

MOST_ERRORS = 3
"""Attempts of a request that may be answered with an error before it fails."""

MESSAGE_LENGTH = 1_000
"""Characters of a provider's error message that are kept beside the raw response."""


@dataclass(frozen=True, slots=True)
class ClaimedCall:
    """A request that is ours to call now, with the attempt that was recorded for it in a lane."""

    attempt: int
    request: int
    body: Span
    output_tokens: int
    carried_by: int
    """The attempt in the batch, or in the flex tier, that carries the request too; 0: it waited."""
    lane: Lane = Lane.REALTIME


@dataclass(frozen=True, slots=True)
class Orphan:
    """A call whose caller died."""

    attempt: int
    request: int
    account: str
    model: str
    body_bytes: int
    output_tokens: int


NO_USAGE = Usage()

CALLS = 0
"""Stands for the batch of attempts that are in none."""

STAGED = 2_000
"""Reports turned into rows at a time: so many rows cost little memory, and more of them save nothing."""


def staged(report: Report, objects: Sequence[int]) -> tuple[object, ...]:
    """A report as a row of `landing`. `objects` are the row ids of those that `new_object` stands for."""
    price, response = report.price, report.response
    usage = price.usage if price else NO_USAGE
    where: tuple[int | None, ...] = (None, None, None, None)
    if response:
        where = (response[0] if response[0] > 0 else objects[-response[0]], response[1], response[2], response[3])
    return (
        report.attempt,
        report.verdict,
        int(report.permanent),
        report.status,
        report.code,
        report.message[:MESSAGE_LENGTH] if report.message else None,
        *where,
        *usage,
        0 if price is None else 2 if report.suspected else 1,
        price.card if price else None,
        price.amount if price else None,
        price.listed if price else None,
        report.sent_at,
        report.first_token_at,
        report.finished_at,
    )


async def settle(
    transaction: Transaction, reports: Iterable[Report], now: int, *, batch: int = CALLS, objects: Sequence[int] = ()
) -> int:
    """Move everything that follows from the reports about one batch or about calls; the number of attempts that moved.

    Attempts that had ended already are left alone, so that the same reports may arrive again.
    """
    await transaction.run(SQL["clear_landing"])
    await transaction.run(SQL["clear_moved"])
    left = iter(reports)
    while page := list(islice(left, STAGED)):
        await transaction.many(SQL["load"], [staged(report, objects) for report in page])
        for report in page:
            if report.inline is not None:
                await transaction.run(SQL["keep"], attempt=report.attempt, response=report.inline)
    if batch == CALLS:
        await transaction.lock(SQL["lock_called"])
    else:
        await transaction.lock(SQL["lock_batched"], batch=batch)
    moved = await transaction.run(SQL["resolve"], batch=batch, most_errors=MOST_ERRORS)
    if not moved:
        return 0
    await transaction.run(SQL["move_attempts"])
    await transaction.run(SQL["move_requests"], now=now)
    totals = await transaction.all(SQL["totals"])
    lifted: Sequence[Row] = ()
    if any(row["was"] == AttemptState.LOST for row in totals):
        lifted = await transaction.all(SQL["lifted"])
        await transaction.run(SQL["clear_suspicion"], now=now)
    if any(row["entry"] is not None for row in totals):
        await transaction.run(SQL["enter"], now=now)
    if any(row["keeps"] for row in totals):
        await keep_landed(transaction, now)
    await _add_up(transaction, totals, lifted, now)
    await budgets.settle_moved(transaction, totals, lifted, now)
    await deliveries.wake_moved(transaction, sorted({row["job_id"] for row in totals}), now)
    return moved


async def _add_up(transaction: Transaction, totals: Sequence[Row], lifted: Sequence[Row], now: int) -> None:
    """Bring tallies and money of the buckets after what has moved, and close what is finished."""
    phases: dict[tuple[int, Phase], Tally] = {}
    money: dict[int, dict[str, int]] = {}
    touched: set[int] = set()
    for row in totals:
        bucket = row["bucket_id"]
        touched.add(row["job_id"])
        if row["request_before"] == "open":
            moved = Tally(row["requests"], row["tokens"])
            before, after = (
                Phase(row["phase_before"]),
                _phase_after(row),
            )
            phases[bucket, before] = phases.get((bucket, before), Tally()) + Tally(-moved.requests, -moved.tokens)
            phases[bucket, after] = phases.get((bucket, after), Tally()) + moved
        if row["entry"] is not None:
            sums = money.setdefault(bucket, dict.fromkeys(("paid", "listed", "wasted", "suspected", "unpriced"), 0))
            sums[{"paid": "paid", "waste": "wasted", "suspected": "suspected"}[row["entry"]]] += int(row["amount"] or 0)
            if row["entry"] == "paid":
                sums["listed"] += int(row["listed"] or 0)
            if row["entry"] != "suspected":
                sums["unpriced"] += int(row["unpriced"])
    for row in lifted:
        sums = money.setdefault(
            row["bucket_id"], dict.fromkeys(("paid", "listed", "wasted", "suspected", "unpriced"), 0)
        )
        sums["suspected"] -= int(row["amount"] or 0)
    for (bucket, phase), change in phases.items():
        await count(transaction, bucket, phase, change)
    for bucket, sums in money.items():
        await transaction.run(SQL["spend"], bucket=bucket, **sums)
    await jobs.close(transaction, sorted(touched), now)


def _phase_after(row: Row) -> Phase:
    """Where the requests of a row of `totals` are now."""
    if row["request_after"] == RequestState.SUCCEEDED:
        return Phase(row["lane"])
    if row["request_after"] != RequestState.OPEN:
        return Phase(row["request_after"])
    if row["live_calls"]:
        return Phase.CALLING
    return Phase.BATCHED if row["live_batches"] else Phase(row["phase_idle"])


class Attempts(Verbs):
    """Verbs over attempts."""

    @writes
    async def claim_calls(
        self,
        transaction: Transaction,
        bucket: Bucket,
        limit: int,
        *,
        batch: Batch | None,
        after: int,
        holder: str,
        lease_until: int,
        now: int,
        decided: Decided = UNGROUNDED,
        lane: Lane = Lane.REALTIME,
        flexing: bool = False,
    ) -> list[ClaimedCall]:
        """Take up to `limit` requests of a bucket to call now, and record the attempts before any call is made.

        Without `batch` they are waiting ones; with it, unanswered ones of that batch whose attempts lie above `after`. With
        `flexing` they are those in flight in the flex tier. In the flex lane a request has one attempt at a time.
        """
        if batch is not None:
            await transaction.lock(SQL["lock_batch"], batch=batch.id)
        locked = await transaction.one(BUCKETS["plan"], bucket=bucket.id)
        if locked is None or locked["job_state"] != JobState.RUNNING:
            return []
        if flexing:
            rows = await transaction.all(SQL["claim_flexing"], bucket=bucket.id, count=limit)
        elif batch is None:
            claim = "claim_fresh" if lane is Lane.FLEX else "claim_waiting"
            rows = await transaction.all(SQL[claim], bucket=bucket.id, count=limit)
        else:
            rows = await transaction.all(
                SQL["claim_beside" if lane is Lane.FLEX else "claim_batched"],
                bucket=bucket.id,
                batch=batch.id,
                first=batch.first_attempt,
                last=batch.last_attempt,
                after=after,
                count=limit,
            )
            if lane is Lane.REALTIME:
                await transaction.run(SQL["rescued"], batch=batch.id, requests=len(rows))
        if not rows:
            return []
        since = await newest(transaction)
        await transaction.many(
            SQL["call"], [(bucket.owner, row["id"], lane, bucket.account, holder, lease_until, now) for row in rows]
        )
        made = await transaction.all(SQL["called"], bucket=bucket.id, after=since)
        attempts = {row["request_id"]: row["id"] for row in made}
        extent = min(attempts.values()), max(attempts.values())
        await decisions.record(
            transaction, bucket.owner, decisions.CALL, decided, now, bucket=bucket.id, attempts=extent
        )
        mark = "mark_flexed" if lane is Lane.FLEX else "mark_called"
        await transaction.run(SQL[mark], bucket=bucket.id, after=since)
        for phase in sorted({row["phase"] for row in rows}):
            tokens = [row["input_tokens"] + row["output_tokens"] for row in rows if row["phase"] == phase]
            await count(transaction, bucket.id, Phase(phase), Tally(-len(tokens), -sum(tokens)))
            becomes = Phase.BATCHED if lane is Lane.FLEX else Phase.CALLING
            await count(transaction, bucket.id, becomes, Tally(len(tokens), sum(tokens)))
        await events.record(
            transaction,
            bucket.owner,
            now,
            "requests.flexed" if lane is Lane.FLEX else "requests.called",
            job=bucket.job_id,
            batch=batch.id if batch else None,
            requests=len(rows),
        )
        return [_claimed(row, attempts[row["id"]], lane) for row in rows]

    @writes
    async def land(self, transaction: Transaction, reports: Sequence[Report], now: int) -> int:
        """Settle the outcomes of calls; how many attempts moved."""
        return await settle(transaction, reports, now)

    @writes
    async def renew(self, transaction: Transaction, holder: str, lease_until: int) -> None:
        """Keep the calls in flight ours."""
        await transaction.run(SQL["renew"], holder=holder, lease_until=lease_until)

    @reads
    async def orphans(self, transaction: Transaction, holder: str, now: int, limit: int) -> list[Orphan]:
        """Calls in flight of a holder who is gone, or whose lease has run out."""
        rows = await transaction.all(SQL["orphans"], holder=holder, now=now, count=limit)
        return [
            Orphan(row["id"], row["request_id"], row["account"], row["model"], row["length"], row["output_tokens"])
            for row in rows
        ]


async def newest(transaction: Transaction) -> int:
    """The highest attempt there is; what a transaction adds lies above it."""
    row = await transaction.one(SQL["newest"])
    assert row is not None
    return row["id"]


def _claimed(row: Row, attempt: int, lane: Lane) -> ClaimedCall:
    span = Span(row["object_id"], row["start"], row["length"], row["checksum"])
    return ClaimedCall(attempt, row["id"], span, row["output_tokens"], row["carried_by"], lane)


async def flexing(transaction: Transaction) -> dict[int, int]:
    """By bucket, how many open requests are in flight in the flex tier, and in no other call."""
    return {row["bucket_id"]: row["requests"] for row in await transaction.all(SQL["flexing"])}


async def next_lease(transaction: Transaction) -> int | None:
    """When the next lease of a call runs out."""
    row = await transaction.one(SQL["next_lease"])
    return row["at"] if row else None
