"""The ledger, read: entries are written where attempts are settled (`bide.store.attempts`)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bide.core.usage import Usage
from bide.store import queries
from bide.store.database import Row, Transaction, Verbs, reads, writes

SQL = queries.load("ledger")

STAGES = ("queue", "provider", "rescue")
"""Until something was sent; until a batch or the flex tier had answered, or the request was called; until the call had answered."""


@dataclass(frozen=True, slots=True)
class Total:
    """The entries of one kind, lane and reason. `amount` and `listed` in 1e-12 USD, without the `unpriced` ones; of `unlisted`
    ones only what the same tokens cost at list price is unknown."""

    kind: str
    lane: str
    reason: str | None
    entries: int
    unpriced: int
    amount: int
    listed: int
    usage: Usage
    unlisted: int = 0


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A rate card as it is stored: `card` is the encoded form of `bide.ledger`."""

    id: int
    provider: str
    model: str
    mode: str
    day: str
    card: str


class Ledger(Verbs):
    """Verbs over the ledger."""

    @writes
    async def keep_card(
        self, transaction: Transaction, provider: str, model: str, mode: str, day: str, card: str
    ) -> int:
        """Keep a rate card in force; its id."""
        row = await transaction.one(SQL["keep_card"], provider=provider, model=model, mode=mode, day=day, card=card)
        assert row is not None
        return row["id"]

    @reads
    async def cards(self, transaction: Transaction, day: str) -> list[KeptCard]:
        """The cards kept for a day."""
        return [_card(row) for row in await transaction.all(SQL["cards"], day=day)]

    @reads
    async def totals(self, transaction: Transaction, owner: str, job: int) -> list[Total]:
        """What a job has cost so far."""
        return [total(row) for row in await transaction.all(SQL["entries"], owner=owner, job=job)]

    @reads
    async def used_cards(self, transaction: Transaction, owner: str, job: int) -> list[KeptCard]:
        """The rate cards a job was charged by."""
        return [_card(row) for row in await transaction.all(SQL["used_cards"], owner=owner, job=job)]

    @reads
    async def attempts(self, transaction: Transaction, owner: str, job: int) -> dict[tuple[str, str], int]:
        """By (lane, state), how many attempts a job took."""
        rows: Sequence[Row] = await transaction.all(SQL["attempts"], owner=owner, job=job)
        return {(row["lane"], row["state"]): row["attempts"] for row in rows}

    @reads
    async def realtime_span(self, transaction: Transaction, owner: str, job: int) -> tuple[int | None, int | None]:
        """When the first real-time call of a job was made and the last one ended: calls in the flex tier rescue nothing."""
        row = await transaction.one(SQL["realtime_span"], owner=owner, job=job)
        return (row["first"], row["last"]) if row else (None, None)

    @reads
    async def stages(self, transaction: Transaction, owner: str, job: int) -> dict[str, list[tuple[int, int]]]:
        """How long a job's answered requests were in each stage (`queue`, `provider`, `rescue`): pairs of (seconds, requests),
        ascending."""
        counts: dict[str, Counter[int]] = {stage: Counter() for stage in STAGES}
        for row in await transaction.all(SQL["stages"], owner=owner, job=job):
            for stage in STAGES:
                if row[stage] is not None:
                    counts[stage][row[stage]] += row["requests"]
        return {stage: sorted(found.items()) for stage, found in counts.items() if found}

    @reads
    async def late(self, transaction: Transaction, owner: str, job: int) -> int:
        """How many of a job's answers came after their deadline."""
        row = await transaction.one(SQL["late"], owner=owner, job=job)
        return row["late"] if row else 0


def total(row: Row) -> Total:
    """Summed entries, from a row with their sums."""
    return Total(
        row["kind"],
        row["lane"],
        row["reason"],
        row["entries"],
        int(row["unpriced"]),
        _whole(row["amount_high"], row["amount_low"]),
        _whole(row["listed_high"], row["listed_low"]),
        Usage(*(int(row[name]) for name in Usage._fields)),
        int(row["unlisted"]),
    )


def _whole(high: int | None, low: int | None) -> int:
    """A sum that was split at 1e6, so that no part of it could overflow."""
    return int(high or 0) * 1_000_000 + int(low or 0)


def _card(row: Row) -> KeptCard:
    return KeptCard(row["id"], row["provider"], row["model"], row["mode"], row["day"], row["card"])
