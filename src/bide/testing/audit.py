"""Whether what a store keeps agrees with itself: totals with recounts, states with events, references with rows."""

import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib import resources

from bide.core import states
from bide.core.states import BatchState
from bide.store import queries
from bide.store.database import Row, Transaction
from bide.store.queries import Query
from bide.store.store import Store

_TABLE = re.compile(r"CREATE TABLE (\w+) \((.*?)\n\)", re.DOTALL)
_ADDED = re.compile(r"^ALTER TABLE (\w+) ADD COLUMN (\w+) \{integer\}[^;\n]*?\{references (\w+)\}", re.MULTILINE)
_REFERENCE = re.compile(r"^\s*(\w+) \{integer\}[^,\n]*?\{references (\w+)\}", re.MULTILINE)

_SURVIVES = " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.kind = 'job.purged' AND e.job_id = f.job_id)"
"""The ledger's entries stay when what they are about goes."""

HISTORY = ("moves", "states")
"""Queries whose rows are no problems by themselves."""

OTHER_NAMES = {"batch.withdrawn": BatchState.SEALED}
"""Events of batches that are named for why they happened, not for the state they led to."""


@functools.cache
def _rules() -> Mapping[str, Query]:
    return queries.parse(resources.files("bide.testing").joinpath("audit.sql").read_text(encoding="utf-8"))


@functools.cache
def _references() -> Mapping[str, Query]:
    """A query for each column that points to another table: the rows that point nowhere."""
    texts = [text for _, text in queries.migrations()]
    columns = [
        (table, column, target)
        for text in texts
        for table, body in _TABLE.findall(text)
        for column, target in _REFERENCE.findall(body)
    ]
    columns += [found for text in texts for found in _ADDED.findall(text)]
    blocks = [
        f"-- name: {table}_{column}\n"
        f"SELECT f.{column} FROM {table} f WHERE f.{column} IS NOT NULL"
        f" AND NOT EXISTS (SELECT 1 FROM {target} t WHERE t.id = f.{column})"
        f"{_SURVIVES if table == 'ledger' and target != 'rate_cards' else ''};\n"
        for table, column, target in columns
    ]
    return queries.parse("\n".join(blocks))


async def audit(store: Store) -> list[str]:
    """Everything that does not agree, as texts. Reads every row: for tests, not for service."""
    return await store.database.read("audit", _audit)


async def _audit(transaction: Transaction) -> list[str]:
    problems: list[str] = []
    for name, query in _rules().items():
        if name not in HISTORY:
            rows = await transaction.all(query)
            problems += [f"{name}: {_shown(row)}" for row in rows]
    for name, query in _references().items():
        problems += [f"{name} points nowhere: {row[0]}" for row in await transaction.all(query)]
    return problems + await _moves(transaction)


async def _moves(transaction: Transaction) -> list[str]:
    """Batches whose events do not lead to their state, or by a way that the table of moves does not have."""
    paths: dict[int, list[BatchState]] = defaultdict(list)
    for row in await transaction.all(_rules()["moves"]):
        word = OTHER_NAMES.get(row["kind"], row["kind"].removeprefix("batch."))
        if word in set(BatchState):
            paths[row["batch_id"]].append(BatchState(word))
    problems: list[str] = []
    for row in await transaction.all(_rules()["states"]):
        path: Sequence[BatchState] = paths[row["id"]]
        if not path or path[-1] != row["state"]:
            problems.append(f"batch {row['id']} is {row['state']}, its events say {path}")
        for before, after in itertools.pairwise(path):
            if after not in states.BATCH_MOVES[before]:
                problems.append(f"batch {row['id']} went from {before} to {after}")
    return problems


def _shown(row: Row) -> dict[str, object]:
    return {column: row[column] for column in row.keys()}  # noqa: SIM118 - a row is no mapping
