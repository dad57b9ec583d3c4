"""Passages: calls that were passed on at once. An intent before, what became of it and what it cost afterwards.

They are not promised, so they have no states to move through and nobody plans them; what a crash leaves behind is entered
as suspected, at the most that it can have cost (promise 3). What they reserve of a key's budgets is reserved with the
intent and settled with the end.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from bide.core.budget import NOTHING_RESERVED, BudgetExhaustedError, PriceUnknownError, Reservation
from bide.core.clock import DAY
from bide.core.states import AttemptState
from bide.core.usage import Usage
from bide.store import budgets, queries
from bide.store.database import Row, Transaction, Verbs, reads, writes
from bide.store.reports import Price

SQL = queries.load("passages")

ORPHANS = 500


class Passage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call that is about to be passed on. `sent_at` in microseconds since 1970.

    `reserved` is what to reserve for it, in 1e-12 USD; None: a price is unknown. It counts only where its key `has_budget`.
    """

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
    sent_at: int
    reserved: int | None = 0
    has_budget: bool = False


class Passed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
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

Begun = Reservation | BudgetExhaustedError | PriceUnknownError
"""What an intent came to: what was reserved, or why it must not be sent."""


class Passages(Verbs):
    """Verbs over passages."""

    @writes
    async def record(self, transaction: Transaction, begun: Sequence[Passage], ended: Sequence[Passed]) -> list[Begun]:
        """Put intents and ends on record, and tell for each intent, in their order, what was reserved for it.

        An intent for which a budget does not suffice is not put on record, and must not be sent; its neighbours are. What
        ends gives back before the others take.
        """
        already = {one.external_id for one in begun}
        postings = await _end(transaction, [one for one in ended if one.external_id not in already])
        found: dict[str, Begun] = {}
        budgeted = [one for one in begun if one.has_budget and one.key is not None]
        for key in sorted({*postings, *(one.key for one in budgeted if one.key is not None)}):
            if key in postings:
                await postings.pop(key).write(transaction)
            for one in budgeted:
                if one.key == key:
                    found[one.external_id] = await _reserve(transaction, key, one)
        kept = [one for one in begun if isinstance(found.get(one.external_id, NOTHING_RESERVED), Reservation)]
        if kept:
            await transaction.many(
                SQL["insert"], [_row(one, found.get(one.external_id, NOTHING_RESERVED)) for one in kept]
            )
        postings = await _end(transaction, [one for one in ended if one.external_id in already])
        for key in sorted(postings):
            await postings[key].write(transaction)
        return [found.get(one.external_id, NOTHING_RESERVED) for one in begun]

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


async def _reserve(transaction: Transaction, key: int, one: Passage) -> Begun:
    try:
        return await budgets.reserve(transaction, key, one.reserved, one.sent_at)
    except (BudgetExhaustedError, PriceUnknownError) as error:
        return error


def _row(one: Passage, made: Begun) -> tuple[object, ...]:
    """An intent in the order of the query's names."""
    return (
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
        made.amount if isinstance(made, Reservation) else 0,
        one.sent_at,
    )


async def _end(transaction: Transaction, ended: Sequence[Passed]) -> dict[int, budgets.Postings]:
    """Note ends, and what they mean for the budgets of their keys."""
    postings: defaultdict[int, budgets.Postings] = defaultdict(budgets.Postings)
    if not ended:
        return postings
    await transaction.run(SQL["clear_ended"])
    await transaction.many(SQL["load"], [_ended_row(one) for one in ended])
    await transaction.lock(SQL["lock_ended"])
    for row in await transaction.all(SQL["settling"], day=DAY):
        posting = postings[row["key_id"]]
        posting.release(row["key_id"], row["reserved"], row["sent_on"] * DAY)
        posting.spend(row["key_id"], row["spent"], row["finished_on"] * DAY)
    await transaction.run(SQL["end"])
    return postings


def _ended_row(one: Passed) -> tuple[object, ...]:
    """An end in the order of the query's names."""
    price = one.price
    return (
        one.external_id,
        one.state,
        one.first_token_at,
        one.finished_at,
        one.status,
        one.code,
        None if price is None else "suspected" if one.suspected else "paid",
        price.amount if price else None,
        price.listed if price else None,
        price.card if price else None,
        *(price.usage if price else NO_USAGE),
    )
