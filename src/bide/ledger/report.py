"""What was spent in a time, by whatever one likes, against all of it in real time; what stands out, and where budgets stand.

It is made of the ledger's sums, added up as a receipt's are (`bide.ledger.balance`), so that a report over one job is its receipt
to the last digit. Calls that were passed on at once have their place in it.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bide.core.budget import Standing
from bide.core.clock import EPOCH, FAR_FUTURE
from bide.core.key import Key
from bide.ledger.balance import Balance, balance
from bide.ledger.period import stretches
from bide.store.costs import PARTS, Dear, Group, Stretch
from bide.store.ledger import Total
from bide.store.store import Store

UTC = ZoneInfo("UTC")

MOST_OUTLIERS = 100
"""Outliers that can be asked for: they are for people."""

NO_KEY = (None, None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is to tell. Instants in microseconds since 1970 UTC; `until` is the first that does not count."""

    by: Sequence[str] = ("workflow",)
    """Of `bide.store.costs.PARTS`, in this order."""
    owner: str | None = None
    """Whose money; None: everybody's."""
    since: int | None = None
    until: int | None = None
    zone: ZoneInfo = field(default=UTC)
    """By whose clocks days begin."""
    outliers: int = 5


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a sum is about: a text for each part that was asked for, None where there is none or it is not known any more."""

    labels: Mapping[str, str | None]
    balance: Balance


@dataclass(frozen=True, slots=True)
class Outlier:
    """An answer that cost more than the one in the middle of its group."""

    labels: Mapping[str, str | None]
    """Of its group, without the day."""
    dear: Dear


@dataclass(frozen=True, slots=True)
class Window:
    """Where a key stands in one of its windows."""

    key: Key
    standing: Standing


@dataclass(frozen=True, slots=True)
class Report:
    """A report, made at an instant. Groups are ordered by day where they have one, else the dearest first."""

    asked: Asked
    made_at: int
    groups: Sequence[Labelled]
    whole: Balance
    outliers: Sequence[Outlier]
    budgets: Sequence[Window]


async def report(store: Store, asked: Asked, now: int) -> Report:
    """The report that was asked for. Raises `InputError` where it would have too many groups."""
    parts = [part for part in PARTS if part in asked.by]
    pairs: list[tuple[Group, Total]] = []
    for stretch in await _stretches(store, asked):
        pairs += await store.costs.totals(asked.owner, parts, stretch)
    keys = list(await store.keys.list(asked.owner))
    names = {key.id: (key.external_id, key.name) for key in keys}
    groups = [Labelled(_labels(group, asked.by, names), balance(totals)) for group, totals in summed(pairs).items()]
    dear: Sequence[Dear] = ()
    if asked.outliers:
        whole = Stretch(asked.since or 0, FAR_FUTURE if asked.until is None else asked.until)
        dear = await store.costs.dearest(asked.owner, parts, whole, asked.outliers)
    timeless = [part for part in asked.by if part != "day"]
    return Report(
        asked=asked,
        made_at=now,
        groups=sorted(groups, key=_dated if "day" in asked.by else _dearest),
        whole=balance(total for _, total in pairs),
        outliers=[Outlier(_labels(one.group, timeless, names), one) for one in dear],
        budgets=await _budgets(store, keys, now),
    )


def summed(pairs: Iterable[tuple[Group, Total]]) -> Mapping[Group, Sequence[Total]]:
    """The sums of each group; those of a day on which the clocks changed come in two stretches."""
    found: dict[Group, list[Total]] = {}
    for group, total in pairs:
        found.setdefault(group, []).append(total)
    return found


async def _stretches(store: Store, asked: Asked) -> Sequence[Stretch]:
    """What to ask for: the time as a whole, or where its days are not equally long, cut there."""
    whole = Stretch(asked.since or 0, FAR_FUTURE if asked.until is None else asked.until)
    if "day" not in asked.by or asked.zone.key == UTC.key:
        return [whole]
    extent = await store.costs.extent(asked.owner)
    if extent is None:
        return []
    first, last = extent
    return list(stretches(max(whole.since, first), min(whole.until, last + 1), asked.zone))


async def _budgets(store: Store, keys: Sequence[Key], now: int) -> Sequence[Window]:
    """Where the keys stand that have a budget, or have spent something in this day or month."""
    found: list[Window] = []
    for key in keys:
        for standing in (await store.budgets.standings(key.id, now)).values():
            has_budget = standing.budget is not None and key.is_live(now)
            if has_budget or standing.spent or standing.reserved:
                found.append(Window(key, standing))
    return found


def _labels(group: Group, by: Sequence[str], names: Mapping[int, tuple[str, str]]) -> Mapping[str, str | None]:
    found: dict[str, str | None] = {}
    for part in by:
        if part == "key":
            found["key"], found["key_name"] = NO_KEY if group.key is None else names[group.key]
        elif part == "day":
            found["day"] = None if group.day is None else _day(group.day)
        else:
            found[part] = getattr(group, part)
    return found


def _day(number: int) -> str:
    return (EPOCH + datetime.timedelta(days=number)).date().isoformat()


def _named(one: Labelled) -> tuple[str, ...]:
    return tuple(label or "" for label in one.labels.values())


def _dated(one: Labelled) -> tuple[str, ...]:
    return one.labels["day"] or "", *_named(one)


def _dearest(one: Labelled) -> tuple[int, tuple[str, ...]]:
    return -(one.balance.known + one.balance.wasted), _named(one)
