"""Moves of a batch under a lease: whoever has lost it moves nothing.

`Batches.claim` takes a lease and a new fence number; every later verb names that number, and one that finds no row raises
`LeaseLostError`: another worker has taken over, and whoever gets the error must stop touching the batch.
"""

from bide.core.errors import LeaseLostError
from bide.core.states import BatchState
from bide.store import queries
from bide.store.database import Row, Transaction

SQL = queries.load("batches")

Fenced = tuple[int, int]
"""(batch, fence)"""


async def hold(transaction: Transaction, held: Fenced, state: BatchState | None = None) -> Row:
    """The batch's row, locked; in this state. Raises `LeaseLostError`."""
    batch, fence = held
    row = await transaction.one(SQL["hold"], batch=batch, fence=fence)
    if row is None or (state is not None and row["state"] != state):
        raise LeaseLostError
    return row


async def must(transaction: Transaction, name: str, held: Fenced, **parameters: object) -> None:
    """Run a fenced statement. Raises `LeaseLostError` when it changes nothing."""
    batch, fence = held
    if not await transaction.run(SQL[name], batch=batch, fence=fence, **parameters):
        raise LeaseLostError


async def moved(transaction: Transaction, name: str, held: Fenced, **parameters: object) -> Row:
    """Make a fenced move. Raises `LeaseLostError` when the batch is no longer where the move begins."""
    batch, fence = held
    row = await transaction.one(SQL[name], batch=batch, fence=fence, **parameters)
    if row is None:
        raise LeaseLostError
    return row
