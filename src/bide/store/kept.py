"""Answers that are kept for exact repeats of their requests: noted in the transaction that settles them, never copied."""

from bide.store import queries
from bide.store.bodies import INLINE, NewObject, checksum, record_object
from bide.store.database import Transaction

SQL = queries.load("cache")
BODIES = queries.load("bodies")

HELD = "held"
"""The kind of an object that stays for as long as something points into it, whatever becomes of the job it came with."""


async def keep_landed(transaction: Transaction, now: int) -> None:
    """Keep what has just settled requests that want their answers kept."""
    for row in await transaction.all(SQL["inline"]):
        response = bytes(row["response"])
        where = await hold_inline(transaction, row["owner"], f"answer-{row['attempt_id']}", response, now)
        await transaction.run(
            SQL["place"], attempt=row["attempt_id"], object=where, length=len(response), checksum=checksum(response)
        )
        await transaction.run(SQL["unplace"], attempt=row["attempt_id"])
    await transaction.run(SQL["keep_landed"], now=now)


async def hold_inline(transaction: Transaction, owner: str, name: str, content: bytes, now: int) -> int:
    """Put an answer into the database as an object of its own; its row id."""
    where = await record_object(transaction, owner, NewObject(INLINE + name, HELD, len(content)), now)
    await transaction.run(BODIES["keep_content"], object=where, content=content)
    return where
