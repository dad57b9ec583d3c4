"""Answers on their way to files: at least once, whole or not at all."""

from bide.core.clock import MINUTE
from bide.core.errors import BideError
from bide.engine.attention import next_try
from bide.engine.context import Context

LEASE = 10 * MINUTE
"""Writing a file of a million answers takes well under a minute."""

AT_A_TIME = 4


async def deliver(context: Context) -> None:
    """Make the deliveries that are due on this machine."""
    store, clock = context.store, context.clock
    now = clock.now()
    for delivery in await store.deliveries.claim(context.holder, context.host, now, now + LEASE, AT_A_TIME):
        job = await store.jobs.get(delivery.owner, delivery.job_id)
        try:
            await context.deliver(store, job, delivery.destination)
        except Exception as error:
            due_at = next_try(delivery.failures, context.entropy.uniform(), None, clock.now())
            await store.deliveries.troubled(delivery, _trouble(context, error)[:500], due_at)
        else:
            await store.deliveries.delivered(delivery, clock.now())


def _trouble(context: Context, error: Exception) -> str:
    """What kept the answers from being delivered. What nobody foresaw is no reason to stop everything else."""
    if isinstance(error, BideError | OSError):
        return str(error)
    context.on_fault(error)
    return f"delivering them failed unexpectedly ({type(error).__name__}: {error}); please report it"
