"""What every look, every call and every batch asks of SQLite goes by an index: the tables of what is over only grow."""

import re
import sqlite3
from collections.abc import Iterator

import pytest

from bide.store import queries
from bide.store.queries import Dialect

GROWING = frozenset(
    {
        "jobs",
        "buckets",
        "tallies",
        "requests",
        "attempts",
        "batches",
        "shares",
        "decisions",
        "calls",
        "events",
        "ledger",
    }
) | {"passages", "objects", "answers"}
"""Tables that keep what is over."""

OF_WHAT_IS_OPEN = frozenset(
    {"attempts_in_flight", "batches_live", "batches_due", "ledger_suspected", "passages_under_way"}
)
"""Indexes that hold only what is not over, and may be read from end to end."""

HOT = {
    "buckets": ["open", "arrivals", "spending", "lock", "plan", "count"],
    "batches": ["live", "claim", "next_due", "filling", "cut", "fill", "added", "mark", "slot", "others_in_doubt", "lines"],
    "attempts": [
        "claim_waiting", "claim_fresh", "claim_batched", "claim_beside", "claim_flexing", "flexing", "next_lease",
        "called", "mark_called", "mark_flexed", "renew", "resolve", "move_attempts", "move_requests", "enter",
    ],
    "limits": ["enqueued", "recent", "stored", "first_tokens"],
    "decisions": ["latest", "call", "holds", "batches"],
    "forecasts": ["changed", "ages", "forget"],
    "schedules": ["claim", "next_due"],
    "passages": ["settling", "end"],
    "jobs": ["flexing"],
    "calls": ["gathering", "by_idempotency_key", "attach", "outcome"],
}  # fmt: skip


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    for _, text in queries.migrations():
        connection.executescript(queries.expand(text, Dialect.SQLITE))
    for query in queries.load("staging").values():
        connection.execute(query.texts[Dialect.SQLITE])
    yield connection
    connection.close()


def scanned(database: sqlite3.Connection, text: str, names: int) -> list[str]:
    """The steps of a query's plan that read a growing table from end to end."""
    found: list[str] = []
    for *_, step in database.execute(f"EXPLAIN QUERY PLAN {text}", [1] * names):
        read = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
        if read is None or read[2] in OF_WHAT_IS_OPEN:
            continue
        named = re.search(rf"(?:FROM|JOIN|UPDATE) (\w+)(?: AS)? {read[1]}\b", text)
        if (named[1] if named else read[1]) in GROWING:
            found.append(step)
    return found


@pytest.mark.parametrize(("noun", "name"), [(noun, name) for noun, names in HOT.items() for name in names])
def test_nothing_that_is_over_is_read(database: sqlite3.Connection, noun: str, name: str) -> None:
    query = queries.load(noun)[name]

    assert scanned(database, query.texts[Dialect.SQLITE], len(query.names)) == []


def test_a_table_that_is_read_from_end_to_end_is_noticed(database: sqlite3.Connection) -> None:
    assert scanned(database, "SELECT t.requests FROM tallies t WHERE t.requests > ?", 1) == ["SCAN t"]
