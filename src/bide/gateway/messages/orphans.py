"""Message batches whose callers were never told of them, since their gateway died before."""

from bide.engine.context import Context


async def release(context: Context) -> None:
    """Leave to the callers' retries what gateways that are gone were about to tell."""
    verbs = context.store.message_batches
    for holder in await verbs.holders():
        if holder != context.holder and not await context.store.database.is_present(holder):
            await verbs.release_holder(holder)
