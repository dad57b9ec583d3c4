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
        except (BideError, OSError) as error:
            due_at = next_try(delivery.failures, context.entropy.uniform(), None, clock.now())
            await store.deliveries.troubled(delivery, str(error)[:500], due_at)
        else:
            await store.deliveries.delivered(delivery, clock.now())
