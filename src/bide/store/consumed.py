"""What was consumed, answer by answer, for an audit: what is on record, page by page in the order it was entered."""

from collections.abc import AsyncIterator, Sequence

from bide.store import queries
from bide.store.database import Row, Transaction, Verbs, reads

SQL = queries.load("consumed")

PAGE = 5_000
"""Rows that are read at a time."""


class Consumed(Verbs):
    """Verbs over what everybody consumed."""

    async def since(self, instant: int, page: int = PAGE, owner: str = "") -> AsyncIterator[Sequence[Row]]:
        """Pages of paid answers since an instant: those of requests that could wait, then calls that were passed on. With an `owner` only
        theirs.

        Columns: at (when it was asked for), workflow, account, model, provider and mode (of the price it was billed at; None: unknown), lane,
        amount (None: unknown), input, cached, cache_write, cache_write_1h, output, reasoning, sent_at, finished_at, stream, digest (of key,
        path and body), caller (the key's name), job. The last five are None where nobody knows.
        """
        for read in (self._settled, self._passed):
            after = 0
            while rows := await read(instant, owner, after, page):
                yield rows
                after = rows[-1]["id"]

    @reads
    async def _settled(self, transaction: Transaction, since: int, owner: str, after: int, count: int) -> Sequence[Row]:
        return await transaction.all(SQL["settled"], since=since, owner=owner, after=after, count=count)

    @reads
    async def _passed(self, transaction: Transaction, since: int, owner: str, after: int, count: int) -> Sequence[Row]:
        return await transaction.all(SQL["passed"], since=since, owner=owner, after=after, count=count)
