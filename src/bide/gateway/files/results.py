"""The files of served batches: made from the answers in the store while they are sent, and the same bytes each time.

A row is in exactly one of the two files, in the order of the input. The output file of a batch that shows partial results
grows at its end alone: there rows stand in the order in which they were first shown.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace

from bide.core.file import File, FileKind
from bide.core.job import Job
from bide.core.served import ServedBatch
from bide.core.span import Span
from bide.core.states import RequestState, ServedState
from bide.engine.context import Context
from bide.gateway.exchange import Exchange
from bide.gateway.files.byte_range import wanted
from bide.gateway.files.result_line import result_line
from bide.store.database import Row
from bide.store.served import PLACES

ROWS = 250
"""Rows that are looked up at a time, and made into lines before others have their turn."""

PIECE = 1 << 20
"""Bytes of lines that are sent on before there are more: answers may be long."""

JSON_LINES = "application/jsonl"


class Results:
    """Sends and counts the files of batches."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def measured(self, file: File) -> File:
        """The file with its size; what is made from answers is counted once, when all of them are there."""
        if file.size is not None or file.batch_id is None:
            return file
        batch, job = await self._of(file)
        size = 0
        async with aclosing(self._pieces(file, batch, job, 0, await self._total(file, batch, job))) as pieces:
            async for piece in pieces:
                size += len(piece)
        if batch.state is ServedState.ENDED:
            await self._context.store.files.count(file.id, size)
        return replace(file, size=size)

    async def send(self, exchange: Exchange, file: File, offset: int) -> None:
        """Answer with the lines behind the first `offset`, and with how many there are so far; of a file that is whole also with
        the bytes that ``Range`` asks for."""
        batch, job = await self._of(file)
        total = await self._total(file, batch, job)
        is_whole = batch.state is ServedState.ENDED
        if is_whole and not offset and "range" in exchange.headers:
            file = await self.measured(file)  # a download that broke off has not counted it
        part, headers = None, dict[str, str]()
        if is_whole and not offset and file.size is not None:
            part, headers = wanted(exchange.headers, file.external_id, file.size)
        headers |= {"x-incomplete": "false" if is_whole else "true", "x-last-line": str(max(offset, total))}
        size = 0
        await exchange.start(200 if part is None else part.status, headers, JSON_LINES)
        async with aclosing(self._pieces(file, batch, job, offset, total)) as pieces:
            async for piece in pieces:
                mine = piece if part is None else part.cut(piece, size)
                size += len(piece)
                if mine:
                    await exchange.write(mine)
                if part is not None and size >= part.end:
                    break
        await exchange.end()
        if is_whole and not offset and file.size is None:
            await self._context.store.files.count(file.id, size)

    async def _of(self, file: File) -> tuple[ServedBatch, Job]:
        assert file.batch_id is not None
        batch = await self._context.store.served.get(file.batch_id)
        assert batch.job_id is not None
        return batch, await self._context.store.jobs.get(batch.owner, batch.job_id)

    async def _total(self, file: File, batch: ServedBatch, job: Job) -> int:
        """How many lines there are, after everything that has succeeded so far has got its place."""
        if file.kind is FileKind.OUTPUT and batch.partial:
            while await self._context.store.served.show(batch.id, job) == PLACES:
                pass
            return await self._context.store.served.shown(batch.id)
        return batch.succeeded if file.kind is FileKind.OUTPUT else batch.failed

    async def _pieces(self, file: File, batch: ServedBatch, job: Job, offset: int, total: int) -> AsyncGenerator[bytes]:
        """The lines from behind `offset` up to `total`."""
        tag = batch.external_id.partition("_")[2]
        if file.kind is FileKind.OUTPUT and batch.partial:
            pages = self._shown(batch, offset, total)
        else:
            pages = self._settled(job, file.kind is FileKind.OUTPUT, offset)
        async for rows in pages:
            lines, size = list[bytes](), 0
            for row in rows:
                lines.append(result_line(tag, row, await self._response(row)))
                size += len(lines[-1])
                if size >= PIECE:
                    yield b"".join(lines)
                    lines, size = [], 0
            if lines:
                yield b"".join(lines)
            await asyncio.sleep(0)

    async def _shown(self, batch: ServedBatch, offset: int, total: int) -> AsyncIterator[Sequence[Row]]:
        after = offset
        while after < total:
            page = await self._context.store.served.lines(batch.id, after, min(ROWS, total - after))
            if not page:
                return
            yield page
            after = page[-1]["place"]

    async def _settled(self, job: Job, succeeded: bool, offset: int) -> AsyncIterator[Sequence[Row]]:
        after, left_out = (job.first_request or 1) - 1, offset
        while page := await self._context.store.requests.results(job.owner, job, after, ROWS):
            after = page[-1]["id"]
            mine = [row for row in page if (row["state"] == RequestState.SUCCEEDED) is succeeded]
            skipped = min(left_out, len(mine))
            left_out -= skipped
            if mine[skipped:]:
                yield mine[skipped:]

    async def _response(self, row: Row) -> bytes | None:
        response = row["response"]
        if response is None and row["object_id"] is not None:
            response = await self._context.store.bodies.read(
                Span(row["object_id"], row["start"], row["length"], row["checksum"])
            )
        return bytes(response) if response else None
