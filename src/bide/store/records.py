"""Rows as the values of `bide.core`."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import msgspec

from bide.core.batch import Batch
from bide.core.bucket import Bucket, Phase, Tally
from bide.core.deadline import OnMiss
from bide.core.job import Job
from bide.core.states import BatchOutcome, BatchState, JobState, Lane
from bide.store.database import Row


@functools.cache
def _columns(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def values(kind: type[Any], row: Row) -> dict[str, Any]:
    """The columns of `row` that are fields of `kind`."""
    present = set(row.keys())
    return {name: row[name] for name in _columns(kind) if name in present}


def job(row: Row) -> Job:
    """A row of `jobs`."""
    found = values(Job, row)
    found.update(state=JobState(row["state"]), on_miss=OnMiss(row["on_miss"]))
    return Job(**found)


def batch(row: Row) -> Batch:
    """A row of `batches`."""
    found = values(Batch, row)
    found.update(state=BatchState(row["state"]), cancel_asked=bool(row["cancel_asked"]), copied=bool(row["copied"]))
    found.update(outcome=BatchOutcome(row["outcome"]) if row["outcome"] else None)
    return Batch(**found)


def buckets(rows: Sequence[Row]) -> list[Bucket]:
    """Rows of `buckets` joined with their tallies, in the order of their first rows."""
    found: dict[int, tuple[Row, dict[Phase, Tally]]] = {}
    for row in rows:
        _, tallies = found.setdefault(row["id"], (row, {}))
        tallies[Phase(row["phase"])] = Tally(row["requests"], row["tokens"])
    return [_bucket(row, tallies) for row, tallies in found.values()]


def _bucket(row: Row, tallies: dict[Phase, Tally]) -> Bucket:
    found = values(Bucket, row)
    found.update(job_state=JobState(row["job_state"]), on_miss=OnMiss(row["on_miss"]), tallies=tallies)
    found.update(protected=bool(row["protected"]), batchable=bool(row["batchable"]))
    found.update(spread=bool(row["spread"]))
    found.update(flex=row["lanes"] is None or Lane.FLEX in msgspec.json.decode(row["lanes"]))
    return Bucket(**found)
