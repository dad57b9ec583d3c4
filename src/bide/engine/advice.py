"""How the batches of the last day did, by (account, model), and what to do where they came back too late."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bide.core.clock import DAY
from bide.engine.context import Context
from bide.engine.expectation import believed
from bide.lanes.decision.outlook import Key
from bide.lanes.forecast.forecast import View
from bide.lanes.outcome.advice import Advice, Chance, Ended, Review, advise, review
from bide.store.database import Row
from bide.store.snapshot import Snapshot

LOOKED_AT = DAY
"""How far back batches are looked at."""

BEGUN = 2 * DAY
"""And how long before that they may have been begun: one that expires has run for its window."""

MOST = 20_000
"""Batches that are looked at, the newest."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the batches of one (account, model) did in the last day, and what helps; the most helpful first."""

    account: str
    model: str
    review: Review
    advice: list[Advice]

    @property
    def text(self) -> str:
        """One line for a person."""
        helps = "; ".join(f"{one.reaction}: {one.why}" for one in self.advice)
        return f"{self.account}/{self.model}: in the last day {self.review.text}" + (f"; {helps}" if helps else "")


async def records(context: Context, snapshot: Snapshot, now: int) -> list[Record]:
    """Of everybody's batches, by account and model."""
    store = context.store
    rows = await store.decisions.ended(now - LOOKED_AT - BEGUN, now - LOOKED_AT, MOST)
    if not rows:
        return []
    batches: dict[Key, list[Ended]] = {}
    for row in rows:
        batches.setdefault((row["account"], row["model"]), []).append(_ended(row))
    view = await believed(context, store, snapshot, now)
    found: list[Record] = []
    for (account, model), mine in sorted(batches.items()):
        done = review(mine)
        if done is None:
            continue
        size = done.requests // max(1, done.batches)
        expected = view.batch(account, model, size)
        others = _others(view, batches, (account, model), size)
        found.append(Record(account, model, done, advise(mine, expected.finished, expected.quantile, others)))
    return found


def as_table(record: Record) -> dict[str, Any]:
    """A record as JSON; durations in seconds."""
    done = record.review
    return {
        "model": record.model,
        "batches": done.batches,
        "missed": done.missed,
        "expired": done.expired,
        "requests": done.requests,
        "rescued": done.rescued,
        "is_bad": done.is_bad,
        "advice": [
            {"reaction": str(one.reaction), "why": one.why, "gain": round(one.gain, 3)} for one in record.advice
        ],
    }


def _others(view: View, batches: Mapping[Key, list[Ended]], own: Key, size: int) -> list[tuple[str, Chance]]:
    """Other accounts that had batches of this model in the same time."""
    return [
        (account, view.batch(account, model, size).finished)
        for account, model in sorted(batches)
        if model == own[1] and account != own[0]
    ]


def _ended(row: Row) -> Ended:
    numbers: Mapping[str, Any] = json.loads(row["numbers"])
    return Ended(
        row["requests"],
        row["rescued"],
        row["outcome"],
        row["accepted_at"],
        row["submitted_at"],
        row["ended_at"],
        row["deadline"],
        row["safe_until"],
        int(numbers.get("work") or 0),
    )
