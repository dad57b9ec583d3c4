"""A batch at the provider: look how far it is, take up what it shows early, pass on a cancel, note its end."""

from bide.core.batch import Batch
from bide.core.clock import DAY, HOUR, MINUTE
from bide.core.states import BatchOutcome, BatchState
from bide.engine.attention import next_poll
from bide.engine.context import Context
from bide.engine.early import read_early
from bide.engine.step import held, provider_of
from bide.providers.failures import MissingError, ProviderError, RejectedError
from bide.providers.port import Remote
from bide.providers.transport import ReplyLostError

VANISHED = "vanished"
"""The provider no longer knows the batch, long after its end was due."""

PATIENCE = DAY
"""How long after its expiry a batch that the provider does not know may still turn up."""

OVERDUE = HOUR
"""After its window a batch should end by itself; this much later it is cancelled. Some providers' batches never expire."""

GIVEN_UP = "given_up"
"""The provider does not end it, not even a day after its cancel."""


async def poll(context: Context, batch: Batch) -> Batch | None:
    """One look. Gives the batch when it has ended."""
    provider, now = provider_of(context, batch), context.clock.now()
    assert batch.provider_id is not None
    refusal: ProviderError | ReplyLostError | None = None
    try:
        remote = None
        if batch.cancel_asked and batch.state is BatchState.SUBMITTED:
            remote, refusal = await _cancel(context, batch)
        if remote is not None and remote.outcome is None:
            await context.store.batches.cancelling(held(batch), _next(context, batch), now)
            return None
        remote = remote or await provider.poll(batch.provider_id)
    except MissingError:
        if now < _window_end(context, batch) + PATIENCE:
            raise  # right after the create, and now and then later, a batch answers 404 for a while
        return await context.store.batches.ended(
            held(batch), outcome=BatchOutcome.FAILED, code=VANISHED, ended_at=now, now=now
        )
    if remote.outcome is None and batch.cancel_at is not None and now > batch.cancel_at + PATIENCE:
        return await context.store.batches.ended(
            held(batch), outcome=BatchOutcome.CANCELLED, code=GIVEN_UP, ended_at=now, now=now
        )
    if remote.outcome is None and refusal is not None and not isinstance(refusal, RejectedError):
        raise refusal
    if remote.outcome is None:
        await read_early(context, batch, remote)
    if remote.outcome is None or _files_missing(remote, now):
        await _observe(context, batch, remote)
        if remote.outcome is None and (why := _overdue(context, batch, now)):
            await context.store.batches.ask_cancel(batch.id, why, now)
        return None
    first = remote.errors[0] if remote.errors else None
    return await context.store.batches.ended(
        held(batch),
        outcome=remote.outcome,
        code=first.code if first else None,
        message=first.message[:1000] if first else None,
        output_file=remote.output_file,
        error_file=remote.error_file,
        ended_at=remote.ended_at or now,
        now=now,
    )


async def _cancel(context: Context, batch: Batch) -> tuple[Remote | None, ProviderError | ReplyLostError | None]:
    """Pass a cancel on; None, and why, where it fails. The batch is looked at all the same: it may have ended already, and
    what it has finished is paid for, whether or not the account may cancel."""
    assert batch.provider_id is not None
    try:
        return await provider_of(context, batch).cancel(batch.provider_id), None
    except MissingError:
        raise
    except (ProviderError, ReplyLostError) as error:
        return None, error


def _window_end(context: Context, batch: Batch) -> int:
    """When the batch should have ended by itself."""
    submitted_at = batch.submitted_at or batch.opened_at
    return batch.expires_at or submitted_at + provider_of(context, batch).limits.window


def _overdue(context: Context, batch: Batch, now: int) -> str | None:
    """Why a batch is not left to run on."""
    end = _window_end(context, batch)
    if now > end + OVERDUE:
        return "its window is over and it has not ended"
    if now > end - OVERDUE and not provider_of(context, batch).limits.keeps_expired:
        return "its window ends soon, and the provider keeps nothing of what expires"
    return None


FILES_APPEAR_WITHIN = 10 * MINUTE
"""A batch may be shown as ended before its files are."""


def _files_missing(remote: Remote, now: int) -> bool:
    """Whether an ended batch may have files that are not shown yet. Counters can make us wait, never hurry."""
    if remote.outcome is BatchOutcome.FAILED or now >= (remote.ended_at or 0) + FILES_APPEAR_WITHIN:
        return False
    neither = remote.output_file is None and remote.error_file is None
    return neither or (remote.completed > 0 and remote.output_file is None)


async def _observe(context: Context, batch: Batch, remote: Remote) -> None:
    await context.store.batches.observed(
        held(batch),
        total=remote.total,
        completed=remote.completed,
        failed=remote.failed,
        started_at=remote.started_at,
        expires_at=remote.expires_at,
        cancel_asked=batch.cancel_asked,
        due_at=_next(context, batch),
    )


def _next(context: Context, batch: Batch) -> int:
    engine = context.settings.engine
    return next_poll(batch, engine.poll_interval, engine.poll_longest, context.clock.now())
