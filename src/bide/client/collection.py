"""Waiting for many requests: which are settled, and their answers, as they come or in order."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

import msgspec

from bide.client.answer import Answer, answer_of
from bide.client.handle import Handle
from bide.client.patience import patiently
from bide.client.single import told_of
from bide.client.told import read_settled
from bide.client.wire import Wire
from bide.core.errors import NotFoundError

POLLED = 500
"""Requests that one poll asks about."""

WAIT = 30
"""Seconds that a poll waits: shorter than the time after which proxies give up."""

TOGETHER = 32
"""Answers that are fetched at a time."""

Counted = Callable[[int], None]
"""Told how many are settled so far."""


def nobody_counts(settled: int) -> None:
    """Where nobody watches."""


async def as_completed(wire: Wire, handles: Sequence[Handle], counted: Counted) -> AsyncGenerator[Answer]:
    """Answers as they come."""
    there = [handle for handle in handles if handle.answer is not None]
    by_id = {handle.id: handle for handle in handles if handle.answer is None}
    settled = len(there)
    counted(settled)
    for handle in there:
        assert handle.answer is not None
        yield handle.answer
    async with aclosing(_settled(wire, list(by_id))) as arrivals:
        async for ids in arrivals:
            settled += len(ids)
            counted(settled)
            async with aclosing(_fetched(wire, [by_id[one] for one in ids])) as answers:
                async for answer in answers:
                    yield answer


async def in_order(wire: Wire, handles: Sequence[Handle], counted: Counted) -> AsyncGenerator[Answer]:
    """Answers in the order of their handles, each as soon as all before it are there."""
    there = {handle.id for handle in handles if handle.answer is not None}
    number = sum(handle.answer is not None for handle in handles)
    counted(number)
    waited = dict.fromkeys(handle.id for handle in handles if handle.answer is None)
    place = 0
    async with aclosing(_settled(wire, list(waited))) as arrivals:
        while place < len(handles):
            run = place
            while run < len(handles) and (handles[run].answer is not None or handles[run].id in there):
                run += 1
            async with aclosing(_fetched(wire, handles[place:run])) as answers:
                async for answer in answers:
                    yield answer
            place = run
            if place < len(handles):
                ids = await anext(arrivals)
                there.update(ids)
                number += len(ids)
                counted(number)


async def _fetched(wire: Wire, handles: Sequence[Handle]) -> AsyncGenerator[Answer]:
    """The answers of settled requests, in their order."""
    for start in range(0, len(handles), TOGETHER):
        some = handles[start : start + TOGETHER]
        for answer in await asyncio.gather(*(_fetch(wire, handle) for handle in some)):
            yield answer


async def _fetch(wire: Wire, handle: Handle) -> Answer:
    if handle.answer is not None:
        return handle.answer
    return answer_of(await told_of(wire, handle.id), handle.index)


async def _settled(wire: Wire, ids: Sequence[str]) -> AsyncGenerator[list[str]]:
    """Ids as their requests are settled, each once.

    Raises:
        NotFoundError: there is no such request.
    """
    arrived: asyncio.Queue[list[str] | Exception] = asyncio.Queue()

    async def watch(mine: list[str]) -> None:
        try:
            while mine:
                found = await _poll(wire, mine)
                if found:
                    arrived.put_nowait(found)
                    known = set(found)
                    mine = [one for one in mine if one not in known]
        except Exception as error:
            arrived.put_nowait(error)

    tasks = [asyncio.create_task(watch(list(ids[start : start + POLLED]))) for start in range(0, len(ids), POLLED)]
    left = len(ids)
    try:
        while left:
            found = await arrived.get()
            if isinstance(found, Exception):
                raise found
            left -= len(found)
            yield found
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _poll(wire: Wire, ids: Sequence[str]) -> list[str]:
    body = msgspec.json.encode({"ids": ids, "wait": WAIT})
    headers = {"content-type": "application/json"}
    found = read_settled((await patiently(wire, "POST", "/bide/v1/requests/settled", headers, body)).body)
    if found.unknown:
        raise NotFoundError(f"there is no request {found.unknown[0]!r}; ids are found with the key that made them")
    return found.settled
