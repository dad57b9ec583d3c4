"""A batch that has ended, in whatever way: read both files, settle every row, give the rest its end.

Rows decide, counters do not. What is in no file is `lost` where it may have run and `refused` where it cannot have;
either way its request is planned again.
"""

from dataclasses import dataclass, field

from bide.core.batch import Batch
from bide.core.identifiers import attempt_number, new_identifier, new_tag
from bide.core.span import Span
from bide.core.states import AttemptState, BatchOutcome
from bide.engine import pricing
from bide.engine.context import Context
from bide.engine.poll import PATIENCE, VANISHED
from bide.engine.pricing import Tariff
from bide.engine.reconcile import NOT_CREATED, UNDECIDED
from bide.engine.step import held, provider_of
from bide.engine.submit import NEVER_SENT, learn_quota
from bide.lanes.validation import Bar, Divide, Wait, after_failure, from_note
from bide.providers.failures import MissingError, ProviderError
from bide.providers.port import Row, RowError
from bide.providers.transport import NotSentError, ReplyLostError
from bide.store.bodies import NewObject, checksum
from bide.store.filling import NewBatch
from bide.store.reports import Report, Reports, new_object


async def harvest(context: Context, batch: Batch) -> Batch | None:
    """Collect everything. Gives the batch, harvested."""
    tariff = await context.pricing.tariff(
        provider_of(context, batch).catalogue, batch.model, pricing.BATCH, batch.ended_at or context.clock.now()
    )
    async with context.harvesting[batch.account]:
        output = await collect(context, batch, batch.output_file, True, (batch.output_rows, batch.error_rows), tariff)
        await collect(context, batch, batch.error_file, False, output, tariff)
    if batch.outcome is BatchOutcome.FAILED and batch.code not in (NOT_CREATED, UNDECIDED, VANISHED):
        await _failed(context, batch)
    await write_off(context, batch, _unmentioned(context, batch))
    return await context.store.batches.harvested(held(batch), context.clock.now())


def _unmentioned(context: Context, batch: Batch) -> AttemptState:
    """What became of the rows that no file mentions: never sent, surely not run, or nobody can tell."""
    if batch.code == NEVER_SENT:
        return AttemptState.ABANDONED
    if batch.outcome is not BatchOutcome.FAILED or batch.code in (UNDECIDED, VANISHED):
        return AttemptState.LOST
    if batch.code == NOT_CREATED and not provider_of(context, batch).capabilities.tagged:
        return AttemptState.LOST  # it may have run, and left nothing by which to know it
    return AttemptState.REFUSED


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


async def collect(
    context: Context, batch: Batch, file: str | None, is_output: bool, read: tuple[int, int], tariff: Tariff
) -> tuple[int, int]:
    """Land the rows of a file beyond those that were landed before; how many rows of (output, error) that makes."""
    if file is None:
        return read
    engine = context.settings.engine
    kept = before = read[0] if is_output else read[1]
    seen, chunk = 0, _Chunk()

    async def keep() -> None:
        nonlocal kept
        if chunk.responses:
            # Whoever reads the same rows makes the same object, under the same name.
            name = f"answers-{batch.tag}-{'output' if is_output else 'error'}-{kept + 1}-{seen}"
            chunk.objects.append(NewObject(name, "answers", len(chunk.responses)))
            # On the disk before any row speaks of it.
            await context.store.objects.put(name, chunk.responses)
            chunk.responses = bytearray()
        kept = seen

    async def land() -> None:
        nonlocal chunk
        if len(chunk.reports) or chunk.unknown:
            await keep()
            await _land(context, batch, chunk, (seen, read[1]) if is_output else (read[0], seen))
            chunk = _Chunk()

    try:
        async for rows in provider_of(context, batch).harvest(file, batch.endpoint):
            for row in rows:
                seen += 1
                if seen > before:
                    _add(chunk, row, batch, tariff)
                    if len(chunk.reports) >= engine.landing_chunk or chunk.messages >= engine.landing_bytes:
                        await land()
                    elif len(chunk.responses) >= engine.landing_bytes:
                        await keep()
    except MissingError:
        if context.clock.now() < (batch.ended_at or 0) + PATIENCE:
            raise  # files have been seen to appear minutes after the batch's end
    except (ProviderError, NotSentError, ReplyLostError):
        await land()  # over a line that never holds to the end, each try gets further
        raise
    await land()
    return (seen, read[1]) if is_output else (read[0], seen)


