"""What came of a compressed day, by bide's own ledger, in the words of `bide.whatif`."""

from collections.abc import Sequence

from bench.callers import Replies
from bide.store.database import Row
from bide.store.postgres.connection import connect
from bide.whatif.arrival import Arrival
from bide.whatif.outcome import Book, Prices

UNIT = 1_000_000
"""Amounts of the ledger (1e-12 USD) in a token's price of one dollar a million."""

CALLS = """
    SELECT calls.external_id AS name, requests.state, requests.settled_at, bought.paid, bought.wasted
    FROM calls JOIN requests ON requests.job_id = calls.job_id AND requests.custom_id = calls.external_id
    LEFT JOIN (
        SELECT request_id, sum(CASE WHEN kind = 'paid' THEN amount ELSE 0 END) AS paid,
               sum(CASE WHEN kind = 'paid' THEN 0 ELSE amount END) AS wasted
        FROM ledger GROUP BY request_id
    ) AS bought ON bought.request_id = requests.id
"""

PASSED = "SELECT coalesce(sum(amount), 0) FROM passages WHERE kind = 'paid'"

BATCHES = "SELECT count(*) FROM batches WHERE submitted_at IS NOT NULL"

OPEN = "SELECT count(*) FROM requests WHERE state = 'open'"

RESCUES = "SELECT count(*) FROM attempts WHERE batch_id IS NULL"


async def still_open(database: str) -> int:
    """How many deferred requests wait for their answer."""
    return (await _rows(database, OPEN))[0][0]


async def reckon(arrivals: Sequence[Arrival], prices: Prices, replies: Replies, database: str) -> Book:
    """The day's book. What urgent calls cost is known of all of them together, and stands with the first."""
    book = Book(arrivals, prices)
    for row in await _rows(database, CALLS):
        number = replies.deferred[row["name"]]
        book.paid[number] = float(row["paid"] or 0) / UNIT
        book.wasted[number] = float(row["wasted"] or 0) / UNIT
        if row["state"] == "succeeded":
            book.answered_at[number] = row["settled_at"]
    for number, at in replies.answered_at.items():
        book.answered_at[number] = at
    first = next((number for number, arrival in enumerate(arrivals) if arrival.urgent), None)
    if first is not None:
        book.paid[first] = float((await _rows(database, PASSED))[0][0]) / UNIT
    book.batches = (await _rows(database, BATCHES))[0][0]
    book.calls = (await _rows(database, RESCUES))[0][0] + len(replies.answered_at)
    return book


async def _rows(database: str, statement: str) -> Sequence[Row]:
    connection = await connect(database)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()
