"""The outbox: answers on their way. At least once; whoever delivers twice delivers the same."""

from dataclasses import dataclass

from bide.store import queries
from bide.store.database import Row, Transaction, Verbs, reads, writes

SQL = queries.load("deliveries")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A job's answers and where they go. `host` is the machine that can reach the place."""

    id: int
    owner: str
    job_id: int
    kind: str
    destination: str
    host: str | None
    due_at: int | None
    delivered_at: int | None
    failures: int
    trouble: str | None
    fence: int


class Deliveries(Verbs):
    """Verbs over deliveries."""

    @writes
    async def claim(
        self, transaction: Transaction, holder: str, host: str, now: int, lease_until: int, limit: int
    ) -> list[Delivery]:
        """Take deliveries that are due and that this machine can make."""
        rows = await transaction.all(
            SQL["claim"], holder=holder, host=host, now=now, lease_until=lease_until, count=limit
        )
        return sorted((_delivery(row) for row in rows), key=lambda delivery: delivery.id)

    @writes
    async def delivered(self, transaction: Transaction, delivery: Delivery, now: int) -> None:
        """It arrived."""
        await transaction.run(SQL["delivered"], delivery=delivery.id, fence=delivery.fence, now=now)

    @writes
    async def troubled(self, transaction: Transaction, delivery: Delivery, trouble: str, due_at: int) -> None:
        """It failed; try again at `due_at`."""
        await transaction.run(
            SQL["trouble"], delivery=delivery.id, fence=delivery.fence, trouble=trouble, due_at=due_at
        )

    @writes
    async def again(self, transaction: Transaction, owner: str, job: int, now: int) -> None:
        """Deliver a job's answers once more: a retry has changed them."""
        await transaction.run(SQL["again"], owner=owner, job=job, now=now)

    @reads
    async def of_job(self, transaction: Transaction, owner: str, job: int) -> list[Delivery]:
        """A job's deliveries, made or not."""
        return [_delivery(row) for row in await transaction.all(SQL["of_job"], owner=owner, job=job)]


async def next_due(transaction: Transaction, host: str) -> int | None:
    """When a machine has its next delivery to make."""
    row = await transaction.one(SQL["next_due"], host=host)
    return row["due_at"] if row else None


def _delivery(row: Row) -> Delivery:
    return Delivery(*(row[name] for name in Delivery.__slots__))
