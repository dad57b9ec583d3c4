"""Message batches: jobs as Anthropic's clients know them. The row is written by the transaction that accepts the job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bide.core.bucket import OPEN_PHASES, Phase
from bide.core.errors import ConflictError, NotFoundError
from bide.core.job import Job
from bide.store import jobs, queries
from bide.store.database import Row, Transaction, Verbs, reads, writes
from bide.store.jobs import Acceptance
from bide.store.taking import ReusedKeyError

SQL = queries.load("message_batches")

END = (1 << 63) - 1


class TakenError(ConflictError):
    """The same create was accepted already, under the same Idempotency-Key."""

    code = "taken_already"

    def __init__(self, external_id: str) -> None:
        super().__init__(f"the same was accepted already as {external_id}")
        self.external_id = external_id


class UnendedError(ConflictError):
    """The batch has not ended; cancel it first, or wait."""

    code = "batch_in_progress"


@dataclass(frozen=True, slots=True)
class NewMessageBatch:
    """What a create is known by. `digest` is of who sent it and what, `holder` the gateway that is to tell its caller.

    `created_at` is when it came: its time runs from there, not from when everything of it had been read.
    """

    external_id: str
    created_at: int
    digest: bytes
    idempotency_key: str | None
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBatch:
    """A batch as it is now; instants in microseconds since 1970 UTC. `counts` are of its requests, by phase."""

    external_id: str
    job_id: int
    state: str
    deadline: int
    requests: int
    created_at: int
    cancelled_at: int | None
    answered_at: int | None
    delivered_at: int | None
    """When its caller was known to know its id."""
    counts: Mapping[Phase, int]

    @property
    def open(self) -> int:
        return sum(self.counts.get(phase, 0) for phase in OPEN_PHASES)


class MessageBatches(Verbs):
    """Verbs over message batches. `owner` sees only its own."""

    @writes
    async def accept(
        self, transaction: Transaction, owner: str, job: int, new: NewMessageBatch, found: Acceptance, now: int
    ) -> Job:
        """Promise the batch: when this returns it is there, and every request of it will be settled.

        Raises:
            TakenError, ReusedKeyError: its idempotency key has been used, for the same or for something else.
            whatever `Jobs.accept` raises.
        """
        known = await _known(transaction, owner, new)
        if known is not None:
            raise TakenError(known)
        accepted = await jobs.accept(transaction, owner, job, found, now)
        await transaction.run(
            SQL["insert"],
            external_id=new.external_id,
            owner=owner,
            job=job,
            digest=new.digest,
            idempotency_key=new.idempotency_key,
            holder=new.holder,
            now=new.created_at,
        )
        return accepted

    @reads
    async def known(self, transaction: Transaction, owner: str, new: NewMessageBatch) -> str | None:
        """The batch that was accepted under this idempotency key. Raises `ReusedKeyError` where it was another one."""
        return await _known(transaction, owner, new)

    @writes
    async def attach(self, transaction: Transaction, owner: str, new: NewMessageBatch) -> str | None:
        """Take over the oldest batch of this content of which nobody was told; None where there is none."""
        row = await transaction.one(SQL["attach"], owner=owner, digest=new.digest, holder=new.holder)
        return row["external_id"] if row else None

    @writes
    async def delivered(self, transaction: Transaction, external_id: str, now: int) -> None:
        """Its caller knows its id: the same again is a new batch."""
        await transaction.run(SQL["delivered"], external_id=external_id, now=now)

    @writes
    async def let_go(self, transaction: Transaction, external_id: str, holder: str) -> None:
        """Its caller is gone before it knew; a retry may take it over. One that was never accepted is fine."""
        await transaction.run(SQL["let_go"], external_id=external_id, holder=holder)

    @reads
    async def holders(self, transaction: Transaction) -> list[str]:
        """Every gateway that was about to tell somebody."""
        return sorted(row["holder"] for row in await transaction.all(SQL["holders"]))

    @writes
    async def release_holder(self, transaction: Transaction, holder: str) -> None:
        """A gateway is gone, and whoever it was about to tell."""
        await transaction.run(SQL["release_holder"], holder=holder)

    @reads
    async def get(self, transaction: Transaction, owner: str, external_id: str) -> MessageBatch:
        """The batch. Raises `NotFoundError`."""
        row = await transaction.one(SQL["find"], owner=owner, external_id=external_id)
        if row is None:
            raise _unknown(external_id)
        return await _batch(transaction, row)

    @reads
    async def page(
        self, transaction: Transaction, owner: str, count: int, *, after: str | None = None, before: str | None = None
    ) -> Sequence[MessageBatch]:
        """Up to `count` batches, the newest first: the newest there are, those that come `after` one in the list, or
        those that come right before it. Raises `NotFoundError` where there is no such one."""
        if before is not None:
            place = await _place(transaction, owner, before)
            rows = await transaction.all(SQL["newer"], owner=owner, after=place, count=count)
            rows = list(reversed(rows))
        else:
            place = END if after is None else await _place(transaction, owner, after)
            rows = await transaction.all(SQL["older"], owner=owner, before=place, count=count)
        return [await _batch(transaction, row) for row in rows]

    @writes
    async def delete(self, transaction: Transaction, owner: str, external_id: str, now: int) -> None:
        """Show it no more.

        Raises:
            UnendedError: requests of it are still open.
            NotFoundError: there is none.
        """
        if await transaction.one(SQL["delete"], owner=owner, external_id=external_id, now=now) is not None:
            return
        if await transaction.one(SQL["find"], owner=owner, external_id=external_id) is None:
            raise _unknown(external_id)
        raise UnendedError(f"{external_id} is in progress; cancel it, or wait for its end, before it is deleted")


async def _known(transaction: Transaction, owner: str, new: NewMessageBatch) -> str | None:
    if new.idempotency_key is None:
        return None
    row = await transaction.one(SQL["by_idempotency_key"], owner=owner, idempotency_key=new.idempotency_key)
    if row is None:
        return None
    if bytes(row["digest"]) != new.digest:
        raise ReusedKeyError(row["external_id"], ["content"])
    return row["external_id"]


async def _place(transaction: Transaction, owner: str, external_id: str) -> int:
    row = await transaction.one(SQL["place"], owner=owner, external_id=external_id)
    if row is None:
        raise _unknown(external_id)
    return row["id"]


async def _batch(transaction: Transaction, row: Row) -> MessageBatch:
    phases = await transaction.all(SQL["phases"], job=row["job_id"])
    return MessageBatch(
        external_id=row["external_id"],
        job_id=row["job_id"],
        state=row["state"],
        deadline=row["deadline"],
        requests=row["requests"],
        created_at=row["created_at"],
        cancelled_at=row["cancelled_at"],
        answered_at=row["answered_at"],
        delivered_at=row["delivered_at"],
        counts={Phase(one["phase"]): int(one["requests"]) for one in phases},
    )


def _unknown(external_id: str) -> NotFoundError:
    return NotFoundError(f"there is no message batch {external_id!r}")
