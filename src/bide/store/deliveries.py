"""The outbox: answers and news on their way. At least once; whoever delivers twice delivers the same.

A delivery is a job's answers going to a file, or news: a webhook or an e-mail, about a job or about one request of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.store import queries
from bide.store.database import Row, Transaction, Verbs, reads, writes

SQL = queries.load("deliveries")
ENDPOINTS = queries.load("endpoints")

FILE, NEWS = "file", "news"
"""The two lanes of the outbox: neither waits for the other."""

WEBHOOK, EMAIL = "webhook", "email"
"""The kinds of news."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Answers or news, and where they go. `host` is the machine that can reach the place; None: any.

    `request_id` is None for what is about the whole job. `event_id` names news however often it is told.
    """

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
    request_id: int | None = None
    endpoint_id: int | None = None
    event_id: str | None = None
    given_up_at: int | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is to be told, and under which name it arrives there: made by `bide.delivery.herald`."""

    kind: str
    destination: str
    event_id: str
    endpoint_id: int | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """How one try of telling went. `status` is the other side's answer, None where there was none; no `error`: it arrived."""

    at: int
    duration: int
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """News in the log. `job` is the job's external id, `url` the endpoint's."""

    delivery: Delivery
    job: str
    url: str | None
    tries: list[Try]


class Deliveries(Verbs):
    """Verbs over deliveries."""

    @writes
    async def announce(
        self,
        transaction: Transaction,
        owner: str,
        job: int,
        recipient: Recipient,
        now: int,
        *,
        request: int | None = None,
    ) -> None:
        """Tell somebody when the job is answered, or when this one request of it is settled."""
        await announce(transaction, owner, job, recipient, now, request=request)

    @writes
    async def claim(
        self,
        transaction: Transaction,
        holder: str,
        host: str,
        now: int,
        lease_until: int,
        limit: int,
        lane: str = FILE,
    ) -> list[Delivery]:
        """Take deliveries of a lane that are due and that this machine can make."""
        rows = await transaction.all(
            SQL["claim"], holder=holder, host=host, now=now, lease_until=lease_until, count=limit, lane=lane
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
    async def put_off(self, transaction: Transaction, delivery: Delivery, due_at: int) -> None:
        """It is not time yet; nothing was tried."""
        await transaction.run(SQL["put_off"], delivery=delivery.id, fence=delivery.fence, due_at=due_at)

    @writes
    async def told(self, transaction: Transaction, delivery: Delivery, tried: Try, now: int) -> None:
        """News arrived."""
        await _log(transaction, delivery, tried)
        await transaction.run(SQL["delivered"], delivery=delivery.id, fence=delivery.fence, now=now)

    @writes
    async def failed(self, transaction: Transaction, delivery: Delivery, tried: Try, due_at: int, now: int) -> None:
        """News did not arrive; try again at `due_at`, and nothing else at the same endpoint before."""
        await _log(transaction, delivery, tried)
        moved = await transaction.run(
            SQL["trouble"], delivery=delivery.id, fence=delivery.fence, trouble=tried.error, due_at=due_at
        )
        if moved and delivery.endpoint_id is not None:
            await transaction.run(
                SQL["spare"], endpoint=delivery.endpoint_id, delivery=delivery.id, due_at=due_at, now=now
            )

    @writes
    async def gave_up(
        self, transaction: Transaction, delivery: Delivery, tried: Try, now: int, *, gone: bool = False
    ) -> None:
        """News did not arrive and is not tried again; where the endpoint is `gone`, neither is anything else there."""
        await _log(transaction, delivery, tried)
        await transaction.run(SQL["give_up"], delivery=delivery.id, fence=delivery.fence, trouble=tried.error, now=now)
        if gone and delivery.endpoint_id is not None:
            await transaction.run(ENDPOINTS["disable"], endpoint=delivery.endpoint_id, now=now)
            await transaction.run(SQL["forsake"], endpoint=delivery.endpoint_id, trouble=tried.error, now=now)

    @writes
    async def again(self, transaction: Transaction, owner: str, job: int, now: int) -> None:
        """Deliver a job's answers once more: a retry has changed them."""
        await transaction.run(SQL["again"], owner=owner, job=job, now=now)

    @writes
    async def redeliver(self, transaction: Transaction, owner: str, event_id: str, now: int) -> Delivery | None:
        """Tell news once more, under its name; None where there is no such news, or it has not happened yet."""
        row = await transaction.one(SQL["redeliver"], owner=owner, event_id=event_id, now=now)
        return _delivery(row) if row else None

    @reads
    async def of_job(self, transaction: Transaction, owner: str, job: int) -> list[Delivery]:
        """A job's deliveries, made or not."""
        return [_delivery(row) for row in await transaction.all(SQL["of_job"], owner=owner, job=job)]

    @reads
    async def news(
        self,
        transaction: Transaction,
        owner: str,
        count: int,
        *,
        job: int | None = None,
        endpoint: int | None = None,
        event_id: str | None = None,
    ) -> list[Told]:
        """What was told or will be, the newest first, with every try."""
        rows = await transaction.all(
            SQL["news"], owner=owner, job=job or 0, endpoint=endpoint or 0, event_id=event_id or "", count=count
        )
        return [
            Told(
                _delivery(row),
                row["job"],
                row["url"],
                [_try(one) for one in await transaction.all(SQL["tries"], delivery=row["id"])],
            )
            for row in rows
        ]

    @reads
    async def request_told(self, transaction: Transaction, delivery: Delivery) -> Row:
        """The request that news is about, with what settled it."""
        row = await transaction.one(SQL["told_request"], owner=delivery.owner, request=delivery.request_id)
        assert row is not None
        return row


async def announce(
    transaction: Transaction, owner: str, job: int, recipient: Recipient, now: int, *, request: int | None = None
) -> None:
    """As the verb, within a transaction: with the one that accepts the work it is as sure as the work."""
    await transaction.run(
        SQL["announce"],
        owner=owner,
        job=job,
        request=request,
        kind=recipient.kind,
        destination=recipient.destination,
        endpoint=recipient.endpoint_id,
        event_id=recipient.event_id,
        now=now,
    )


async def wake_moved(transaction: Transaction, jobs: Sequence[int], now: int) -> None:
    """Requests of these jobs were settled as the staged rows say: tell whoever is to be told.

    A job that nobody waits for a request of, as every job of a file, costs one look at an index.
    """
    for job in jobs:
        if await transaction.one(SQL["awaiting"], job=job) is not None:
            await transaction.run(SQL["wake_moved"], job=job, now=now)


async def wake_settled(transaction: Transaction, job: int, now: int) -> None:
    """Requests of this job were settled in another way: tell whoever is to be told."""
    if await transaction.one(SQL["awaiting"], job=job) is not None:
        await transaction.run(SQL["wake_settled"], job=job, now=now)


async def next_due(transaction: Transaction, host: str) -> dict[str, int]:
    """When a machine has its next delivery to make, by lane."""
    return {row["lane"]: row["due_at"] for row in await transaction.all(SQL["next_due"], host=host)}


async def _log(transaction: Transaction, delivery: Delivery, tried: Try) -> None:
    await transaction.run(
        SQL["log_try"],
        owner=delivery.owner,
        delivery=delivery.id,
        at=tried.at,
        duration=tried.duration,
        status=tried.status,
        error=tried.error,
    )


def _try(row: Row) -> Try:
    return Try(row["at"], row["duration"], row["status"], row["error"])


def _delivery(row: Row) -> Delivery:
    return Delivery(*(row[name] for name in Delivery.__slots__))
