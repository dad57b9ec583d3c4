"""What is known about an account's limits, and who shares its real-time capacity: never module globals."""

from collections.abc import Mapping
from dataclasses import dataclass

from bide.store import queries
from bide.store.database import Transaction, Verbs, writes

SQL = queries.load("limits")

REQUESTS_PER_MINUTE = "requests_per_minute"
TOKENS_PER_MINUTE = "tokens_per_minute"
ENQUEUED_TOKENS = "enqueued_tokens"


@dataclass(frozen=True, slots=True)
class Known:
    """A limit, where it is known from and since when."""

    value: int
    source: str
    learned_at: int


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What lies at a provider and counts against its quota: input tokens and batches."""

    tokens: int
    batches: int


LimitKey = tuple[str, str, str]
"""(account, model, name)"""


class Limits(Verbs):
    """Verbs over limits."""

    @writes
    async def learn(
        self, transaction: Transaction, account: str, model: str, values: Mapping[str, int], source: str, now: int
    ) -> None:
        """Note limits by name, as a header or a refusal told them."""
        for name, value in sorted(values.items()):
            await transaction.run(
                SQL["learn"], account=account, model=model, name=name, value=value, source=source, now=now
            )

    @writes
    async def share(self, transaction: Transaction, account: str, model: str, holder: str, until: int, now: int) -> int:
        """Say that `holder` uses the account's real-time capacity until then; among how many it is divided."""
        await transaction.lock(SQL["lock_users"], account=account, model=model)
        await transaction.run(SQL["use"], account=account, model=model, holder=holder, until=until)
        row = await transaction.one(SQL["users"], account=account, model=model, now=now)
        assert row is not None
        return max(1, row["users"])


async def known(transaction: Transaction) -> dict[LimitKey, Known]:
    """Every limit on record."""
    return {
        (row["account"], row["model"], row["name"]): Known(row["value"], row["source"], row["learned_at"])
        for row in await transaction.all(SQL["all"])
    }


async def enqueued(transaction: Transaction) -> dict[tuple[str, str], Enqueued]:
    """By (account, model), what counts against the enqueued-token quota."""
    rows = await transaction.all(SQL["enqueued"])
    return {(row["account"], row["model"]): Enqueued(int(row["tokens"]), row["batches"]) for row in rows}


async def created_since(transaction: Transaction, since: int) -> dict[str, int]:
    """By account, how many batches were created after `since`."""
    return {row["account"]: row["batches"] for row in await transaction.all(SQL["recent"], since=since)}
