"""Budgets in the store: reserved at intake, settled once, never overspent by callers who come at the same time.

Whoever writes here does so last in its transaction: the rows of `spending` come after batches, buckets and jobs in the order
of locks, by key and period.
"""

from collections.abc import Iterable, Mapping, Sequence

from bide.core.budget import BudgetExhaustedError, PriceUnknownError, Reservation, Span, Standing, period_of, renewal
from bide.core.clock import DAY
from bide.core.errors import NotFoundError
from bide.core.money import Ceiling
from bide.store import queries
from bide.store.database import Row, Transaction, Verbs, reads, writes

SQL = queries.load("budgets")

UNBOUNDED = 1 << 62
"""1e-12 USD that no budget can be: four million USD, half of what a column holds."""

SPANS = (Span.MONTH, Span.DAY)
"""The order in which a key's rows are locked: that of the periods as text."""


class Budgets(Verbs):
    """Verbs over budgets, for whoever has no transaction of their own."""

    @writes
    async def reserve(self, transaction: Transaction, key_id: int, amount: int | None, now: int) -> Reservation:
        """As `reserve` below, committed when this returns."""
        return await reserve(transaction, key_id, amount, now)

    @writes
    async def settle(
        self, transaction: Transaction, key_id: int, reserved: int, spent: int, reserved_at: int, now: int
    ) -> None:
        """As `settle` below, committed when this returns."""
        await settle(transaction, key_id, reserved, spent, reserved_at, now)

    @reads
    async def standings(self, transaction: Transaction, key_id: int, now: int) -> dict[Span, Standing]:
        """Where a key stands today and this month. Raises `NotFoundError`."""
        limits = await _limits(transaction, key_id)
        return {span: await _standing(transaction, key_id, limits, span, now) for span in Span}


async def reserve(transaction: Transaction, key_id: int, amount: int | None, now: int) -> Reservation:
    """Reserve an amount (1e-12 USD; None: the price is unknown) against a key's day and month, before anything is spent.

    Where it raises, nothing is reserved. A budget that only warns never raises: it is in `Reservation.exceeded`.

    Raises:
        BudgetExhaustedError: it does not fit into a budget that must not be exceeded.
        PriceUnknownError: there is such a budget, and the price is unknown.
        NotFoundError: there is no such key.
    """
    limits = await _limits(transaction, key_id)
    budgets: Mapping[Span, int | None] = {span: limits[f"budget_{span}"] for span in SPANS}
    if amount is None:
        if limits["budget_hard"] and any(budget is not None for budget in budgets.values()):
            raise PriceUnknownError(limits["external_id"])
        return Reservation(unpriced=True)
    taken: list[Span] = []
    exceeded: list[Standing] = []
    for span, budget in budgets.items():
        period = period_of(span, now)
        most = UNBOUNDED if budget is None or not limits["budget_hard"] else budget
        row = None
        if amount <= most:  # the row of a new period is inserted without a comparison
            row = await transaction.one(SQL["reserve"], key=key_id, period=period, amount=amount, most=most)
        if row is None:
            for earlier in taken:
                await _post(transaction, key_id, period_of(earlier, now), -amount, 0)
            standing = await _standing(transaction, key_id, limits, span, now)
            raise BudgetExhaustedError(limits["external_id"], standing, amount)
        taken.append(span)
        if budget is not None and row["reserved"] + row["spent"] > budget:
            exceeded.append(Standing(span, period, budget, row["reserved"], row["spent"], renewal(span, now)))
    return Reservation(amount, tuple(exceeded))


async def reserve_job(
    transaction: Transaction, job: int, ceilings: Mapping[int, Ceiling | None], now: int
) -> Reservation:
    """Reserve for every waiting request of a job that is being accepted, and note on each how much. Nothing without a key.

    `ceilings` are by bucket; None: a price is unknown. Of a request's bytes each may be a token. For the transaction that
    accepts the job, and raises as `reserve`.
    """
    key = await _key_of(transaction, job)
    if key is None:
        return Reservation()
    if any(ceiling is None for ceiling in ceilings.values()):
        await reserve(transaction, key, None, now)
    total = 0
    for bucket, ceiling in sorted(ceilings.items()):
        if ceiling is None:
            continue
        await transaction.run(SQL["hold"], bucket=bucket, input=ceiling.input, output=ceiling.output, now=now)
        held = await transaction.one(SQL["held"], bucket=bucket)
        assert held is not None
        total += int(held["reserved"])
    made = await reserve(transaction, key, total, now)
    return Reservation(made.amount, made.exceeded, None in ceilings.values())


