"""A job's results in the order of its input, a page at a time: flat in memory however many there are."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from bide.core.job import Job
from bide.core.span import Span
from bide.core.states import Lane, RequestState
from bide.store.bodies import Bodies
from bide.store.database import Row
from bide.store.store import Store

PAGE = 2_000


class Result(msgspec.Struct, frozen=True, gc=False):
    """One request and what became of it.

    `response` is ``{"status_code": …, "request_id": …, "body": …}`` as the provider sent it; None where there was none.
    `amount` is in 1e-12 USD, None where it is unknown or nothing was billed.
    """

    line: int
    custom_id: str
    state: RequestState
    lane: Lane | None
    response: bytes | None
    status: int | None
    code: str | None
    message: str | None
    amount: int | None


async def results(store: Store, job: Job) -> AsyncIterator[list[Result]]:
    """Every request of the job, settled or not, in input order; a retry's answers stand in place of the failures."""
    retries = [row_pages(store, retry) for retry in await store.jobs.retries(job.owner, job.id)]
    later = [_Ahead(pages) for pages in retries]
    async for page in row_pages(store, job):
        found: list[Result] = []
        for row in page:
            chosen = row
            for ahead in later:
                retried = await ahead.at(row["line"])
                if retried is not None and retried["state"] == RequestState.SUCCEEDED:
                    chosen = retried
            found.append(await _result(store.bodies, chosen))
        yield found


async def row_pages(store: Store, job: Job) -> AsyncIterator[Sequence[Row]]:
    """The rows of `Requests.results`, page by page."""
    after = (job.first_request or 1) - 1
    while page := await store.requests.results(job.owner, job, after, PAGE):
        yield page
        after = page[-1]["id"]


class _Ahead:
    """A retry's rows, read alongside: its lines are some of the job's, in the same order."""

    def __init__(self, pages: AsyncIterator[Sequence[Row]]) -> None:
        self._pages = pages
        self._page: Sequence[Row] = ()
        self._next = 0

    async def at(self, line: int) -> Row | None:
        while True:
            while self._next < len(self._page):
                row = self._page[self._next]
                if row["line"] >= line:
                    return row if row["line"] == line else None
                self._next += 1
            try:
                self._page, self._next = await anext(self._pages), 0
            except StopAsyncIteration:
                return None


async def _result(bodies: Bodies, row: Row) -> Result:
    response: Any = row["response"]
    if response is None and row["object_id"] is not None:
        response = await bodies.read(Span(row["object_id"], row["start"], row["length"], row["checksum"]))
    return Result(
        row["line"],
        row["custom_id"],
        RequestState(row["state"]),
        Lane(row["lane"]) if row["lane"] else None,
        bytes(response) if response else None,
        row["status"],
        row["code"],
        row["message"],
        row["amount"],
    )
