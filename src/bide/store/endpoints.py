"""Webhook endpoints in the store: whose, where, and the sealed secrets that sign what goes there."""

from dataclasses import dataclass

from bide.core.errors import NotFoundError, RefusedError
from bide.store import queries
from bide.store.database import Row, Transaction, Verbs, reads, writes

SQL = queries.load("endpoints")

MOST = 1_000
"""Endpoints of one owner: whoever needs more puts what differs behind the ``?``, which is no part of an endpoint."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that somebody's events go to, without what follows its path."""

    id: int
    owner: str
    external_id: str
    url: str
    created_at: int
    disabled_at: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """An endpoint in a list: how many events are on their way there, and how many were given up."""

    endpoint: Endpoint
    waiting: int
    given_up: int


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint to be, with its first secret. `sealed` is bound to the owner and the external id."""

    owner: str
    external_id: str
    url: str
    sealed: str


class Endpoints(Verbs):
    """Verbs over endpoints. `owner` sees and moves only its own."""

    @writes
    async def ensure(self, transaction: Transaction, new: NewEndpoint, now: int) -> Endpoint:
        """The endpoint of this owner and address, made where there is none.

        Raises:
            RefusedError: the owner has too many.
        """
        found = await transaction.one(SQL["by_url"], owner=new.owner, url=new.url)
        if found is not None:
            return _endpoint(found)
        counted = await transaction.one(SQL["count"], owner=new.owner)
        if counted is not None and counted["endpoints"] >= MOST:
            raise RefusedError(
                f"there are {MOST:,} webhook endpoints already; put what differs from event to event behind a ?, as in /hook?id=7"
            )
        made = await transaction.run(SQL["insert"], owner=new.owner, external_id=new.external_id, url=new.url, now=now)
        row = await transaction.one(SQL["by_url"], owner=new.owner, url=new.url)
        assert row is not None
        if made:
            await transaction.run(SQL["add_secret"], owner=new.owner, endpoint=row["id"], sealed=new.sealed, now=now)
        return _endpoint(row)

    @reads
    async def at(self, transaction: Transaction, owner: str, url: str) -> Endpoint | None:
        """The endpoint with this address."""
        row = await transaction.one(SQL["by_url"], owner=owner, url=url)
        return _endpoint(row) if row else None

    @reads
    async def get(self, transaction: Transaction, owner: str, endpoint: int) -> Endpoint:
        """The endpoint. Raises `NotFoundError`."""
        return _found(await transaction.one(SQL["by_id"], owner=owner, endpoint=endpoint), str(endpoint))

    @reads
    async def find(self, transaction: Transaction, owner: str, name: str) -> Endpoint:
        """The endpoint with this external id or this address. Raises `NotFoundError`."""
        row = await transaction.one(SQL["by_external_id"], owner=owner, external_id=name)
        return _found(row or await transaction.one(SQL["by_url"], owner=owner, url=name), name)

    @reads
    async def all(self, transaction: Transaction, owner: str, count: int) -> list[Listed]:
        """The newest first."""
        rows = await transaction.all(SQL["all"], owner=owner, count=count)
        return [Listed(_endpoint(row), row["waiting"], row["given_up"]) for row in rows]

    @reads
    async def secrets(self, transaction: Transaction, endpoint: Endpoint, now: int) -> list[str]:
        """The sealed secrets that sign at this moment, the newest first."""
        return [row["sealed"] for row in await transaction.all(SQL["secrets"], endpoint=endpoint.id, now=now)]

    @writes
    async def rotate(self, transaction: Transaction, endpoint: Endpoint, sealed: str, until: int, now: int) -> None:
        """Sign with a new secret from now on, and with the one that it replaces as well until then."""
        await transaction.lock(SQL["lock"], endpoint=endpoint.id)
        await transaction.run(SQL["forget"], endpoint=endpoint.id, now=now)
        await transaction.run(SQL["retire"], endpoint=endpoint.id, until=until)
        await transaction.run(SQL["add_secret"], owner=endpoint.owner, endpoint=endpoint.id, sealed=sealed, now=now)

    @writes
    async def enable(self, transaction: Transaction, endpoint: Endpoint) -> None:
        """It is there again."""
        await transaction.run(SQL["enable"], owner=endpoint.owner, endpoint=endpoint.id)


def _found(row: Row | None, name: str) -> Endpoint:
    if row is None:
        raise NotFoundError(f"there is no webhook endpoint {name!r}; `bide webhooks list` lists them")
    return _endpoint(row)


def _endpoint(row: Row) -> Endpoint:
    return Endpoint(*(row[name] for name in Endpoint.__slots__))
