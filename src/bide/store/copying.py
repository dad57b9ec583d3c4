"""Second copies of batches in the store: one more batch with an attempt of the same request.

A request that lies in two batches is in the phase `batched` once, whichever of them answers, fails or is lost; it leaves it with
the first answer, or when neither of them is live any more. What the other still brings is waste, for the reason `copy`.
"""

from collections.abc import Sequence

from bide.core.batch import Batch
from bide.core.bucket import Bucket
from bide.core.decision import UNGROUNDED, Decided
from bide.core.quota import Ceiling
from bide.core.states import JobState
from bide.store import decisions, events, queries, reserve
from bide.store.attempts import newest
from bide.store.database import Transaction, Verbs, reads, writes
from bide.store.filling import NewBatch, add_planned, open_batch, seal_batch

SQL = queries.load("batches")
BUCKETS = queries.load("buckets")


class Copying(Verbs):
    """The verbs of `Batches` over second copies."""

    @writes
    async def copy(
        self,
        transaction: Transaction,
        original: Batch,
        new: NewBatch,
        bucket: Bucket,
        now: int,
        decided: Decided = UNGROUNDED,
        ceilings: Sequence[Ceiling] = (),
    ) -> Batch | None:
        """Make a second copy of a batch of one request from a bucket, sealed and due at once; `new` says what it is a copy of.

        None, and nothing is changed, where the batch is not one request under way any more or has a copy, where its request is
        settled, being called or in some other lane as well, where nothing more is planned for its job, or where there is no
        room under the `ceilings`. Of several workers that copy a batch, one does.
        """
        assert new.copy_of == original.id
        assert new.copy_chance is not None
        first = await transaction.one(SQL["copyable"], batch=original.id)
        if first is None or not await reserve.fits(transaction, first, ceilings, now):
            return None
        locked = await transaction.one(BUCKETS["plan"], bucket=bucket.id)
        if locked is None or locked["job_state"] != JobState.RUNNING:
            return None
        theirs = {"batch": original.id, "attempt": first["first_attempt"], "bucket": bucket.id}
        if await transaction.one(SQL["copyable_request"], **theirs) is None:
            return None
        copy = await open_batch(transaction, new, now)
        since = await newest(transaction)
        await transaction.run(SQL["copy"], copy=copy.id, attempt=first["first_attempt"])
        await add_planned(transaction, (copy.id, copy.fence), new.endpoint, since)
        await transaction.run(SQL["copied"], batch=original.id)
        await decisions.record(transaction, new.owner, decisions.BATCH, decided, now, bucket=bucket.id, batch=copy.id)
        await events.record(transaction, new.owner, now, "batch.copied", batch=original.id, copy=new.external_id)
        return await seal_batch(transaction, (copy.id, copy.fence), now)

    @reads
    async def copy_won(self, transaction: Transaction, copy: Batch) -> bool:
        """Whether a second copy has brought the answer of its request, before that had to be called."""
        row = await transaction.one(SQL["copy_won"], batch=copy.id, attempt=copy.first_attempt or 0)
        return row is not None and row["won"] > 0
