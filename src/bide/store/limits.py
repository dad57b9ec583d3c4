"""What is known about an account's limits, and who shares its real-time capacity: never module globals."""

from collections.abc import Mapping
from dataclasses import dataclass

from bide.core.clock import FAR_FUTURE
from bide.core.quota import CREATE_WINDOW, LATELY, Resource
from bide.store import queries
from bide.store.database import Transaction, Verbs, writes

SQL = queries.load("limits")

REQUESTS_PER_MINUTE = "requests_per_minute"
TOKENS_PER_MINUTE = "tokens_per_minute"
ENQUEUED_TOKENS = Resource.ENQUEUED_TOKENS.value


@dataclass(frozen=True, slots=True)
class Known:
    """A limit, where it is known from and since when."""

    value: int
    source: str
    learned_at: int


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What lies at a provider and counts against its quota: input tokens, batches and their requests. Of `unborn` batches the
    create has not been sent yet."""

    tokens: int
    batches: int
    requests: int = 0
    unborn: int = 0


@dataclass(frozen=True, slots=True)
class Created:
    """How many batches were created in the last hour, when the oldest of them, and how many in the last 15 minutes (`LATELY`)."""

    batches: int = 0
    oldest: int = FAR_FUTURE
    lately: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """Input files that lie at a provider, and their bytes."""

    files: int
    size: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What is in use of every quota."""

    enqueued: Mapping[tuple[str, str], Enqueued]
    created: Mapping[str, Created]
    stored: Mapping[str, Stored]

    def of(self, resource: Resource, account: str, model: str | None) -> int:
        """How much of it an account has in use for a model, or for all of them."""
        lies = self._lies(account, model)
        stored = self.stored.get(account, Stored(0, 0))
        match resource:
            case Resource.ENQUEUED_TOKENS:
                return sum(one.tokens for one in lies)
            case Resource.ENQUEUED_REQUESTS:
                return sum(one.requests for one in lies)
            case Resource.LIVE_BATCHES:
                return sum(one.batches for one in lies)
            case Resource.BATCHES_PER_HOUR:
                return self.created.get(account, NONE).batches + sum(one.unborn for one in lies)
            case Resource.FILES:
                return stored.files
            case Resource.STORED_BYTES:
                return stored.size

    def created_lately(self, account: str) -> int:
        """Of the batches an hour, those of the last 15 minutes."""
        return self.created.get(account, NONE).lately + sum(one.unborn for one in self._lies(account, None))

    def _lies(self, account: str, model: str | None) -> list[Enqueued]:
        """What lies at an account's provider, of a model or of all."""
        return [
            one for (own, name), one in self.enqueued.items() if own == account and (model is None or name == model)
        ]


NONE = Created()

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
    """By (account, model), what counts against the quotas of its queue."""
    rows = await transaction.all(SQL["enqueued"])
    return {
        (row["account"], row["model"]): Enqueued(
            int(row["tokens"]), row["batches"], int(row["requests"]), int(row["unborn"])
        )
        for row in rows
    }


async def created(transaction: Transaction, now: int) -> dict[str, Created]:
    """By account, the batches that were created in the last hour."""
    rows = await transaction.all(SQL["recent"], since=now - CREATE_WINDOW, lately=now - LATELY)
    return {row["account"]: Created(row["batches"], row["oldest"], int(row["lately"])) for row in rows}


async def stored(transaction: Transaction) -> dict[str, Stored]:
    """By account, the files that lie at its provider."""
    rows = await transaction.all(SQL["stored"])
    return {row["account"]: Stored(row["files"], int(row["size"])) for row in rows}


async def usage(transaction: Transaction, now: int) -> Usage:
    """What is in use of every quota."""
    return Usage(await enqueued(transaction), await created(transaction, now), await stored(transaction))
