"""What was spent, summed in the database by whatever is asked for: the ledger, and the calls that were passed on at once."""

from collections.abc import Collection
from dataclasses import dataclass

from bide.core.clock import FAR_FUTURE
from bide.core.errors import InputError
from bide.store import queries
from bide.store.database import Row, Transaction, Verbs, reads
from bide.store.ledger import Total, total

SQL = queries.load("costs")

PARTS = ("workflow", "key", "model", "provider", "lane", "day")
"""What money can be divided by."""

MOST = 20_000
"""Rows that the database may answer with: they are held in memory, and nobody reads more."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one instant up to another. Days begin `offset` microseconds before those of UTC."""

    since: int = 0
    until: int = FAR_FUTURE
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """What sums are about; None where that was not asked for, or is not known.

    `key` is the row of a key, `day` counts from 1970-01-01 in the time zone of the stretch.
    """

    workflow: str | None = None
    key: int | None = None
    model: str | None = None
    provider: str | None = None
    lane: str | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Dear:
    """An answer that cost much, beside the one in the middle of its group. Amounts in 1e-12 USD, `at` in microseconds."""

    group: Group
    amount: int
    median: int
    requests: int
    """In the group, of known price."""
    at: int
    owner: str | None
    """None with `name`: the request has been purged."""
    name: str | None
    """By which `bide explain` knows it: ``req_…``, or ``JOB:custom_id``."""


class Costs(Verbs):
    """Verbs over what was spent. `owner` is whose money; None is for whoever administers all of it."""

    @reads
    async def totals(
        self, transaction: Transaction, owner: str | None, parts: Collection[str], stretch: Stretch
    ) -> list[tuple[Group, Total]]:
        """The entries of a stretch, by `PARTS`, and by lane, kind and reason. Raises `InputError` where that is too much to hold."""
        asked = _asked(owner, parts, stretch) | {"day": int("day" in parts), "offset": stretch.offset}
        found: list[tuple[Group, Total]] = []
        for name in ("entries", "passages"):
            rows = await transaction.all(SQL[name], **asked, count=MOST + 1)
            if len(rows) > MOST:
                raise InputError(
                    f"by {', '.join(parts)} there are more than {MOST:,} sums; divide by less, or ask for a shorter time"
                )
            found += [(_group(row, parts), total(row)) for row in rows]
        return found

    @reads
    async def dearest(
        self, transaction: Transaction, owner: str | None, parts: Collection[str], stretch: Stretch, count: int
    ) -> list[Dear]:
        """The `count` answers that cost most beyond the one in the middle of their group, the dearest first.

        Days are no groups here: half of a day's requests may be too few to compare with.
        """
        asked = _asked(owner, parts, stretch) | {"lane": int("lane" in parts)}
        rows = await transaction.all(SQL["dearest"], **asked, count=count)
        medians = {_group(row, parts): row["amount"] for row in rows if row["place"] == (row["requests"] + 1) // 2}
        dear = [row for row in rows if row["amount"] > medians[_group(row, parts)]]
        dear.sort(key=lambda row: (medians[_group(row, parts)] - row["amount"], row["request"], row["passage"]))
        found: list[Dear] = []
        for row in dear[:count]:
            group, (known, name) = _group(row, parts), await _named(transaction, row)
            found.append(Dear(group, row["amount"], medians[group], row["requests"], row["at"], known, name))
        return found

    @reads
    async def extent(self, transaction: Transaction, owner: str | None) -> tuple[int, int] | None:
        """When the first and the last money was spent; None: none was."""
        row = await transaction.one(SQL["extent"], owner=owner or "")
        return None if row is None or row["first"] is None else (row["first"], row["last"])


def _asked(owner: str | None, parts: Collection[str], stretch: Stretch) -> dict[str, str | int]:
    looked_up = {name: int(name in parts) for name in ("workflow", "key", "model", "provider")}
    return {"owner": owner or "", "since": stretch.since, "until": stretch.until, **looked_up}


def _group(row: Row, parts: Collection[str]) -> Group:
    lane = row["lane"] if "lane" in parts else None
    day = row["day"] if "day" in row.keys() else None  # noqa: SIM118  (a row is no mapping)
    return Group(row["workflow"], row["key_id"], row["model"], row["provider"], lane, day)


async def _named(transaction: Transaction, row: Row) -> tuple[str | None, str | None]:
    """Whose request it is, and its name."""
    if row["passage"]:
        found = await transaction.one(SQL["passage"], passage=row["passage"])
        return (found["owner"], found["external_id"]) if found else (None, None)
    found = await transaction.one(SQL["request"], request=row["request"])
    if found is None:
        return None, None
    single = found["kind"] == "calls"
    return found["owner"], found["custom_id"] if single else f"{found['job']}:{found['custom_id']}"
