"""What a worker does before anything else: take over from workers that died."""

from bide.core.clock import DAY
from bide.core.states import AttemptState
from bide.engine.call import suspicion
from bide.engine.context import Context
from bide.store.attempts import Orphan
from bide.store.reports import Report

ORPHANS = 500
"""Calls written off in one transaction."""

UNREAD_FOR = DAY
"""After which a job whose reading never ended is forgotten."""


async def recover(context: Context) -> None:
    """Free what dead workers held, write off the calls they had in flight, and forget half-read jobs of long ago."""
    store = context.store
    for holder in await store.holders():
        if holder != context.holder and not await store.database.is_present(holder):
            await store.release_holder(holder)
            await write_off(context, holder)
    for job in await store.jobs.abandoned(context.clock.now() - UNREAD_FOR):
        await store.forget(job)


async def write_off(context: Context, holder: str = "") -> None:
    """Declare lost the calls of a holder who is gone, and those whose lease has run out.

    Nobody can tell whether the provider answered them, so each is entered as suspected, at the most it can have cost.
    """
    while orphans := await context.store.attempts.orphans(holder, context.clock.now(), ORPHANS):
        # Of a request that was called while it was in flight in the flex tier, one call after the other.
        alone = {orphan.request: orphan for orphan in reversed(orphans)}
        reports = [await _lost(context, orphan) for orphan in orphans if alone[orphan.request] is orphan]
        await context.store.attempts.land(reports, context.clock.now())


async def _lost(context: Context, orphan: Orphan) -> Report:
    return Report(
        orphan.attempt,
        AttemptState.LOST,
        code="caller_died",
        message="the process that made the call ended before its reply came",
        price=await suspicion(context, orphan.account, orphan.model, orphan.body_bytes, orphan.output_tokens),
        suspected=True,
        finished_at=context.clock.now(),
    )
