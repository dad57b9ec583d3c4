"""Batches in the store: filled, handed over, followed, harvested. Every move is fenced (`bide.store.fence`)."""

from collections.abc import Mapping

from bide.core.batch import Batch, LiveBatch
from bide.core.clock import SECOND
from bide.core.states import BatchOutcome
from bide.store import events, queries, records
from bide.store.copying import Copying
from bide.store.database import Transaction, reads, writes
from bide.store.fence import Fenced, hold, moved, must
from bide.store.filling import Filling
from bide.store.landing import Landing

SQL = queries.load("batches")
ATTEMPTS = queries.load("attempts")
LIMITS = queries.load("limits")

SOON = SECOND
"""A batch that is due within this is not woken for a slot that has become free: it comes by itself."""


class Batches(Filling, Copying, Landing):
    """Verbs over batches. A move that ends a step says when to look again, and gives the lease back."""

    @writes
    async def claim(
        self, transaction: Transaction, account: str, holder: str, now: int, lease_until: int, limit: int
    ) -> list[Batch]:
        """Take up to `limit` batches of an account that need attention now, those due longest first."""
        rows = await transaction.all(
            SQL["claim"], account=account, holder=holder, now=now, lease_until=lease_until, count=limit
        )
        return sorted((records.batch(row) for row in rows), key=lambda batch: (batch.due_at or 0, batch.id))

    @writes
    async def renew(self, transaction: Transaction, held: Fenced, lease_until: int) -> None:
        """Keep the lease through a long step."""
        await must(transaction, "renew", held, lease_until=lease_until)

    @writes
    async def staged(self, transaction: Transaction, held: Fenced, input_file: str | None) -> None:
        """Its file is at the provider."""
        await must(transaction, "stage", held, input_file=input_file)

    @writes
    async def intend(self, transaction: Transaction, held: Fenced, lease_until: int, now: int) -> Batch:
        """Record that a create is about to be sent. Only after this commits may it be."""
        row = await moved(transaction, "intend", held, lease_until=lease_until, now=now)
        await events.record(transaction, row["owner"], now, "batch.submitting", batch=row["id"])
        return records.batch(row)

    @writes
    async def intend_alone(self, transaction: Transaction, held: Fenced, lease_until: int, now: int) -> Batch | None:
        """As `intend`, where the provider lets a batch carry no tag; None while another create of the account is under
        way or in doubt, since the two could not be told apart."""
        account = (await hold(transaction, held))["account"]
        await transaction.lock(LIMITS["lock_users"], account=account, model="")
        if await transaction.one(SQL["others_in_doubt"], batch=held[0]) is not None:
            return None
        row = await moved(transaction, "intend", held, lease_until=lease_until, now=now)
        await events.record(transaction, row["owner"], now, "batch.submitting", batch=row["id"])
        return records.batch(row)

    @writes
    async def submitted(
        self,
        transaction: Transaction,
        held: Fenced,
        *,
        provider_id: str,
        submitted_at: int,
        expires_at: int | None,
        due_at: int,
        now: int,
        promise: str | None = None,
    ) -> Batch:
        """The provider has it: its own reply said so, or it was found there. `promise` is what the forecast gives it."""
        row = await moved(
            transaction,
            "submitted",
            held,
            provider_id=provider_id,
            submitted_at=submitted_at,
            expires_at=expires_at,
            due_at=due_at,
            promise=promise,
        )
        await transaction.run(
            SQL["send_attempts"],
            batch=row["id"],
            first=row["first_attempt"],
            last=row["last_attempt"],
            now=submitted_at,
        )
        await events.record(transaction, row["owner"], now, "batch.submitted", batch=row["id"], provider_id=provider_id)
        return records.batch(row)

    @writes
    async def withdrawn(
        self, transaction: Transaction, held: Fenced, trouble: str, input_file: str | None, due_at: int, now: int
    ) -> Batch:
        """The create surely made nothing: try it again at `due_at`, with this input file (None: upload it again)."""
        row = await moved(transaction, "withdraw", held, trouble=trouble, input_file=input_file, due_at=due_at)
        await events.record(transaction, row["owner"], now, "batch.withdrawn", batch=row["id"], trouble=trouble)
        return records.batch(row)

    @writes
    async def ambiguous(self, transaction: Transaction, held: Fenced, trouble: str, due_at: int, now: int) -> Batch:
        """Nobody answered the create; it is to be looked up, not sent again."""
        row = await moved(transaction, "ambiguous", held, trouble=trouble, due_at=due_at, now=now)
        await events.record(transaction, row["owner"], now, "batch.ambiguous", batch=row["id"], trouble=trouble)
        return records.batch(row)

    @writes
    async def observed(
        self,
        transaction: Transaction,
        held: Fenced,
        *,
        total: int,
        completed: int,
        failed: int,
        started_at: int | None,
        expires_at: int | None,
        cancel_asked: bool,
        due_at: int,
    ) -> None:
        """Note what a poll showed and when to poll again: at once where its end has been asked for since we looked.

        `cancel_asked` is what the batch said when it was claimed.
        """
        await must(
            transaction,
            "observe",
            held,
            total=total,
            completed=completed,
            failed=failed,
            started_at=started_at,
            expires_at=expires_at,
            cancel_asked=int(cancel_asked),
            due_at=due_at,
        )

    @writes
    async def cancelling(self, transaction: Transaction, held: Fenced, due_at: int, now: int) -> Batch:
        """The provider has accepted the cancel."""
        row = await moved(transaction, "cancelling", held, due_at=due_at, now=now)
        await events.record(transaction, row["owner"], now, "batch.cancelling", batch=row["id"])
        return records.batch(row)

    @writes
    async def ended(
        self,
        transaction: Transaction,
        held: Fenced,
        *,
        outcome: BatchOutcome,
        code: str | None = None,
        message: str | None = None,
        output_file: str | None = None,
        error_file: str | None = None,
        ended_at: int,
        now: int,
    ) -> Batch:
        """The provider has finished with it, or never had it."""
        row = await moved(
            transaction,
            "end",
            held,
            outcome=outcome,
            code=code,
            message=message,
            output_file=output_file,
            error_file=error_file,
            ended_at=ended_at,
            now=now,
        )
        await transaction.run(SQL["slot"], account=row["account"], now=now, soon=now + SOON)
        await events.record(
            transaction, row["owner"], now, "batch.ended", batch=row["id"], outcome=outcome, code=code, message=message
        )
        return records.batch(row)

    @writes
    async def troubled(
        self, transaction: Transaction, held: Fenced, trouble: str, due_at: int, *, has_failed: bool = True
    ) -> None:
        """A call about it failed, or it waits for its turn; try again at `due_at`."""
        await must(transaction, "trouble", held, trouble=trouble, due_at=due_at, failed=int(has_failed))

    @writes
    async def ask_cancel(self, transaction: Transaction, batch: int, why: str, now: int) -> bool:
        """Ask whoever holds it next to cancel it at the provider; False when it was asked before or has ended."""
        row = await transaction.one(SQL["ask_cancel"], batch=batch, now=now)
        if row is not None:
            await events.record(transaction, row["owner"], now, "batch.cancel_asked", batch=batch, why=why)
        return row is not None

    @writes
    async def look_by(self, transaction: Transaction, looks: Mapping[int, int]) -> None:
        """Poll batches at these instants at the latest."""
        for batch, at in sorted(looks.items()):
            await transaction.run(SQL["look_by"], batch=batch, at=at)

    @writes
    async def wake(self, transaction: Transaction, account: str, provider_id: str, now: int) -> bool:
        """Look at a batch now: its provider has said that something has become of it. False where there is nothing to wake."""
        return await wake(transaction, account, provider_id, now)

    @writes
    async def bar(self, transaction: Transaction, held: Fenced, why: str, now: int) -> None:
        """Keep the buckets of this batch out of the batch lane: the provider has none for their model."""
        batch = await hold(transaction, held)
        await transaction.lock(ATTEMPTS["lock_batched"], batch=batch["id"])
        await transaction.run(SQL["bar"], batch=batch["id"])
        await events.record(transaction, batch["owner"], now, "batch.barred", batch=batch["id"], why=why)

    @reads
    async def get(self, transaction: Transaction, batch: int) -> Batch:
        row = await transaction.one(SQL["by_id"], batch=batch)
        assert row is not None
        return records.batch(row)

    @reads
    async def of_job(self, transaction: Transaction, job: int) -> list[Batch]:
        """The batches that carry or carried a job's requests, oldest first."""
        return [records.batch(row) for row in await transaction.all(SQL["of_job"], job=job)]

    @reads
    async def provider_ids(self, transaction: Transaction, account: str, since: int) -> frozenset[str]:
        """The provider's ids of the account's batches that were created since then and are known to be ours."""
        rows = await transaction.all(SQL["provider_ids"], account=account, since=since)
        return frozenset(row["provider_id"] for row in rows)

    @reads
    async def still_wanted(self, transaction: Transaction, batch: int) -> bool:
        """Whether some job that is not being cancelled has requests in it."""
        row = await transaction.one(SQL["wanted"], batch=batch)
        return row is not None and row["wanted"] > 0


async def wake(transaction: Transaction, account: str, provider_id: str, now: int) -> bool:
    """As the verb, within a transaction."""
    return bool(await transaction.run(SQL["wake"], account=account, provider_id=provider_id, now=now))


async def live_batches(transaction: Transaction) -> list[LiveBatch]:
    """Every batch whose answers are not all in."""
    found: dict[int, tuple[Batch, dict[int, int], bool]] = {}
    for row in await transaction.all(SQL["live"]):
        if row["id"] not in found:
            found[row["id"]] = (records.batch(row), {}, bool(row["needed"]))
        found[row["id"]][1][row["bucket_id"]] = row["share"]
    return [LiveBatch(*one) for one in found.values()]


async def next_due(transaction: Transaction) -> dict[str, int]:
    """By account, the next instant at which some batch needs attention."""
    return {row["account"]: row["due_at"] for row in await transaction.all(SQL["next_due"])}