def _add(chunk: _Chunk, row: Row, batch: Batch, tariff: Tariff) -> None:
    attempt = attempt_number(row.custom_id or "", batch.tag)
    if attempt is None or not (batch.first_attempt or 0) <= attempt <= (batch.last_attempt or 0):
        chunk.unknown += 1
        return
    span = None
    if row.response:
        span = Span(new_object(len(chunk.objects)), len(chunk.responses), len(row.response), checksum(row.response))
        chunk.responses += row.response
        chunk.responses += b"\n"
    if row.message:
        chunk.messages += len(row.message)
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
            price=tariff.price(row.usage) if billed else None,
            finished_at=row.created,
        )
    )


async def _land(context: Context, batch: Batch, chunk: _Chunk, progress: tuple[int, int]) -> None:
    await context.store.batches.land(
        held(batch),
        chunk.reports,
        chunk.objects,
        output_rows=progress[0],
        error_rows=progress[1],
        unknown=chunk.unknown,
        now=context.clock.now(),
    )


async def write_off(context: Context, batch: Batch, verdict: AttemptState) -> None:
    """Give every attempt that no row mentioned its end."""
    after: int | None = (batch.first_attempt or 0) - 1
    while after is not None:
        after = await context.store.batches.write_off(
            held(batch), verdict, after, context.settings.engine.fill_chunk, context.clock.now()
        )


async def _failed(context: Context, batch: Batch) -> None:
    """Nothing of it ran. Find out why, and put what is not to blame into new batches."""
    errors: tuple[RowError, ...] = (from_note(batch.code, batch.message),)
    if batch.provider_id is not None:
        try:
            errors = (await provider_of(context, batch).poll(batch.provider_id)).errors or errors
        except MissingError:
            if context.clock.now() < (batch.ended_at or 0) + PATIENCE:
                raise  # now and then a batch answers 404 for a while
    least = provider_of(context, batch).limits.min_requests
    step = after_failure(errors, batch.requests, batch.failed_validations, least)
    if isinstance(step, Wait):
        if batch.provider_id is not None:  # refused at the create, it has been learned from there
            await learn_quota(context, batch, step.limit)
    elif isinstance(step, Bar):
        await context.store.batches.bar(held(batch), f"{step.error.code}: {step.error.message}", context.clock.now())
    else:
        await _divide(context, batch, step)


async def _divide(context: Context, batch: Batch, step: Divide) -> None:
    now = context.clock.now()
    ejected: list[Report] = []
    for error in step.ejected:
        attempt = await context.store.batches.attempt_on_line(batch, error.line or 1)
        if attempt is not None:
            ejected.append(
                Report(attempt, AttemptState.ERRORED, True, None, error.code, error.message, finished_at=now)
            )
    first, last = batch.first_attempt or 0, batch.last_attempt or 0
    middle = await context.store.batches.attempt_on_line(batch, batch.requests // 2)
    ranges = [(first, last)] if step.parts == 1 or middle is None else [(first, middle), (middle + 1, last)]
    successors = [
        (
            NewBatch(
                batch.owner,
                new_identifier("batch", context.entropy),
                new_tag(context.entropy),
                batch.account,
                batch.model,
                batch.endpoint,
                batch.failed_validations + 1,
            ),
            *extent,
        )
        for extent in (ranges if step.parts else [])
    ]
    await context.store.batches.divide(held(batch), ejected, successors, now)
