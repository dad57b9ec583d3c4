"""Keys in the store: made, found by the digest of their secret, revoked, given a new secret. No secret ever comes here."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bide.core.clock import DAY
from bide.core.deadline import Priority
from bide.core.errors import ConflictError, NotFoundError
from bide.core.key import Key
from bide.core.states import Lane
from bide.store import queries, records
from bide.store.database import Row, Transaction, Verbs, reads, writes

SQL = queries.load("keys")

GRACE = DAY
"""How long the former secret is good after a rotation, unless it is said otherwise: time to bring the new one everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """What a key is when it is made; the fields of `Key`."""

    external_id: str
    name: str
    digest: bytes
    prefix: str
    expires_at: int | None = None
    models: Sequence[str] | None = None
    lanes: Collection[Lane] | None = None
    priority: Priority | None = None
    workflow: str | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    budget_day: int | None = None
    budget_month: int | None = None
    budget_hard: bool = True


PLAIN = tuple(name for name in NewKey.__slots__ if name not in ("models", "lanes", "budget_hard"))


class Keys(Verbs):
    """Verbs over keys. `owner` is whose they are; None is for whoever administers all of them."""

    @writes
    async def create(self, transaction: Transaction, owner: str, key: NewKey, now: int) -> Key:
        """Make a key."""
        row = await transaction.one(
            SQL["insert"],
            owner=owner,
            now=now,
            models=None if key.models is None else json.dumps(list(key.models)),
            lanes=None if key.lanes is None else json.dumps(sorted(key.lanes)),
            budget_hard=int(key.budget_hard),
            **{name: getattr(key, name) for name in PLAIN},
        )
        assert row is not None
        return _key(row)

    @reads
    async def find(self, transaction: Transaction, digest: bytes, now: int) -> Key | None:
        """The key that a secret with this digest opens now; None: it opens nothing.

        Who keeps the answer for a while asks `Key.accepts` again each time, and looks here again before long: a key may be
        revoked meanwhile.
        """
        for row in await transaction.all(SQL["by_digest"], digest=digest):
            if (key := _key(row)).accepts(digest, now):
                return key
        return None

    @reads
    async def exist(self, transaction: Transaction) -> bool:
        """Whether anybody has a key that was not revoked, be it expired or not."""
        return await transaction.one(SQL["any"]) is not None

    @reads
    async def were_made(self, transaction: Transaction) -> bool:
        """Whether there ever was a key, be it revoked or not."""
        return await transaction.one(SQL["ever"]) is not None

    @reads
    async def list(self, transaction: Transaction, owner: str | None) -> Sequence[Key]:
        """The keys, the revoked ones too, oldest first."""
        return [_key(row) for row in await transaction.all(SQL["list"], owner=owner or "")]

    @writes
    async def revoke(self, transaction: Transaction, owner: str | None, external_id: str, now: int) -> Key:
        """Make a key open nothing any more. One that is revoked already stays as it is.

        What was handed in with it goes on, and is still spent on its account. Raises `NotFoundError`.
        """
        row = await transaction.one(SQL["revoke"], owner=owner or "", external_id=external_id, now=now)
        return _key(row) if row else await _get(transaction, owner, external_id)

    @writes
    async def rotate(
        self,
        transaction: Transaction,
        owner: str | None,
        external_id: str,
        digest: bytes,
        prefix: str,
        now: int,
        grace: int = GRACE,
    ) -> Key:
        """Give a key a new secret. The present one is good for `grace` microseconds more; the one before it no more.

        Everything else stays: its id, its budgets and what it has spent.

        Raises:
            NotFoundError: there is no such key.
            ConflictError: it is revoked.
        """
        row = await transaction.one(
            SQL["rotate"],
            owner=owner or "",
            external_id=external_id,
            digest=digest,
            prefix=prefix,
            former_until=now + grace,
        )
        if row is None:
            found = await _get(transaction, owner, external_id)
            raise ConflictError(f"{found.external_id} is revoked; make a new key with `bide keys create`")
        return _key(row)


async def _get(transaction: Transaction, owner: str | None, external_id: str) -> Key:
    row = await transaction.one(SQL["by_external_id"], owner=owner or "", external_id=external_id)
    if row is None:
        raise NotFoundError(f"there is no key {external_id!r}; `bide keys list` lists the keys")
    return _key(row)


def _key(row: Row) -> Key:
    found = records.values(Key, row)
    found.update(
        models=None if row["models"] is None else tuple(json.loads(row["models"])),
        lanes=None if row["lanes"] is None else frozenset(Lane(lane) for lane in json.loads(row["lanes"])),
        priority=None if row["priority"] is None else Priority(row["priority"]),
        budget_hard=bool(row["budget_hard"]),
    )
    return Key(**found)
