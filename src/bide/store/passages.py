"""Passages: calls that were passed on at once. An intent before, what became of it and what it cost afterwards.

They are not promised, so they have no states to move through and nobody plans them; what a crash leaves behind is entered
as suspected, at the most that it can have cost (promise 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.core.states import AttemptState
from bide.core.usage import Usage
from bide.store import queries
from bide.store.database import Row, Transaction, Verbs, reads, writes
from bide.store.reports import Price

SQL = queries.load("passages")

ORPHANS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A call that is about to be passed on. `reserved` in 1e-12 USD, `sent_at` in microseconds since 1970."""

    external_id: str
    owner: str
    key: int | None
    workflow: str | None
    path: str
    account: str
    model: str
    urgency: str
    holder: str
    body_bytes: int
    output_tokens: int
    reserved: int
    sent_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What became of one. `price` is None where nothing was billed; with `suspected` it is the most that may have been."""

    external_id: str
    state: AttemptState
    status: int | None
    code: str | None
    price: Price | None
    suspected: bool
    first_token_at: int | None
    finished_at: int


NO_USAGE = Usage()


class Passages(Verbs):
    """Verbs over passages."""

    @writes
    async def record(self, transaction: Transaction, begun: Sequence[Passage], ended: Sequence[Passed]) -> None:
        """Put intents and ends on record, in this order."""
        if begun:
            await transaction.many(
                SQL["insert"],
                [
                    (
                        one.external_id,
                        one.owner,
                        one.key,
                        one.workflow,
                        one.path,
                        one.account,
                        one.model,
                        one.urgency,
                        one.holder,
                        one.body_bytes,
                        one.output_tokens,
                        one.reserved,
                        one.sent_at,
                    )
                    for one in begun
                ],
            )
        for one in ended:
            price = one.price
            await transaction.run(
                SQL["end"],
                external_id=one.external_id,
                state=one.state,
                first_token_at=one.first_token_at,
                finished_at=one.finished_at,
                status=one.status,
                code=one.code,
                kind=None if price is None else "suspected" if one.suspected else "paid",
                amount=price.amount if price else None,
                card=price.card if price else None,
                **(price.usage if price else NO_USAGE)._asdict(),
            )

    @reads
    async def holders(self, transaction: Transaction) -> list[str]:
        """Every gateway that has calls under way."""
        return sorted(row["holder"] for row in await transaction.all(SQL["holders"]))

    @reads
    async def orphans(self, transaction: Transaction, holder: str) -> Sequence[Row]:
        """Some of the calls of a gateway that is gone."""
        return await transaction.all(SQL["orphans"], holder=holder, count=ORPHANS)

    @reads
    async def find(self, transaction: Transaction, owner: str, external_id: str) -> Row | None:
        """A passage; None where there is none."""
        return await transaction.one(SQL["find"], owner=owner, external_id=external_id)
