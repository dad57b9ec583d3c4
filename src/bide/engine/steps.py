"""Which step a batch needs next, by its state; and following a batch from step to step while there is something to do."""

from collections.abc import Awaitable, Callable, Mapping

from bide.core.batch import Batch
from bide.core.decision import UNGROUNDED, Decided
from bide.core.errors import BideError, LeaseLostError, StoreError
from bide.core.identifiers import new_identifier, new_tag
from bide.core.states import BatchOutcome, BatchState
from bide.engine.clean import clean
from bide.engine.context import Context
from bide.engine.harvest import harvest
from bide.engine.poll import poll
from bide.engine.reconcile import doubt, reconcile
from bide.engine.step import held, leased, postpone
from bide.engine.submit import NEVER_SENT, submit
from bide.lanes.plan.assemble import Opening
from bide.store.filling import NewBatch, Room

Step = Callable[[Context, Batch], Awaitable[Batch | None]]


async def seal(context: Context, batch: Batch) -> Batch:
    """A batch whose filling was interrupted: what it has goes out, the rest of the requests finds another."""
    now = context.clock.now()
    if batch.requests:
        return await context.store.batches.seal(held(batch), now)
    return await context.store.batches.ended(
        held(batch), outcome=BatchOutcome.CANCELLED, code=NEVER_SENT, ended_at=now, now=now
    )


STEPS: Mapping[BatchState, Step] = {
    BatchState.OPEN: seal,
    BatchState.SEALED: submit,
    BatchState.SUBMITTING: doubt,
    BatchState.AMBIGUOUS: reconcile,
    BatchState.SUBMITTED: poll,
    BatchState.CANCELLING: poll,
    BatchState.ENDED: harvest,
    BatchState.HARVESTED: clean,
}
"""A step gives the batch when the next step may follow at once, None when it has given the lease back."""


def nobody_waits() -> None:
    """Where nobody waits for room."""


async def follow(context: Context, batch: Batch, on_room: Callable[[], None] = nobody_waits) -> None:
    """Take a claimed batch as far as it goes now. `on_room` is told when it has left its provider's queue: its answers are
    still to be read, which takes a while, and others wait for its room."""
    present: Batch | None = batch
    async with leased(context, batch):
        while present is not None:
            try:
                present = await STEPS[present.state](context, present)
            except LeaseLostError:
                return
            except BideError as error:
                await _give_way(context, present, error)
                return
            if present is not None and present.state is BatchState.ENDED:
                on_room()
    context.troubles.pop(batch.account, None)


async def fill(context: Context, planned: Opening, decided: Decided = UNGROUNDED) -> Batch | None:
    """Open a batch, fill it from a bucket as far as there is room, and seal it; the batch, still held. `decided` says why.

    None when another worker is filling one from the bucket, has taken the last room of the queue, or has taken over.
    """
    store, bucket, clock = context.store, planned.bucket, context.clock
    new = NewBatch(
        bucket.owner,
        new_identifier("batch", context.entropy),
        new_tag(context.entropy),
        bucket.account,
        bucket.model,
        bucket.endpoint,
    )
    now = clock.now()
    lease_until = now + context.settings.engine.lease
    batch = await store.batches.open(
        new, bucket.id, context.holder, lease_until, now, decided, planned.ceilings, planned.least
    )
    if batch is None:
        return None
    room = Room(planned.requests, planned.size, planned.tokens, planned.least)
    async with leased(context, batch):
        try:
            while room.requests > 0:
                chunk = context.settings.engine.fill_chunk
                added = await store.batches.fill(held(batch), bucket, room, chunk, planned.ceilings, clock.now())
                if not added.requests:
                    break
                room = Room(room.requests - added.requests, room.size - added.size, room.tokens - added.tokens)
            return await seal(context, await store.batches.get(batch.id))
        except LeaseLostError:
            return None


async def _give_way(context: Context, batch: Batch, error: BideError) -> None:
    """Come back to the batch later. Where not even that can be written, the lease runs out by itself."""
    try:
        await postpone(context, batch, error)
    except LeaseLostError:
        return
    except StoreError as second:
        context.troubles["store"] = str(second)
