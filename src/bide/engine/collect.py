"""Rows of a batch's files on their way into the store: settled in chunks, their responses in objects of their own.

A landing is idempotent by attempt, so rows may be read twice, in part or in another order, and whoever is killed goes on
behind the last chunk that landed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bide.core.batch import Batch
from bide.core.identifiers import attempt_number
from bide.core.span import Span
from bide.core.states import AttemptState
from bide.engine.context import Context
from bide.engine.learn import lessons_of_answers
from bide.engine.pricing import Tariff
from bide.engine.step import held
from bide.providers.port import Row, Verdict
from bide.store.bodies import NewObject, checksum
from bide.store.reports import Report, Reports, new_object

OUTPUT, ERROR, EARLY = "output", "error", "early"
"""What is read: a file of a batch that has ended, or the output of one that runs."""

IsWanted = Callable[[int, Row], bool]
"""Whether a row settles its attempt, the number of which comes with it."""


@dataclass(slots=True)
class _Chunk:
    """Rows that are settled together.

    Their reports wait in memory, as many as pay for a transaction: rows come in any order, so however few of them are
    settled, nearly every page of the batch is written. Their responses go to the disk as they come, an object for every
    `landing_bytes`; `responses` are those of the next, a line each.
    """

    reports: Reports = field(default_factory=Reports)
    objects: list[NewObject] = field(default_factory=list[NewObject])
    responses: bytearray = field(default_factory=bytearray)
    messages: int = 0
    """Characters of the errors' messages among the reports."""
    unknown: int = 0
    weighed: int = 0
    """Answers that say how many input tokens they had, and those tokens."""
    tokens: int = 0


class Collection:
    """Takes up the rows of one file behind those that were landed before. `read` is how many that are, of (output, error)."""

    def __init__(
        self, context: Context, batch: Batch, tariff: Tariff, file: str, read: tuple[int, int], is_wanted: IsWanted
    ) -> None:
        self._context = context
        self._batch = batch
        self._tariff = tariff
        self._file = file
        self._read = read
        self._is_wanted = is_wanted
        self.before = read[1] if file == ERROR else read[0]
        self._seen: int = self.before
        self._kept: int = self.before
        self._landed: int = self.before
        self._chunk = _Chunk()

    @property
    def progress(self) -> tuple[int, int]:
        """How many rows of (output, error) have been taken up."""
        return (self._read[0], self._seen) if self._file == ERROR else (self._seen, self._read[1])

    async def take(self, rows: Iterable[Row]) -> None:
        """Take up the next rows, and land those before them when they are many."""
        engine = self._context.settings.engine
        for row in rows:
            self._seen += 1
            self._add(row)
            if len(self._chunk.reports) >= engine.landing_chunk or self._chunk.messages >= engine.landing_bytes:
                await self.land()
            elif len(self._chunk.responses) >= engine.landing_bytes:
                await self._keep()

    async def land(self) -> None:
        """Settle what was taken up since the last time."""
        if self._seen == self._landed:
            return
        await self._keep()
        chunk, self._chunk = self._chunk, _Chunk()
        now = self._context.clock.now()
        await self._context.store.batches.land(
            held(self._batch),
            chunk.reports,
            chunk.objects,
            output_rows=self.progress[0],
            error_rows=self.progress[1],
            unknown=chunk.unknown,
            now=now,
        )
        self._context.memory.note(lessons_of_answers(self._batch, chunk.weighed, chunk.tokens, now))
        self._landed = self._seen
        self._context.on_settled()

    async def _keep(self) -> None:
        chunk = self._chunk
        if chunk.responses:
            # Whoever reads the same rows makes the same object, under the same name; other rows never take its place.
            digest = checksum(memoryview(chunk.responses)) & 0xFFFF_FFFF_FFFF_FFFF
            name = f"answers-{self._batch.tag}-{self._file}-{self._kept + 1}-{self._seen}-{digest:016x}"
            chunk.objects.append(NewObject(name, "answers", len(chunk.responses)))
            # On the disk before any row speaks of it.
            await self._context.store.objects.put(name, chunk.responses)
            chunk.responses = bytearray()
        self._kept = self._seen

    def _add(self, row: Row) -> None:
        batch, chunk = self._batch, self._chunk
        attempt = attempt_number(row.custom_id or "", batch.tag)
        if attempt is None or not (batch.first_attempt or 0) <= attempt <= (batch.last_attempt or 0):
            chunk.unknown += 1
            return
        if not self._is_wanted(attempt, row):
            return
        span = None
        if row.response:
            span = Span(new_object(len(chunk.objects)), len(chunk.responses), len(row.response), checksum(row.response))
            chunk.responses += row.response
            chunk.responses += b"\n"
        if row.message:
            chunk.messages += len(row.message)
        if row.usage is not None and row.verdict is Verdict.ANSWERED:
            chunk.weighed += 1
            chunk.tokens += row.usage.input
        billed = row.verdict == "answered" or row.usage is not None
        chunk.reports.append(
            Report(
                attempt,
                AttemptState(row.verdict),
                row.permanent,
                row.status,
                row.code,
                row.message,
                span,
                price=self._tariff.price(row.usage) if billed else None,
                finished_at=row.created,
            )
        )