async def settle(transaction: Transaction, key_id: int, reserved: int, spent: int, reserved_at: int, now: int) -> None:
    """Give a reservation back in the periods in which it was made, and spend what it really cost in those of now.

    Who makes a reservation settles it once; nothing here remembers it. `spent` is 0 where nothing was billed, and what was
    reserved where the price turned out to be unknown.
    """
    postings = Postings()
    postings.release(key_id, reserved, reserved_at)
    postings.spend(key_id, spent, now)
    await postings.write(transaction)


async def release(transaction: Transaction, job: int, rows: Sequence[Row]) -> None:
    """Give back what was reserved for requests of a job that have just been settled without an answer.

    Rows have `id`, `reserved` and `reserved_at`. Costs nothing where nothing was reserved.
    """
    held = [row for row in rows if row["reserved"]]
    if not held or (key := await _key_of(transaction, job)) is None:
        return
    postings = Postings()
    for row in held:
        postings.release(key, row["reserved"], row["reserved_at"])
    ids = [row["id"] for row in held]
    await transaction.run(SQL["let_go"], job=job, first=min(ids), last=max(ids))
    await postings.write(transaction)


async def forget(transaction: Transaction, job: int, count: int) -> None:
    """Give back what was reserved for the first `count` requests of a job that are about to be deleted."""
    key = await _key_of(transaction, job)
    if key is None:
        return
    postings = Postings()
    for row in await transaction.all(SQL["forgotten"], job=job, count=count):
        postings.release(key, int(row["reserved"]), row["day"] * DAY)
    await postings.write(transaction)


async def settle_moved(transaction: Transaction, totals: Iterable[Row], lifted: Iterable[Row], now: int) -> None:
    """Book what has landed to the keys of its jobs. Without a key among them nothing is asked of the database.

    Spent is whatever has an entry: answers, waste and suspicion alike, for all of it may be on the provider's bill. A
    suspicion that is taken back is taken back where it was spent. An answer of unknown price counts at what was reserved
    for its request: unknown is never free.
    """
    keys: dict[int, int] = {}
    postings = Postings()
    for row in totals:
        if row["key_id"] is not None:
            keys[row["job_id"]] = row["key_id"]
            if row["entry"] is not None:
                postings.spend(row["key_id"], int(row["amount"] or 0), now)
    if not keys:
        return
    for row in lifted:
        if row["job_id"] in keys:
            postings.spend(keys[row["job_id"]], -int(row["amount"] or 0), row["day"] * DAY)
    released = await transaction.all(SQL["released"])
    for row in released:
        postings.release(row["key_id"], int(row["reserved"]), row["day"] * DAY)
        postings.spend(row["key_id"], int(row["unpriced"]), now)
    if released:
        await transaction.run(SQL["let_go_moved"])
    await postings.write(transaction)


class Postings:
    """Changes of what keys have reserved and spent, gathered and written in the order of locks."""

    def __init__(self) -> None:
        self._sums: dict[tuple[int, str], tuple[int, int]] = {}

    def release(self, key_id: int, amount: int, reserved_at: int) -> None:
        """Give back what was reserved then."""
        self._add(key_id, -amount, 0, reserved_at)

    def spend(self, key_id: int, amount: int, at: int) -> None:
        """Spend in the periods of an instant."""
        self._add(key_id, 0, amount, at)

    def _add(self, key_id: int, reserved: int, spent: int, at: int) -> None:
        if not reserved and not spent:
            return
        for span in SPANS:
            where = key_id, period_of(span, at)
            before = self._sums.get(where, (0, 0))
            self._sums[where] = before[0] + reserved, before[1] + spent

    async def write(self, transaction: Transaction) -> None:
        """Make the changes."""
        for (key, period), (reserved, spent) in sorted(self._sums.items()):
            await _post(transaction, key, period, reserved, spent)


async def _post(transaction: Transaction, key_id: int, period: str, reserved: int, spent: int) -> None:
    await transaction.run(SQL["post"], key=key_id, period=period, reserved=reserved, spent=spent)


async def _limits(transaction: Transaction, key_id: int) -> Row:
    row = await transaction.one(SQL["limits"], key=key_id)
    if row is None:
        raise NotFoundError("there is no such key; `bide keys list` lists the keys")
    return row


async def _standing(transaction: Transaction, key_id: int, limits: Row, span: Span, now: int) -> Standing:
    period = period_of(span, now)
    row = await transaction.one(SQL["spending"], key=key_id, period=period)
    reserved, spent = (row["reserved"], row["spent"]) if row else (0, 0)
    return Standing(span, period, limits[f"budget_{span}"], reserved, spent, renewal(span, now))


async def _key_of(transaction: Transaction, job: int) -> int | None:
    row = await transaction.one(SQL["key_of_job"], job=job)
    return row["key_id"] if row else None
