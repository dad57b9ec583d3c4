"""A create that nobody answered: look the batch up at the provider, and adopt it; never send it again."""

from bide.core.batch import Batch
from bide.core.clock import MINUTE
from bide.core.states import BatchOutcome
from bide.engine.attention import next_poll, next_try
from bide.engine.context import Context
from bide.engine.poll import PATIENCE
from bide.engine.step import held, provider_of
from bide.engine.submit import adopt
from bide.providers.failures import UndecidedError
from bide.providers.port import Sought

NOT_CREATED = "not_created"
"""No listing shows it after the listing delay: the create never arrived."""

UNDECIDED = "undecided"
"""Something that may be it is still running at the provider, a day after it should have ended."""

CLOCK_TOLERANCE = 5 * MINUTE
"""How far the provider's clock may be from ours when we look for what was created since our intent."""


async def doubt(context: Context, batch: Batch) -> None:
    """Whoever was about to send the create has lost the lease: from now on it is not sent, and may have been."""
    now = context.clock.now()
    await context.store.batches.ambiguous(held(batch), "its sender is gone", now, now)


async def reconcile(context: Context, batch: Batch) -> Batch | None:
    """Find out whether the batch exists. Gives the batch where it is certain that it does not.

    It counts as never created only when the provider's listing delay has passed since the create was last sent, as far as
    anybody knows. Until then it stays ambiguous; its requests are rescued in time like any others.
    """
    now = context.clock.now()
    intended_at = batch.intended_at or now
    provider = provider_of(context, batch)
    since = intended_at - CLOCK_TOLERANCE
    claimed = frozenset[str]()
    if not provider.capabilities.tagged:
        claimed = await context.store.batches.provider_ids(batch.account, since)
    engine = context.settings.engine
    certain_at = (batch.doubted_at or now) + (engine.listing_delay or provider.limits.listing_delay)
    until = certain_at + CLOCK_TOLERANCE
    try:
        remote = await provider.find(Sought(batch.tag, batch.input_file, batch.requests, since, claimed, until))
    except UndecidedError as error:
        if now > intended_at + provider.limits.window + PATIENCE:
            return await _end(context, batch, UNDECIDED, "what may be it has not ended, long after it was due")
        due_at = next_poll(batch, engine.poll_interval, engine.poll_longest, now)
        await context.store.batches.troubled(held(batch), str(error)[:500], due_at)
        return None
    if remote is not None:
        await adopt(context, batch, remote)
        return None
    if now >= certain_at:
        return await _end(context, batch, NOT_CREATED, "the provider does not list it")
    due_at = min(certain_at, next_try(batch.failures, context.entropy.uniform(), None, now))
    await context.store.batches.troubled(held(batch), "not listed yet", due_at)
    return None


async def _end(context: Context, batch: Batch, code: str, message: str) -> Batch:
    """Look no further: whatever becomes of it, nobody will hear of it."""
    now = context.clock.now()
    return await context.store.batches.ended(
        held(batch), outcome=BatchOutcome.FAILED, code=code, message=message, ended_at=now, now=now
    )
