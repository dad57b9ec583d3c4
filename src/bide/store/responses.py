"""Responses that clients ask about again: where each of them lives, and what those that live here were asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.core.errors import NotFoundError
from bide.core.span import Span
from bide.store import queries
from bide.store.database import Row, Transaction, Verbs, reads, writes

SQL = queries.load("responses")


@dataclass(frozen=True, slots=True)
class Kept:
    """A response that an account gave and keeps. `external_id` is the account's."""

    owner: str
    external_id: str
    account: str
    created_at: int


class Responses(Verbs):
    """Verbs over responses."""

    @writes
    async def keep(self, transaction: Transaction, kept: Sequence[Kept]) -> None:
        """Note where responses live."""
        for one in kept:
            await transaction.run(
                SQL["keep"],
                owner=one.owner,
                external_id=one.external_id,
                account=one.account,
                now=one.created_at,
            )

    @reads
    async def find(self, transaction: Transaction, owner: str, external_id: str) -> Row | None:
        """Where a response lives, or that it was deleted; None where it is a call, or there is none."""
        return await transaction.one(SQL["find"], owner=owner, external_id=external_id)

    @writes
    async def delete(self, transaction: Transaction, owner: str, external_id: str, now: int) -> None:
        """Tell nobody of a response any more."""
        await transaction.run(SQL["delete"], owner=owner, external_id=external_id, now=now)

    @reads
    async def asked(self, transaction: Transaction, owner: str, call: str) -> tuple[Span, bool]:
        """Where the body of a call lies, and whether somebody works on it this moment. Raises `NotFoundError`."""
        row = await transaction.one(SQL["asked"], owner=owner, external_id=call)
        if row is None:
            raise NotFoundError(f"there is no request {call!r}")
        return Span(row["object_id"], row["start"], row["length"], row["checksum"]), row["live"] > 0
