"""The lane that costs nothing: answers that are kept, given to exact repeats of the requests they answered.

A likeness is what exact repeats have in common (`bide.intake.likeness`); whose they are is part of it. What is given passes
through the one place that settles everything (`bide.store.attempts.settle`), so a crash leaves either all of it or nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from bide.core.bucket import Bucket
from bide.core.decision import Decided
from bide.core.span import Span
from bide.core.states import AttemptState, JobState, Lane
from bide.core.usage import Usage
from bide.store import decisions, events, queries
from bide.store.attempts import newest, settle
from bide.store.bodies import checksum
from bide.store.database import Row, Transaction, Verbs, reads, writes
from bide.store.kept import hold_inline
from bide.store.reports import Price, Report

SQL = queries.load("cache")
ATTEMPTS = queries.load("attempts")
BUCKETS = queries.load("buckets")

OK = 200


class KeptAnswer(msgspec.Struct, frozen=True, gc=False):
    """An answer that is kept: where it lies, and what it cost when it was bought. `kept_at` in microseconds since 1970."""

    body: Span
    usage: Usage
    card: int | None
    listed: int | None
    kept_at: int


class Given(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call that could not wait and was answered from what is kept. `now` in microseconds since 1970."""

    external_id: str
    owner: str
    key: int | None
    workflow: str | None
    path: str
    account: str
    model: str
    urgency: str
    body_bytes: int
    output_tokens: int
    now: int


class Cache(Verbs):
    """Verbs over answers that are kept."""

    @writes
    async def serve(self, transaction: Transaction, bucket: Bucket, limit: int, decided: Decided, now: int) -> int:
        """Answer up to `limit` of a bucket's waiting requests that have not been looked up from what is kept; how many there were.

        Fewer than `limit` are the last ones. What is given is settled at no cost, beside what it cost when it was bought.
        """
        locked = await transaction.one(BUCKETS["plan"], bucket=bucket.id)
        state = await transaction.one(SQL["seek_from"], bucket=bucket.id)
        if locked is None or locked["job_state"] != JobState.RUNNING or state is None or state["seek_from"] is None:
            return 0
        after = state["seek_from"]
        await transaction.lock(SQL["lock_repeats"], bucket=bucket.id, after=after, now=now)
        rows = await transaction.all(SQL["repeats"], bucket=bucket.id, after=after, now=now, count=limit)
        if rows:
            await _give(transaction, bucket, rows, decided, now)
        await transaction.run(SQL["sought"], bucket=bucket.id, after=rows[-1]["id"] if len(rows) == limit else None)
        return len(rows)

    @reads
    async def find(
        self, transaction: Transaction, owner: str, likeness: bytes, kept_for: int, now: int
    ) -> KeptAnswer | None:
        """What is kept for a likeness and not older than `kept_for` microseconds; None: nothing."""
        row = await transaction.one(SQL["find"], owner=owner, likeness=likeness, now=now, since=now - kept_for)
        return None if row is None else _kept(row)

    @writes
    async def keep(
        self,
        transaction: Transaction,
        owner: str,
        likeness: bytes,
        call: str,
        answer: bytes,
        price: Price,
        until: int,
        now: int,
    ) -> None:
        """Keep the answer to a call that was passed on, which nobody else keeps. `call` is its external id."""
        where = await hold_inline(transaction, owner, call, answer, now)
        await transaction.run(
            SQL["keep"],
            owner=owner,
            likeness=likeness,
            object=where,
            length=len(answer),
            checksum=checksum(answer),
            card=price.card,
            listed=price.listed,
            **price.usage._asdict(),
            now=now,
            until=until,
        )

    @writes
    async def give(self, transaction: Transaction, given: Given, kept: KeptAnswer) -> None:
        """Put a call on record that was answered from what is kept."""
        await transaction.run(
            SQL["give"], **msgspec.structs.asdict(given), card=kept.card, listed=kept.listed, **kept.usage._asdict()
        )


async def _give(transaction: Transaction, bucket: Bucket, rows: Sequence[Row], decided: Decided, now: int) -> None:
    """Settle requests with the answers that are kept for them, an attempt each."""
    since = await newest(transaction)
    await transaction.many(
        ATTEMPTS["call"], [(bucket.owner, row["id"], Lane.CACHE, bucket.account, None, None, now) for row in rows]
    )
    made = await transaction.all(ATTEMPTS["called"], bucket=bucket.id, after=since)
    attempts = {row["request_id"]: row["id"] for row in made}
    oldest = now - min(row["kept_at"] for row in rows)
    await decisions.record(
        transaction,
        bucket.owner,
        decisions.CACHE,
        replace(decided, numbers={**decided.numbers, "oldest": oldest}),
        now,
        bucket=bucket.id,
        attempts=(min(attempts.values()), max(attempts.values())),
    )
    await events.record(transaction, bucket.owner, now, "requests.repeated", job=bucket.job_id, requests=len(rows))
    await settle(transaction, [_report(attempts[row["id"]], _kept(row), now) for row in rows], now)


def _report(attempt: int, kept: KeptAnswer, now: int) -> Report:
    """An answer at no cost, beside what it cost at list price when it was bought."""
    return Report(
        attempt,
        AttemptState.ANSWERED,
        status=OK,
        response=kept.body,
        price=Price(kept.usage, kept.card, 0, kept.listed),
        finished_at=now,
    )


def _kept(row: Row) -> KeptAnswer:
    body = Span(row["object_id"], row["start"], row["length"], row["checksum"])
    usage = Usage(*(row[name] for name in Usage._fields))
    return KeptAnswer(body, usage, row["card_id"], row["listed"], row["kept_at"])
