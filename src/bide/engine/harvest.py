"""A batch that has ended, in whatever way: read both files, settle every row, give the rest its end.

Rows decide, counters do not. What is in no file is `lost` where it may have run and `refused` where it cannot have;
either way its request is planned again.
"""

from bide.core.batch import Batch
from bide.core.identifiers import new_identifier, new_tag
from bide.core.quota import Resource, Told
from bide.core.states import AttemptState, BatchOutcome
from bide.engine import pricing
from bide.engine.collect import ERROR, OUTPUT, Collection
from bide.engine.context import Context
from bide.engine.learn import lessons_of
from bide.engine.poll import PATIENCE, VANISHED
from bide.engine.pricing import Tariff
from bide.engine.reconcile import NOT_CREATED, UNDECIDED
from bide.engine.step import held, provider_of
from bide.engine.submit import NEVER_SENT, learn_quota
from bide.lanes.outcome.validation import Bar, Divide, Wait, after_failure, from_note
from bide.providers.failures import MissingError, ProviderError
from bide.providers.port import Row, RowError
from bide.providers.transport import NotSentError, ReplyLostError
from bide.store.filling import NewBatch
from bide.store.reports import Report


async def harvest(context: Context, batch: Batch) -> Batch | None:
    """Collect everything. Gives the batch, harvested."""
    tariff = await context.pricing.tariff(
        provider_of(context, batch).catalogue, batch.model, pricing.BATCH, batch.ended_at or context.clock.now()
    )
    missing = await _missing(context, batch)
    if missing is None or missing:
        async with context.harvesting[batch.account]:
            read = (batch.output_rows, batch.error_rows)
            read = await collect(context, batch, batch.output_file, True, read, tariff, missing)
            await collect(context, batch, batch.error_file, False, read, tariff, missing)
    if batch.outcome is BatchOutcome.FAILED and batch.code not in (NOT_CREATED, UNDECIDED, VANISHED):
        await _failed(context, batch)
    await write_off(context, batch, _unmentioned(context, batch))
    lessons = await lessons_of(context, batch)
    harvested = await context.store.batches.harvested(held(batch), context.clock.now(), lessons)
    context.memory.hurry()
    return harvested


async def _missing(context: Context, batch: Batch) -> frozenset[int] | None:
    """The attempts that are still to be settled, where many may have been while the batch ran; None: whatever is read."""
    if provider_of(context, batch).capabilities.early_results is None:
        return None
    return await context.store.batches.missing(batch)


def _unmentioned(context: Context, batch: Batch) -> AttemptState:
    """What became of the rows that no file mentions: never sent, surely not run, or nobody can tell."""
    if batch.code == NEVER_SENT:
        return AttemptState.ABANDONED
    if batch.outcome is not BatchOutcome.FAILED or batch.code in (UNDECIDED, VANISHED):
        return AttemptState.LOST
    if batch.code == NOT_CREATED and not provider_of(context, batch).capabilities.tagged:
        return AttemptState.LOST  # it may have run, and left nothing by which to know it
    return AttemptState.REFUSED


async def collect(
    context: Context,
    batch: Batch,
    file: str | None,
    is_output: bool,
    read: tuple[int, int],
    tariff: Tariff,
    missing: frozenset[int] | None = None,
) -> tuple[int, int]:
    """Land the rows of a file beyond those that were landed before; how many rows of (output, error) that makes.

    Of attempts that are not `missing` nothing is read again; None: all are.
    """
    if file is None:
        return read

    def is_missing(attempt: int, row: Row) -> bool:
        return missing is None or attempt in missing

    collection = Collection(context, batch, tariff, OUTPUT if is_output else ERROR, read, is_missing)
    left_out = collection.before
    try:
        async for rows in provider_of(context, batch).harvest(file, batch.endpoint):
            await collection.take(rows[left_out:])
            left_out = max(0, left_out - len(rows))
    except MissingError:
        if context.clock.now() < (batch.ended_at or 0) + PATIENCE:
            raise  # files have been seen to appear minutes after the batch's end
    except (ProviderError, NotSentError, ReplyLostError):
        await collection.land()  # over a line that never holds to the end, each try gets further
        raise
    await collection.land()
    return collection.progress


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
            await learn_quota(context, batch, Told(Resource.ENQUEUED_TOKENS, step.limit))
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
